//! What servers write into `retry-after`.

use super::*;

/// 1994-11-15 08:12:31 GMT.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(784_887_151)
}

fn read(pairs: &[(&'static str, &str)]) -> Option<Duration> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.insert(*name, value.parse().unwrap());
    }
    retry_after(&headers, now())
}

fn seconds(text: &str) -> Option<Duration> {
    read(&[("retry-after", text)])
}

#[test]
fn seconds_may_be_whole_or_broken() {
    assert_eq!(seconds("2"), Some(Duration::from_secs(2)));
    assert_eq!(seconds(" 0 "), Some(Duration::ZERO));
    assert_eq!(seconds("1.5"), Some(Duration::from_millis(1500)));
    assert_eq!(seconds(".25"), Some(Duration::from_millis(250)));
}

#[test]
fn a_date_is_counted_from_now() {
    assert_eq!(seconds("Tue, 15 Nov 1994 08:12:41 GMT"), Some(Duration::from_secs(10)));
    assert_eq!(seconds("Tuesday, 15-Nov-94 08:12:41 GMT"), Some(Duration::from_secs(10)));
    assert_eq!(seconds("Tue Nov 15 08:12:41 1994"), Some(Duration::from_secs(10)));
    assert_eq!(seconds("Tue, 15 Nov 1994 08:12:30 GMT"), Some(Duration::ZERO));
}

#[test]
fn milliseconds_come_first_where_they_can_be_read() {
    assert_eq!(read(&[("retry-after-ms", "1500"), ("retry-after", "9")]), Some(Duration::from_millis(1500)));
    assert_eq!(read(&[("retry-after-ms", "soon"), ("retry-after", "9")]), Some(Duration::from_secs(9)));
}

#[test]
fn junk_is_no_wait() {
    for junk in ["", "-1", "-0", "+5", "soon", "1e3", "inf", "NaN", "1.2.3", ".", "0x10", "5 s", "5,5"] {
        assert_eq!(seconds(junk), None, "{junk:?}");
    }
    assert_eq!(read(&[]), None);
}

#[test]
fn huge_waits_are_bounded() {
    assert_eq!(seconds("86401"), Some(LONGEST));
    assert_eq!(seconds("18446744073709551616"), Some(LONGEST));
    assert_eq!(seconds(&"9".repeat(5000)), Some(LONGEST));
    assert_eq!(seconds("Fri, 31 Dec 9999 23:59:59 GMT"), Some(LONGEST));
}
