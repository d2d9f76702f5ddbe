//! What a log may see of a stranger's bytes.

use proptest::prelude::*;

use super::*;

#[test]
fn keys_are_blanked_however_they_stand_there() {
    for (text, shown) in [
        ("key sk-or-v1-0123456789abcdef is bad", "key [redacted] is bad"),
        ("sk-0123456***cdef", "[redacted]"),
        ("Authorization: Bearer abc.def-ghi_jkl", "Authorization: Bearer [redacted]"),
        ("authorization=abcdefgh12", "authorization=[redacted]"),
        ("BEARER   abcdefghijkl", "BEARER   [redacted]"),
        ("{\"api_key\":\"abcdefgh12\",\"a\":1}", "{\"api_key\":\"[redacted]\",\"a\":1}"),
        ("{\\\"apiKey\\\": \\\"abcdefgh12\\\"}", "{\\\"apiKey\\\": \\\"[redacted]\\\"}"),
        ("x-api-key: abcdefgh12", "x-api-key: [redacted]"),
        ("?key=AIzaSyA0123456789", "?key=[redacted]"),
    ] {
        assert_eq!(excerpt(text.as_bytes(), 500), shown);
    }
}

#[test]
fn words_are_no_keys() {
    for text in [
        "task-scheduling-failed",
        "disk-full-on-device",
        "Bearer token is missing",
        "no api_key was given here",
        "API key provided is wrong",
        "gen-1700000000-abcdefghijklmnop",
        "anthropic/claude-3.5-sonnet-20241022",
    ] {
        assert_eq!(excerpt(text.as_bytes(), 500), text);
    }
}

#[test]
fn a_key_at_the_end_is_blanked_before_the_text_is_cut() {
    let text = format!("{}sk-0123456789abcdef0123456789abcdef tail", "x ".repeat(10));
    for max in 0..text.len() {
        assert!(!excerpt(text.as_bytes(), max).contains("0123"), "{max}");
    }
}

#[test]
fn control_characters_and_those_that_reorder_are_escaped() {
    assert_eq!(excerpt("a\nb\x1b[31m\u{202e}c\0".as_bytes(), 100), "a\\nb\\u{1b}[31m\\u{202e}c\\u{0}");
}

#[test]
fn it_is_cut_on_a_character_and_says_so() {
    assert_eq!(excerpt("äöü".as_bytes(), 6), "äöü");
    assert_eq!(excerpt("äöü!".as_bytes(), 6), "ä…");
    assert_eq!(excerpt(b"abcd", 3), "…");
    assert_eq!(excerpt(b"abc", 2), "");
    assert_eq!(excerpt(b"\xFFa", 10), "\u{fffd}a");
}

proptest! {
    #[test]
    fn it_is_never_longer_than_asked_and_prints_on_one_line(
        bytes in proptest::collection::vec(any::<u8>(), 0..2000),
        max in 0_usize..1500,
    ) {
        let text = excerpt(&bytes, max);
        prop_assert!(text.len() <= max);
        prop_assert!(!text.chars().any(char::is_control));
    }

    #[test]
    fn a_key_of_any_shape_does_not_survive(
        before in "[ \"{:,]{0,20}",
        key in "[A-Za-z0-9_-]{20,80}",
        max in 0_usize..300,
    ) {
        for text in [format!("{before}sk-{key}"), format!("{before}Bearer {key}")] {
            prop_assert!(!excerpt(text.as_bytes(), max).contains(&key[..8]), "{text}");
        }
    }
}
