//! Bodies of failed calls, in every shape that servers send.

use llm_wire::chat_completions::decode_failure;

use crate::payload;

#[test]
fn each_failure_is_read_as_it_always_was() {
    for name in payload::names("failures") {
        let failure = decode_failure(payload::read(&format!("failures/{name}.json")).as_bytes());
        insta::assert_debug_snapshot!(format!("failure_{name}"), failure.unwrap());
    }
}

#[test]
fn a_body_without_an_error_is_no_failure() {
    let bodies = [
        "",
        "  ",
        "<html><h1>502 Bad Gateway</h1></html>",
        "5",
        "null",
        "[]",
        "{}",
        "{\"error\":null}",
        "{\"choices\":[],\"message\":\"a\"}",
        "{\"error\"",
    ];
    for body in bodies {
        assert_eq!(decode_failure(body.as_bytes()), None, "{body}");
    }
    assert_eq!(decode_failure(&[0xff, 0xfe]), None);
}

#[test]
fn a_code_that_is_no_status_is_only_a_code() {
    let failure = decode_failure(br#"{"error":{"message":"m","code":99999999999999999999}}"#).unwrap();
    assert_eq!(failure.status, None);
    assert!(failure.code.is_some());
}
