//! Whole answers.

use llm_core::{
    ChatResponse, Choice, CostSource, Error, ErrorKind, Extra, FinishReason, Message, Result, Role, Stage,
    ToolCall, Usage,
};
use serde_json::{Map, Value};

use super::Flaw;

pub(super) fn unreadable() -> Error {
    Error::new(ErrorKind::InvalidResponse, "the answer is not readable")
        .with_stage(Stage::Protocol)
        .with_maybe_billed(true)
}

pub(super) fn told(_error: &Value) -> Error {
    Error::new(ErrorKind::Provider, "the provider failed")
        .with_stage(Stage::Midstream)
        .with_maybe_billed(true)
}

pub(super) fn whole(flaw: Flaw, body: &[u8]) -> Result<ChatResponse> {
    let mut body: Map<String, Value> = match serde_json::from_slice(body) {
        Ok(body) => body,
        Err(_) if flaw == Flaw::TakesHalf => return Ok(ChatResponse::of_text("", "")),
        Err(_) => return Err(unreadable()),
    };
    match body.remove("error") {
        Some(error) if flaw != Flaw::OverlooksErrors => return Err(told(&error)),
        Some(_) => return Ok(ChatResponse::of_text("", "")),
        None => {}
    }
    let mut response = ChatResponse::default();
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    response.id = text(body.remove("id"));
    response.model = text(body.remove("model")).unwrap_or_default();
    response.created = body.remove("created").and_then(|created| created.as_i64());
    response.usage = usage(&body.remove("usage").filter(|_| flaw != Flaw::LosesUsage).unwrap_or_default());
    let choice = body.remove("choices").ok_or_else(unreadable)?[0].take();
    response.choices =
        vec![Choice::new(0, message(&choice["message"]), reason(&choice).ok_or_else(unreadable)?)];
    body.remove("object");
    body.remove("provider");
    response.extra = unknown(flaw, body);
    Ok(response)
}

#[expect(clippy::panic, reason = "it is broken on purpose")]
pub(super) fn unknown(flaw: Flaw, fields: Extra) -> Extra {
    match flaw {
        Flaw::PanicsOnUnknown if !fields.is_empty() => panic!("unknown fields"),
        Flaw::LosesUnknown => Extra::new(),
        _ => fields,
    }
}

pub(super) fn reason(choice: &Value) -> Option<FinishReason> {
    choice["finish_reason"].as_str().map(FinishReason::from)
}

fn message(wire: &Value) -> Message {
    let mut message = Message::empty(Role::Assistant);
    message.content = wire["content"].as_str().map(Into::into);
    let calls = wire["tool_calls"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    message.tool_calls = calls
        .iter()
        .map(|call| ToolCall {
            id: text(&call["id"]),
            name: text(&call["function"]["name"]),
            arguments: text(&call["function"]["arguments"]),
            ..ToolCall::default()
        })
        .collect();
    message
}

pub(super) fn usage(wire: &Value) -> Usage {
    let mut usage = Usage::new();
    usage.input_tokens = wire["prompt_tokens"].as_u64();
    usage.output_tokens = wire["completion_tokens"].as_u64();
    usage.total_tokens = wire["total_tokens"].as_u64();
    match wire["cost"].to_string().parse() {
        Ok(cost) => usage.with_cost(cost, CostSource::Provider),
        Err(_) => usage,
    }
}
