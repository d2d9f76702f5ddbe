//! The replies of the OpenAI Chat Completions dialect.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{ARGUMENTS, HttpError, KEY, Replies, SURVIVOR, TEXT, TOOL};

const ID: &str = "gen-conformance-1";

impl Replies {
    /// The OpenAI Chat Completions dialect as OpenRouter speaks it: the call's id is in the header `x-generation-id`
    /// too, and the usage has a cost.
    #[must_use]
    pub fn openai_chat() -> Self {
        let begun = [event(&text("Grü"), None), event(&text("ße, "), None)].concat();
        let rest = [event(&text("水 and 🌍!"), None), ending("stop")].concat();
        Self {
            whole: whole(&json!({"role": "assistant", "content": TEXT}), "stop").to_string().into(),
            stream: [begun.as_str(), &rest].concat().into(),
            stream_error: event_of(&json!({
                "id": ID, "object": "chat.completion.chunk", "created": 1_760_000_000, "model": "acme/model-1",
                "error": {"code": 502, "message": "Provider disconnected unexpectedly"},
                "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}],
            }))
            .into(),
            sign_of_life: Some(": OPENROUTER PROCESSING\n\n".into()),
            whole_tool_call: whole(
                &json!({"role": "assistant", "content": null, "tool_calls": [tool_call(ARGUMENTS, true)]}),
                "tool_calls",
            )
            .to_string()
            .into(),
            stream_tool_call: stream_tool_call(),
            whole_with_unknown: {
                let mut answer = whole(&json!({"role": "assistant", "content": TEXT}), "stop");
                answer["new_vendor_field"] = json!({"nested": [SURVIVOR]});
                answer.to_string().into()
            },
            stream_with_unknown: Some({
                let mut delta = text("");
                delta["new_delta_field"] = json!({"nested": SURVIVOR});
                [event(&delta, None), begun.clone(), rest].concat().into()
            }),
            stream_begun: begun.into(),
            error_in_200: Some(r#"{"error":{"code":502,"message":"Provider returned error"}}"#.into()),
            id: Some(ID),
            id_header: Some("x-generation-id"),
            unauthorized: HttpError::new(
                401,
                json!({"error": {"code": 401, "message": format!("Incorrect API key provided: {KEY}")}})
                    .to_string(),
            ),
            rate_limited: HttpError::new(429, r#"{"error":{"code":429,"message":"Rate limit exceeded"}}"#),
            server_error: HttpError::new(500, r#"{"error":{"code":500,"message":"Internal Server Error"}}"#),
            stream_type: "text/event-stream",
        }
    }
}

fn usage() -> Value {
    json!({"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17, "cost": 0.000_140_25})
}

fn whole(message: &Value, reason: &str) -> Value {
    json!({
        "id": ID, "object": "chat.completion", "created": 1_760_000_000, "model": "acme/model-1",
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": usage(),
    })
}

fn text(text: &str) -> Value {
    json!({"role": "assistant", "content": text})
}

fn event_of(chunk: &Value) -> String {
    format!("data: {chunk}\n\n")
}

fn event(delta: &Value, reason: Option<&str>) -> String {
    event_of(&json!({
        "id": ID, "object": "chat.completion.chunk", "created": 1_760_000_000, "model": "acme/model-1",
        "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
    }))
}

/// The finish, the usage in an event of its own, the end mark.
fn ending(reason: &str) -> String {
    let usage = json!({
        "id": ID, "object": "chat.completion.chunk", "created": 1_760_000_000, "model": "acme/model-1",
        "choices": [], "usage": usage(),
    });
    [event(&text(""), Some(reason)), event_of(&usage), "data: [DONE]\n\n".to_owned()].concat()
}

fn tool_call(arguments: &str, head: bool) -> Value {
    let mut call = json!({"index": 0, "function": {"arguments": arguments}});
    if head {
        call["id"] = json!("call_1");
        call["type"] = json!("function");
        call["function"]["name"] = json!(TOOL);
    }
    call
}

fn stream_tool_call() -> Bytes {
    let delta =
        |call: Value| event(&json!({"role": "assistant", "content": null, "tool_calls": [call]}), None);
    let (first, second) = ARGUMENTS.split_at(6);
    [
        delta(tool_call("", true)),
        delta(tool_call(first, false)),
        delta(tool_call(second, false)),
        ending("tool_calls"),
    ]
    .concat()
    .into()
}
