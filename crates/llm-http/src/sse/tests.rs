//! The rules of server-sent events, one by one.

use llm_core::{ErrorKind, Stage};

use super::*;

fn read(bytes: impl AsRef<[u8]>) -> Vec<SseItem> {
    let mut decoder = SseDecoder::new(SseLimits::default());
    decoder.push(bytes.as_ref()).unwrap();
    decoder.finish().unwrap();
    decoder.collect()
}

fn event(data: &str) -> SseItem {
    SseItem::Event(SseEvent { name: None, data: data.to_owned() })
}

fn named(name: &str, data: &str) -> SseItem {
    SseItem::Event(SseEvent { name: Some(name.to_owned()), data: data.to_owned() })
}

#[test]
fn a_line_ends_at_lf_at_crlf_and_at_a_lone_cr() {
    for end in ["\n", "\r\n", "\r"] {
        assert_eq!(read(format!("data: a{end}{end}data: b{end}{end}")), [event("a"), event("b")], "{end:?}");
    }
    assert_eq!(read("data: a\r\n\ndata: b\n\rdata: c\r\r\n"), [event("a"), event("b"), event("c")]);
}

#[test]
fn a_cr_ends_its_line_at_once_and_takes_a_following_lf_with_it() {
    let mut decoder = SseDecoder::new(SseLimits::default());
    decoder.push(b"data: a\r\n\r").unwrap();
    assert_eq!(decoder.next(), Some(event("a")), "it must not wait for an LF");
    decoder.push(b"\ndata: b\r").unwrap();
    decoder.push(b"\n").unwrap();
    assert_eq!(decoder.next(), None, "the LF belongs to the CR and is no blank line");
    decoder.push(b"\r").unwrap();
    assert_eq!(decoder.next(), Some(event("b")));
}

#[test]
fn other_separators_are_no_line_ends() {
    let text = "a\u{2028}b\u{85}c\u{2029}d\u{b}e\u{c}f";
    assert_eq!(read(format!("data: {text}\n\n")), [event(text)]);
}

#[test]
fn one_byte_order_mark_at_the_very_start_is_dropped() {
    assert_eq!(read("\u{feff}data: a\n\n"), [event("a")]);
    assert_eq!(read("\u{feff}\u{feff}data: a\n\n"), []);
    assert_eq!(read("\ndata: a\n\n\u{feff}data: b\n\n"), [event("a")]);
    assert_eq!(read("data: \u{feff}a\n\n"), [event("\u{feff}a")]);
}

#[test]
fn one_blank_after_the_colon_is_dropped() {
    assert_eq!(read("data:a\n\n"), [event("a")]);
    assert_eq!(read("data:  a\n\n"), [event(" a")]);
    assert_eq!(read("data:\ta\n\n"), [event("\ta")]);
    assert_eq!(read("data: a:b\n\n"), [event("a:b")]);
}

#[test]
fn data_lines_are_joined_by_lf() {
    assert_eq!(read("data: a\ndata\ndata: b\n\n"), [event("a\n\nb")]);
    assert_eq!(read("data\n\ndata\ndata\n\n"), [event(""), event("\n")]);
}

#[test]
fn a_name_is_for_one_event_only() {
    assert_eq!(
        read("event: x\ndata: a\n\ndata: b\n\nevent: y\n\ndata: c\n\nevent: x\nevent\ndata: d\n\n"),
        [named("x", "a"), event("b"), event("c"), event("d")]
    );
    assert_eq!(read("data: a\nevent: x\nevent: y\n\n"), [named("y", "a")]);
}

#[test]
fn comments_are_signs_of_life_and_do_not_end_an_event() {
    assert_eq!(
        read(": busy\n:\ndata: a\n:x\ndata: b\n\n"),
        [SseItem::Comment, SseItem::Comment, SseItem::Comment, event("a\nb")]
    );
}

#[test]
fn ids_retries_unknown_fields_and_stray_blank_lines_mean_nothing() {
    assert_eq!(read("\n\nid: 7\nretry: 1\nfoo\n data: x\nDATA: x\ndata: a\n\n\n\n"), [event("a")]);
}

#[test]
fn the_last_event_needs_no_blank_line_and_no_line_end() {
    for tail in ["", "\n", "\r", "\r\n"] {
        assert_eq!(read(format!("data: a\n\ndata: b{tail}")), [event("a"), event("b")], "{tail:?}");
    }
}

#[test]
fn bytes_that_are_no_utf8_are_replaced() {
    assert_eq!(
        read(b"data: a\xFFb\n\nevent: \xC3\ndata: \xE2\x82\n\n"),
        [event("a\u{fffd}b"), named("\u{fffd}", "\u{fffd}")]
    );
}

#[test]
fn what_only_a_dialect_understands_is_handed_on() {
    assert_eq!(
        read("data: [DONE] \n\ndata: null\n\ndata: {}\ndata: {}\n\n"),
        [event("[DONE] "), event("null"), event("{}\n{}")]
    );
}

#[test]
fn a_picture_of_several_megabytes_passes() {
    let picture = "A".repeat(6 * 1024 * 1024);
    let mut decoder = SseDecoder::new(SseLimits::default());
    for chunk in format!("data: {picture}\n\n").as_bytes().chunks(16 * 1024) {
        decoder.push(chunk).unwrap();
    }
    assert_eq!(decoder.next(), Some(event(&picture)));
}

#[test]
fn after_an_overflow_the_decoder_is_dead_but_gives_what_was_whole() {
    let limits = SseLimits::default().with_max_line(16);
    let mut decoder = SseDecoder::new(limits);
    let error = decoder.push(b"data: a\n\ndata: 0123456789abcdef\n\ndata: b\n\n").unwrap_err();
    assert_eq!((error.kind(), error.stage()), (ErrorKind::InvalidResponse, Stage::Protocol));
    assert!(error.maybe_billed());
    assert!(!error.report().contains("0123"), "the stream's text does not belong into errors");

    assert!(decoder.push(b"\n\ndata: c\n\n").is_err());
    assert!(decoder.finish().is_err());
    assert_eq!(decoder.collect::<Vec<_>>(), [event("a")]);
}

#[test]
fn an_event_is_bounded_with_its_empty_lines() {
    let million = "data:\n".repeat(1_000_000);
    let mut decoder = SseDecoder::new(SseLimits::default());
    decoder.push(million.as_bytes()).unwrap();
    decoder.push(b"\n").unwrap();
    assert_eq!(decoder.next(), Some(event(&"\n".repeat(999_999))));

    let mut bounded = SseDecoder::new(SseLimits::default().with_max_event(5_999_999));
    assert_eq!(bounded.push(million.as_bytes()).unwrap_err().kind(), ErrorKind::InvalidResponse);

    let mut many = SseDecoder::new(SseLimits::default().with_max_event(12));
    assert!(many.push("data: ab\n\n".repeat(1000).as_bytes()).is_ok(), "the limit is for each event anew");
}

#[test]
fn an_event_of_lines_without_data_is_bounded_too() {
    let mut decoder = SseDecoder::new(SseLimits::default().with_max_event(100));
    assert!(decoder.push(&b"x\n".repeat(51)).is_err());
}

#[test]
fn an_event_that_overflows_in_its_last_line_is_not_given_in_part() {
    let mut decoder = SseDecoder::new(SseLimits::default().with_max_event(12));
    decoder.push(b"data: a\ndata: b").unwrap();
    assert!(decoder.finish().is_err());
    assert_eq!(decoder.next(), None);
}

#[test]
fn a_long_line_in_tiny_pieces_is_read_in_linear_time() {
    // No clock decides: a decoder that looks at old bytes again would look at 5 * 10^11 of them.
    let text = "A".repeat(4 * 1024 * 1024);
    let mut decoder = SseDecoder::new(SseLimits::default());
    for piece in format!("data: {text}\n\n").as_bytes().chunks(16) {
        decoder.push(piece).unwrap();
    }
    assert_eq!(decoder.next(), Some(event(&text)));
}

#[test]
fn debug_shows_no_text() {
    let mut decoder = SseDecoder::new(SseLimits::default());
    decoder.push(b"data: canary\n\ndata: canary").unwrap();
    assert!(!format!("{decoder:?}").contains("canary"));
}
