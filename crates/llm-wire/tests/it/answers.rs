//! Whole answers, as a provider sends them.

use llm_core::{ErrorKind, FinishReason, Stage};
use llm_wire::chat_completions::{Failure, Reply, decode_response};
use serde_json::json;

use crate::payload;

fn failure(body: &str) -> Failure {
    match decode_response(body.as_bytes()).unwrap() {
        Reply::Failure(failure) => *failure,
        Reply::Answer(answer) => panic!("no failure: {answer:?}"),
    }
}

fn answer(body: &str) -> llm_core::ChatResponse {
    match decode_response(body.as_bytes()).unwrap() {
        Reply::Answer(answer) => answer,
        Reply::Failure(failure) => panic!("no answer: {failure:?}"),
    }
}

#[test]
fn each_reply_is_read_as_it_always_was() {
    for name in payload::names("replies") {
        let body = payload::read(&format!("replies/{name}.json"));
        match decode_response(body.as_bytes()).unwrap() {
            Reply::Answer(answer) => insta::assert_json_snapshot!(format!("reply_{name}"), answer),
            Reply::Failure(failure) => insta::assert_debug_snapshot!(format!("reply_{name}"), failure),
        }
    }
}

#[test]
fn an_error_inside_a_200_is_a_failure_that_keeps_text_and_usage() {
    let failure = failure(&payload::read("replies/error_in_choice.json"));
    assert_eq!(failure.status, Some(502));
    assert_eq!(failure.error_type(), Some("provider_unavailable"));
    let partial = failure.partial.unwrap();
    assert_eq!(partial.text, "partial");
    assert_eq!(partial.usage.cost.unwrap().to_string(), "0.00002");
}

#[test]
fn a_cut_call_ends_by_length_whatever_the_server_says() {
    for reason in ["tool_calls", "stop", "function_call"] {
        let call =
            json!({"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"a\": \"b"}});
        let body = json!({"choices": [{"message": {"tool_calls": [call]}, "finish_reason": reason}]});
        assert_eq!(answer(&body.to_string()).finish_reason(), Some(&FinishReason::Length), "{reason}");
    }
}

#[test]
fn the_reason_is_what_was_said_unless_tools_are_called() {
    let cases = [
        (json!("stop"), FinishReason::Stop),
        (json!("length"), FinishReason::Length),
        (json!("content_filter"), FinishReason::ContentFilter),
        (json!("function_call"), FinishReason::ToolCalls),
        (json!("eos"), FinishReason::Other("eos".into())),
        (json!(""), FinishReason::Other(String::new())),
        (json!(null), FinishReason::Other(String::new())),
    ];
    for (said, meant) in cases {
        let body = json!({"choices": [{"message": {"content": "x"}, "finish_reason": said}]});
        assert_eq!(answer(&body.to_string()).finish_reason(), Some(&meant), "{said}");
    }
}

#[test]
fn a_body_that_holds_no_answer_is_an_error_that_quotes_nothing() {
    let cases = [
        "",
        "  ",
        "<html>secret</html>",
        "{",
        "[]",
        "5",
        "{}",
        "{\"choices\":[]}",
        "{\"choices\":[\"secret\"]}",
        "{\"choices\":[{\"message\":\"secret\"}]}",
        "{\"choices\":[{}]}",
        "{\"choices\":\"secret\"}",
        "{\"choices\":[{\"message\":{\"content\":{\"secret\":1}}}]}",
    ];
    for body in cases {
        let error = decode_response(body.as_bytes()).unwrap_err();
        assert_eq!((error.kind(), error.stage()), (ErrorKind::InvalidResponse, Stage::Protocol), "{body}");
        assert!(error.maybe_billed(), "{body}");
        assert!(!error.report().contains("secret"), "{error:?}");
    }
}

#[test]
fn an_answer_that_cannot_be_read_is_billed_all_the_same() {
    let error = decode_response(br#"{"choices":[],"usage":{"prompt_tokens":3,"cost":0.1}}"#).unwrap_err();
    assert_eq!(error.usage().cost.unwrap().to_string(), "0.1");
}
