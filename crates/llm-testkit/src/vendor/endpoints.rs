//! What the vendor offers beside chat.

use fastrand::Rng;
use llm_core::Usd;
use serde::Serialize;
use serde_json::{Value, json, value::RawValue};

use super::refusal;
use crate::{
    Bill, Call, End, Reply,
    answer::{Usage, price, prompt_words, text_of},
    ledger::Ledger,
};

/// How many numbers a vector has where the request does not say.
const DIMENSIONS: u64 = 8;

#[derive(Serialize)]
struct Embeddings {
    object: &'static str,
    data: Vec<Value>,
    model: Value,
    usage: Usage,
}

pub(super) fn embeddings(request: &Value, number: u64, rng: &mut Rng) -> Reply {
    let texts = request["input"].as_array().map_or(1, Vec::len);
    let dimensions = request["dimensions"].as_u64().unwrap_or(DIMENSIONS).min(4096);
    let tokens = prompt_words(request);
    let bill = Bill { prompt_tokens: tokens, completion_tokens: 0, cost: price(tokens, 0) };
    let data = (0..texts)
        .map(|index| {
            let vector: Vec<f32> = (0..dimensions).map(|_| rng.f32()).collect();
            json!({"object": "embedding", "index": index, "embedding": vector})
        })
        .collect();
    let model = request["model"].clone();
    json_reply(&Embeddings { object: "list", data, model, usage: Usage::of(bill) })
        .with_id(&format!("gen-emb-{number:06}"))
        .with_bill(bill)
}

/// A reply of JSON whose money keeps its digits.
fn json_reply(body: &impl Serialize) -> Reply {
    Reply::status(200).header("content-type", "application/json").bytes(text_of(body))
}

pub(super) fn models() -> Reply {
    let model = |id: &str, name: &str| {
        json!({
            "id": id,
            "canonical_slug": id,
            "name": name,
            "created": 1_760_000_000,
            "description": "A model of the test kit.",
            "context_length": 128_000,
            "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
            "pricing": {"prompt": price(1, 0), "completion": price(0, 1), "discount": 0, "overrides": []},
            "top_provider": {"context_length": 128_000, "max_completion_tokens": 4096, "is_moderated": false},
            "per_request_limits": null,
            "supported_parameters": ["tools", "tool_choice", "response_format", "structured_outputs", "seed"],
        })
    };
    let data = [
        model("testkit/echo", "Testkit: Echo"),
        model("testkit/small:free", "Testkit: Small (free)"),
        model("~testkit/latest", "Testkit: Latest"),
    ];
    Reply::json(&json!({"data": data, "total_count": data.len(), "links": {"next": null}}))
}

/// Everything that was charged so far.
fn charged(ledger: &Ledger) -> Option<Box<RawValue>> {
    let sum: Usd = ledger.read(|calls| calls.iter().map(Call::cost).sum());
    RawValue::from_string(sum.to_string()).ok()
}

#[derive(Serialize)]
struct Data<T> {
    data: T,
}

pub(super) fn key(ledger: &Ledger) -> Reply {
    #[derive(Serialize)]
    struct Key {
        label: &'static str,
        limit: Option<u64>,
        limit_remaining: Option<u64>,
        usage: Option<Box<RawValue>>,
        is_free_tier: bool,
        is_management_key: bool,
    }
    json_reply(&Data {
        data: Key {
            label: "sk-…kit",
            limit: None,
            limit_remaining: None,
            usage: charged(ledger),
            is_free_tier: false,
            is_management_key: false,
        },
    })
}

pub(super) fn credits(ledger: &Ledger) -> Reply {
    #[derive(Serialize)]
    struct Credits {
        total_credits: u64,
        total_usage: Option<Box<RawValue>>,
    }
    json_reply(&Data { data: Credits { total_credits: 1000, total_usage: charged(ledger) } })
}

/// The record of one call, once it has ended: what it was charged, whoever heard the answer.
pub(super) fn generation(ledger: &Ledger, id: Option<&str>) -> Reply {
    #[derive(Serialize)]
    struct Generation {
        id: Option<String>,
        total_cost: Option<Box<RawValue>>,
        usage: Option<Box<RawValue>>,
        tokens_prompt: u64,
        tokens_completion: u64,
        native_tokens_prompt: u64,
        native_tokens_completion: u64,
        native_tokens_reasoning: Option<u64>,
        native_tokens_cached: Option<u64>,
        provider_name: &'static str,
        streamed: bool,
        cancelled: bool,
        is_byok: bool,
    }
    let ended = |call: &&Call| call.id.is_some() && call.id.as_deref() == id && call.end != End::Open;
    let Some(call) = ledger.read(|calls| calls.iter().find(ended).cloned()) else {
        return refusal(404, "Generation not found");
    };
    let bill = call.charged.unwrap_or_default();
    let cost = || RawValue::from_string(bill.cost.to_string()).ok();
    json_reply(&Data {
        data: Generation {
            id: call.id,
            total_cost: cost(),
            usage: cost(),
            tokens_prompt: bill.prompt_tokens,
            tokens_completion: bill.completion_tokens,
            native_tokens_prompt: bill.prompt_tokens,
            native_tokens_completion: bill.completion_tokens,
            native_tokens_reasoning: None,
            native_tokens_cached: None,
            provider_name: "Testkit",
            streamed: call.streamed,
            cancelled: call.end == End::HungUp,
            is_byok: false,
        },
    })
}
