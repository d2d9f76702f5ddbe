//! What an answer must be, read off the recorded bytes by other means than those under test.

use llm_core::{ChatResponse, Usd};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

/// What a recorded answer says, put together plainly.
#[derive(Default)]
struct Said {
    id: Value,
    model: Value,
    provider: Value,
    text: String,
    refusal: String,
    reasoning: String,
    /// Id, name and arguments of each call.
    calls: Vec<[String; 3]>,
    signatures: Vec<Value>,
    annotations: usize,
    images: usize,
    reason: String,
    native: Option<String>,
    usage: Value,
}

/// The answer must say what was recorded, all of it and nothing else.
pub(crate) fn check(name: &str, body: &[u8], streamed: bool, answer: &ChatResponse) {
    let mut said = Said::default();
    if streamed {
        chunks(body).iter().for_each(|chunk| said.take(chunk, "delta"));
    } else {
        said.take(&serde_json::from_slice(body).unwrap(), "message");
    }
    let choice = &answer.choices[0];
    let message = &choice.message;
    assert_eq!(answer.provider.as_ref().map(|name| name.as_str()), Some("openrouter"), "{name}");
    assert_eq!(answer.id.as_deref(), said.id.as_str(), "{name}: the id");
    assert_eq!(Some(answer.model.as_str()), said.model.as_str(), "{name}: the model");
    assert_eq!(answer.served_by.as_deref(), said.provider.as_str(), "{name}: who served");
    assert_eq!(message.text(), said.text, "{name}: the text");
    assert_eq!(message.refusal.as_deref().unwrap_or_default(), said.refusal, "{name}: the refusal");
    assert_eq!(message.reasoning.as_deref().unwrap_or_default(), said.reasoning, "{name}: the reasoning");
    let calls: Vec<_> =
        message.tool_calls.iter().map(|c| [c.id.clone(), c.name.clone(), c.arguments.clone()]).collect();
    assert_eq!(calls, said.calls, "{name}: the calls");
    let signatures: Vec<_> = message.reasoning_details.iter().filter_map(opaque).collect();
    assert_eq!(signatures, said.signatures, "{name}: what must go back verbatim");
    let count = |field: &str| message.extra.get(field).and_then(Value::as_array).map_or(0, Vec::len);
    assert_eq!((count("annotations"), count("images")), (said.annotations, said.images), "{name}");

    let cut = said
        .calls
        .iter()
        .any(|[_, _, arguments]| !arguments.is_empty() && serde_json::from_str::<Value>(arguments).is_err());
    let reason = if cut { "length" } else { &said.reason };
    assert_eq!(choice.finish_reason.as_str(), reason, "{name}: why it ended");
    assert_eq!(choice.native_finish_reason, said.native, "{name}: why it ended, natively");

    let tokens = |field: &str| said.usage[field].as_u64();
    let usage = &answer.usage;
    assert_eq!(
        (usage.input_tokens, usage.output_tokens),
        (tokens("prompt_tokens"), tokens("completion_tokens")),
        "{name}"
    );
    let cached = said.usage["prompt_tokens_details"]["cached_tokens"].as_u64();
    let reasoned = said.usage["completion_tokens_details"]["reasoning_tokens"].as_u64();
    assert_eq!((usage.cached_tokens, usage.reasoning_tokens), (cached, reasoned), "{name}");
    let wanted = if streamed { data(body).filter_map(cost).last() } else { cost(body) };
    assert_eq!(usage.cost, wanted, "{name}: the cost");
}

impl Said {
    fn take(&mut self, chunk: &Value, place: &str) {
        for (slot, field) in [
            (&mut self.id, "id"),
            (&mut self.model, "model"),
            (&mut self.provider, "provider"),
            (&mut self.usage, "usage"),
        ] {
            if slot.is_null() || field == "usage" && chunk.get(field).is_some() {
                *slot = chunk[field].clone();
            }
        }
        let Some(choice) = chunk["choices"].get(0) else { return };
        if let Some(reason) = choice["finish_reason"].as_str() {
            self.reason = reason.to_owned();
        }
        if let Some(native) = choice["native_finish_reason"].as_str() {
            self.native = Some(native.to_owned());
        }
        self.take_message(&choice[place]);
    }

    fn take_message(&mut self, message: &Value) {
        match &message["content"] {
            Value::Array(parts) => parts.iter().for_each(|part| push(&mut self.text, &part["text"])),
            text => push(&mut self.text, text),
        }
        push(&mut self.refusal, &message["refusal"]);
        push(&mut self.reasoning, &message["reasoning"]);
        for (at, call) in message["tool_calls"].as_array().into_iter().flatten().enumerate() {
            let at = call["index"].as_u64().and_then(|at| usize::try_from(at).ok()).unwrap_or(at);
            if self.calls.len() <= at {
                self.calls.resize(at + 1, Default::default());
            }
            let [id, name, arguments] = &mut self.calls[at];
            push(id, &call["id"]);
            push(name, &call["function"]["name"]);
            push(arguments, &call["function"]["arguments"]);
        }
        for item in message["reasoning_details"].as_array().into_iter().flatten() {
            self.signatures.extend(opaque(item));
        }
        let count = |field: &str| message[field].as_array().map_or(0, Vec::len);
        self.annotations += count("annotations");
        self.images += count("images");
    }
}

/// A signature, or what is encrypted. An empty one announces the one that follows.
fn opaque(item: &Value) -> Option<Value> {
    let mut fields = [&item["signature"], &item["data"]].into_iter();
    fields.find(|value| value.as_str().is_some_and(|text| !text.is_empty())).cloned()
}

fn push(all: &mut String, piece: &Value) {
    all.push_str(piece.as_str().unwrap_or_default());
}

/// The JSON of each event.
fn data(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = body.split(|byte| *byte == b'\n');
    lines.filter_map(|line| line.strip_prefix(b"data: ")).filter(|data| data.starts_with(b"{"))
}

fn chunks(body: &[u8]) -> Vec<Value> {
    data(body).map(|data| serde_json::from_slice(data).unwrap()).collect()
}

/// The cost that a body or an event tells, by its own digits; with an own key, fee and bill.
pub(crate) fn cost(body: &[u8]) -> Option<Usd> {
    #[derive(Deserialize)]
    struct Body {
        usage: Option<Told>,
    }
    #[derive(Deserialize)]
    struct Told {
        cost: Option<Box<RawValue>>,
        is_byok: Option<bool>,
        cost_details: Option<Details>,
    }
    #[derive(Deserialize)]
    struct Details {
        upstream_inference_cost: Option<Box<RawValue>>,
    }
    let usd = |raw: &RawValue| -> Usd { raw.get().trim_matches('"').parse().unwrap() };
    let told = serde_json::from_slice::<Body>(body).unwrap().usage?;
    let charged = usd(told.cost.as_deref()?);
    if told.is_byok != Some(true) {
        return Some(charged);
    }
    charged.checked_add(usd(told.cost_details?.upstream_inference_cost.as_deref()?))
}
