//! An answer's JSON. It is written from structs so that the cost keeps every digit: a `Value` would make it a float.

use serde::Serialize;
use serde_json::{Value, json, value::RawValue};

use super::Answer;
use crate::{Bill, reply::Step};

/// An answer to one certain call.
pub(super) struct Made {
    pub(super) id: String,
    pub(super) model: String,
    pub(super) created: u64,
    pub(super) bill: Bill,
}

#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'a str,
    provider: &'static str,
    choices: [Value; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
}

/// The `usage` of a body.
#[derive(Serialize)]
pub(crate) struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
    cost: Option<Box<RawValue>>,
    is_byok: bool,
}

impl Usage {
    pub(crate) fn of(bill: Bill) -> Self {
        Self {
            prompt_tokens: bill.prompt_tokens,
            completion_tokens: bill.completion_tokens,
            total_tokens: bill.prompt_tokens.saturating_add(bill.completion_tokens),
            cost: RawValue::from_string(bill.cost.to_string()).ok(),
            is_byok: false,
        }
    }
}

/// Serialises what cannot fail to be JSON: strings, integers and values.
pub(crate) fn text_of(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}

impl Made {
    fn body(&self, object: &'static str, choice: Value, usage: Option<Usage>) -> String {
        text_of(&Body {
            id: &self.id,
            object,
            created: self.created,
            model: &self.model,
            provider: "Testkit",
            choices: [choice],
            usage,
        })
    }

    pub(super) fn whole(&self, answer: &Answer) -> String {
        let mut message = json!({"role": "assistant", "content": answer.text, "refusal": null});
        if let Some([id, name, arguments]) = answer.has_tool_call() {
            message["content"] = Value::Null;
            message["tool_calls"] = json!([call(0, Some((id, name)), arguments)]);
        }
        let reason = answer.reason();
        let choice = json!({
            "index": 0,
            "message": message,
            "finish_reason": reason,
            "native_finish_reason": reason,
            "logprobs": null,
        });
        self.body("chat.completion", choice, Some(Usage::of(self.bill)))
    }

    fn event(&self, delta: &Value, reason: Option<&str>, usage: Option<Usage>) -> Step {
        let choice =
            json!({"index": 0, "delta": delta, "finish_reason": reason, "native_finish_reason": reason});
        let body = self.body("chat.completion.chunk", choice, usage);
        Step::Bytes(format!("data: {body}\n\n").into())
    }

    pub(super) fn delta(&self, delta: &Value) -> Step {
        self.event(delta, None, None)
    }

    pub(super) fn finish(&self, reason: &str) -> Step {
        self.event(&text_delta(""), Some(reason), None)
    }

    /// The event behind the last one of the answer, which repeats its finish reason beside the usage.
    pub(super) fn usage(&self, reason: &str) -> Step {
        self.event(&text_delta(""), Some(reason), Some(Usage::of(self.bill)))
    }
}

pub(super) fn text_delta(text: &str) -> Value {
    json!({"role": "assistant", "content": text})
}

pub(super) fn tool_deltas(id: &str, name: &str, arguments: &str) -> [Value; 3] {
    let mut half = arguments.len() / 2;
    while !arguments.is_char_boundary(half) {
        half -= 1;
    }
    let (first, second) = arguments.split_at(half);
    [call(0, Some((id, name)), ""), call(0, None, first), call(0, None, second)]
        .map(|call| json!({"role": "assistant", "content": null, "tool_calls": [call]}))
}

fn call(index: u32, head: Option<(&str, &str)>, arguments: &str) -> Value {
    let mut call = json!({"index": index, "type": "function", "function": {"arguments": arguments}});
    if let Some((id, name)) = head {
        call["id"] = id.into();
        call["function"]["name"] = name.into();
    }
    call
}
