//! The rules of JSON lines, one by one.

use llm_core::ErrorKind;

use super::*;

fn read(bytes: impl AsRef<[u8]>) -> Vec<NdjsonItem> {
    let mut decoder = NdjsonDecoder::new(SseLimits::default());
    decoder.push(bytes.as_ref()).unwrap();
    decoder.finish().unwrap();
    decoder.collect()
}

fn line(text: &str) -> NdjsonItem {
    NdjsonItem::Line(text.to_owned())
}

#[test]
fn each_line_is_an_item_and_the_last_needs_no_end() {
    assert_eq!(
        read("{\"a\":1}\n{\"a\":2}\r\n{\"a\":3}"),
        [line("{\"a\":1}"), line("{\"a\":2}"), line("{\"a\":3}")]
    );
    assert_eq!(read(""), []);
}

#[test]
fn blank_lines_are_signs_of_life() {
    assert_eq!(read("\n \t\r\n{}\n"), [NdjsonItem::Blank, NdjsonItem::Blank, line("{}")]);
}

#[test]
fn a_lone_cr_is_a_blank_and_no_line_end() {
    assert_eq!(read("{\r}\n"), [line("{\r}")]);
}

#[test]
fn a_byte_order_mark_is_dropped_and_broken_text_replaced() {
    assert_eq!(read(b"\xEF\xBB\xBF{\xFF}\n"), [line("{\u{fffd}}")]);
}

#[test]
fn the_lower_limit_holds_and_kills() {
    for limits in [SseLimits::default().with_max_line(4), SseLimits::default().with_max_event(4)] {
        let mut decoder = NdjsonDecoder::new(limits);
        assert_eq!(decoder.push(b"1234\n12345\n1\n").unwrap_err().kind(), ErrorKind::InvalidResponse);
        assert!(decoder.push(b"1\n").is_err());
        assert!(decoder.finish().is_err());
        assert_eq!(decoder.collect::<Vec<_>>(), [line("1234")]);
    }
}
