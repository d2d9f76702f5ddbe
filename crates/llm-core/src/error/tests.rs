use std::collections::HashSet;

use crate::{Error, ErrorKind, Partial, Usage};

#[test]
fn an_error_is_one_pointer_wide_even_in_a_result() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
}

#[test]
fn messages_and_reports_hold_no_text_of_the_answer() {
    let error = Error::new(ErrorKind::StreamInterrupted, "the stream broke")
        .with_detail("connection reset")
        .with_source(std::io::Error::other("os error 104"))
        .with_partial(Partial::new("my secret diary", Usage::new().with_tokens(3, 4)));
    assert_eq!(error.to_string(), "the stream broke");
    let report = format!("{error:?}");
    assert!(report.contains("connection reset") && report.contains("os error 104"), "{report}");
    assert!(!report.contains("diary"), "{report}");
    assert_eq!(error.usage().output_tokens, Some(4));
}

#[test]
fn a_clone_is_changed_alone() {
    let first = Error::new(ErrorKind::Provider, "broke");
    let second = first.clone().with_kind(ErrorKind::Overloaded).with_retryable(false);
    assert_eq!((first.kind(), first.is_retryable()), (ErrorKind::Provider, true));
    assert_eq!((second.kind(), second.is_retryable()), (ErrorKind::Overloaded, false));
}

#[test]
fn kinds_have_names_of_their_own_and_statuses_of_errors() {
    let names: HashSet<_> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(names.len(), ErrorKind::ALL.len());
    for kind in ErrorKind::ALL {
        assert!((400..600).contains(&kind.http_status()), "{kind}");
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        assert!(!kind.description().is_empty());
    }
}

#[test]
fn a_partial_text_is_the_beginning_of_the_whole_one() {
    let mut partial = Partial::default();
    partial.push(&"a".repeat(Partial::MOST_TEXT - 5));
    partial.push("bc€");
    partial.push("d");
    assert_eq!(partial.text.len(), Partial::MOST_TEXT);
    let mut partial = Partial::default();
    partial.push(&"a".repeat(Partial::MOST_TEXT - 5));
    partial.push("bcd€");
    partial.push("e");
    assert!(partial.text.ends_with("abcd"), "nothing follows what was left out");
}
