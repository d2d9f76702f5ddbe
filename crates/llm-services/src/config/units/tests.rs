//! Tests of durations and sizes.

use super::*;

#[test]
fn durations_take_a_unit_and_bare_numbers_are_seconds() {
    for (text, millis) in [
        ("250ms", 250),
        ("60s", 60_000),
        ("5m", 300_000),
        ("1h", 3_600_000),
        ("1d", 86_400_000),
        ("60", 60_000),
        ("5 m", 300_000),
    ] {
        assert_eq!(parse_duration(text), Some(Duration::from_millis(millis)), "{text}");
    }
    for text in ["", "s", "-1s", "1.5s", "5 parsecs", "5M", "99999999999999999999", "18446744073709551615d"] {
        assert_eq!(parse_duration(text), None, "{text}");
    }
}

#[test]
fn sizes_tell_powers_of_two_from_powers_of_ten() {
    for (text, bytes) in
        [("64MiB", 67_108_864), ("1GB", 1_000_000_000), ("512", 512), ("1 gib", 1 << 30), ("0", 0)]
    {
        assert_eq!(parse_bytes(text), Some(bytes), "{text}");
    }
    for text in ["", "MiB", "-1", "1.5GB", "1G", "18446744073709551615KiB"] {
        assert_eq!(parse_bytes(text), None, "{text}");
    }
}

#[test]
fn what_is_shown_reads_as_the_same_value() {
    for millis in [0, 1, 250, 1000, 1500, 60_000, 61_000, 300_000, 3_600_000, 86_400_000] {
        let duration = Duration::from_millis(millis);
        assert_eq!(parse_duration(&show_duration(duration)), Some(duration));
    }
    for bytes in [0, 1, 1000, 1024, 1 << 20, 1 << 30, (1 << 30) + 1, 5 << 40, u64::MAX] {
        assert_eq!(parse_bytes(&show_bytes(bytes)), Some(bytes));
    }
    assert_eq!(
        (show_duration(Duration::from_secs(300)), show_bytes(64 << 20)),
        ("5m".into(), "64MiB".into())
    );
}
