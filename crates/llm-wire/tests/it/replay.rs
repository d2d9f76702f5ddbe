//! Replays a folder of recorded exchanges, if the environment names one in `LLM_FIXTURES`.
//!
//! The folder holds `<vendor>/manifest.json`, a list of exchanges with the names of the files of each.

use std::path::{Path, PathBuf};

use llm_core::{ChatEvent, ErrorKind, FinishReason};
use llm_wire::chat_completions::{
    Dialect, ReasoningField, Reply, StreamFailure, decode_embed_request, decode_embed_response,
    decode_failure, decode_request, decode_response, encode_embed_request, encode_request,
};
use serde_json::{Value, json};

use crate::payload::{Played, data, play};

const VENDORS: [&str; 3] = ["openrouter", "openai", "deepseek"];

/// The folder, or a line that says what was skipped.
fn folder(test: &str) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a test may ask where recordings are")]
    let folder = std::env::var("LLM_FIXTURES").ok().map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: {test} (LLM_FIXTURES names no folder)");
    }
    folder
}

/// One exchange of a manifest.
struct Exchange {
    name: String,
    status: u64,
    path: String,
    request: Option<Vec<u8>>,
    response: Vec<u8>,
    streamed: bool,
}

fn exchanges(folder: &Path) -> Vec<Exchange> {
    let vendor = |vendor: &'static str| {
        let folder = folder.join(vendor);
        let manifest: Value =
            serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap();
        let list = manifest["fixtures"].as_array().unwrap().clone();
        list.into_iter().map(move |exchange| {
            let file = |field: &str| Some(std::fs::read(folder.join(exchange[field].as_str()?)).unwrap());
            Exchange {
                name: format!("{vendor}/{}", exchange["name"].as_str().unwrap()),
                status: exchange["status"].as_u64().unwrap(),
                path: exchange["path"].as_str().unwrap_or_default().to_owned(),
                request: file("request"),
                response: file("response").unwrap(),
                streamed: exchange["response"].as_str().unwrap().ends_with(".sse"),
            }
        })
    };
    VENDORS.into_iter().flat_map(vendor).collect()
}

/// The recorded streams that have no whole end: cut short, or ended by an error.
const BROKEN: [&str; 7] = [
    "openrouter/doc_stream_midstream_error",
    "openrouter/doc_stream_midstream_error_string_code",
    "openrouter/stream_no_done_cut",
    "openai/stream_error_in_stream",
    "openai/stream_error_string_code",
    "openai/compatible_data_null_line",
    "deepseek/stream_keepalive_comments",
];

fn is_chat(exchange: &Exchange) -> bool {
    exchange.path.ends_with("/chat/completions")
}

fn play_bytes(bytes: &[u8]) -> Played {
    let data = data(&String::from_utf8_lossy(bytes).replace("\r\n", "\n"));
    play(data.iter().map(String::as_str))
}

#[test]
fn every_recorded_chat_is_read() {
    let Some(folder) = folder("every_recorded_chat_is_read") else { return };
    let mut counts = [0; 3];
    for exchange in exchanges(&folder).iter().filter(|exchange| is_chat(exchange)) {
        if exchange.status >= 400 {
            counts[0] += 1;
            let html = exchange.response.starts_with(b"<");
            assert_eq!(decode_failure(&exchange.response).is_none(), html, "{}", exchange.name);
        } else if exchange.streamed {
            counts[1] += 1;
            let played = play_bytes(&exchange.response);
            let malformed = matches!(played.failure, Some(StreamFailure::Malformed(_)));
            assert!(!malformed, "{}: {:?}", exchange.name, played.failure);
            assert_eq!(played.end.is_some(), BROKEN.contains(&&*exchange.name), "{}", exchange.name);
            if played.end.is_none() {
                assert!(!played.collect().choices.is_empty(), "{}", exchange.name);
            }
        } else {
            counts[2] += 1;
            decode_response(&exchange.response)
                .unwrap_or_else(|error| panic!("{}: {error:?}", exchange.name));
        }
    }
    println!("read {} failures, {} streams, {} answers", counts[0], counts[1], counts[2]);
    assert!(counts.iter().all(|count| *count > 10), "{counts:?}");
}

#[test]
fn every_recorded_request_survives() {
    let Some(folder) = folder("every_recorded_request_survives") else { return };
    let dialect = Dialect::default().with_reasoning(ReasoningField::Object);
    let mut count = 0;
    for exchange in exchanges(&folder).iter().filter(|exchange| is_chat(exchange)) {
        let Some(body) = &exchange.request else { continue };
        count += 1;
        let inbound = decode_request(body).unwrap_or_else(|error| panic!("{}: {error:?}", exchange.name));
        let again = encode_request(&inbound.request, inbound.stream, &dialect).unwrap();
        let again: Value = serde_json::from_slice(&again).unwrap();
        let body: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(normal(again), normal(body), "{}", exchange.name);
    }
    println!("{count} requests survived");
    assert!(count > 50);
}

/// A request without the differences that mean nothing: older names, `null`, empty lists of the request itself, a whole
/// number written as a float, and the switch for usage that the dialect sets.
fn normal(mut body: Value) -> Value {
    let fields = body.as_object_mut().unwrap();
    fields.shift_remove("stream_options");
    if fields.get("stream") == Some(&json!(false)) {
        fields.shift_remove("stream");
    }
    if let Some(limit) = fields.shift_remove("max_tokens") {
        fields.insert("max_completion_tokens".into(), limit);
    }
    if let Some(effort) = fields.shift_remove("reasoning_effort") {
        fields.insert("reasoning".into(), json!({"effort": effort}));
    }
    if let Some(Value::String(stop)) = fields.get("stop") {
        let stop = json!([stop]);
        fields.insert("stop".into(), stop);
    }
    fields.retain(|name, value| name == "messages" || name == "transforms" || value != &json!([]));
    for message in fields["messages"].as_array_mut().unwrap() {
        let message = message.as_object_mut().unwrap();
        if let Some(reasoning) = message.shift_remove("reasoning_content") {
            message.entry("reasoning").or_insert(reasoning);
        }
    }
    canonical(body)
}

/// Drops `null`s and writes every number as a float.
fn canonical(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(_, value)| !value.is_null());
            kept.map(|(name, value)| (name, canonical(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(canonical).collect(),
        Value::Number(number) => json!(number.as_f64()),
        other => other,
    }
}

#[test]
fn every_recorded_embedding_is_read() {
    let Some(folder) = folder("every_recorded_embedding_is_read") else { return };
    for exchange in exchanges(&folder).iter().filter(|exchange| exchange.path.ends_with("/embeddings")) {
        if let Some(body) = &exchange.request {
            let again = encode_embed_request(&decode_embed_request(body).unwrap()).unwrap();
            let again: Value = serde_json::from_slice(&again).unwrap();
            assert_eq!(again, serde_json::from_slice::<Value>(body).unwrap(), "{}", exchange.name);
        }
        let failed = matches!(decode_embed_response(&exchange.response).unwrap(), Reply::Failure(_));
        assert_eq!(failed, exchange.status >= 400, "{}", exchange.name);
    }
}

#[test]
fn every_trap_is_avoided() {
    let Some(folder) = folder("every_trap_is_avoided") else { return };
    let all = exchanges(&folder);
    let bytes = |name: &str| &all.iter().find(|exchange| exchange.name == name).unwrap().response;
    let answer = |name: &str| match decode_response(bytes(name)).unwrap() {
        Reply::Answer(answer) => answer,
        Reply::Failure(failure) => panic!("{name}: {failure:?}"),
    };
    let stream = |name: &str| play_bytes(bytes(name));

    let cut = answer("openrouter/chat_tool_truncated_finish_tool_calls");
    assert_eq!(cut.finish_reason(), Some(&FinishReason::Length));
    assert_eq!(cut.choices[0].native_finish_reason.as_deref(), Some("max_output_tokens"));
    assert_eq!(
        stream("openrouter/stream_tool_truncated").collect().finish_reason(),
        Some(&FinishReason::Length)
    );

    let limit = stream("openrouter/stream_error_in_200_token_limit").collect();
    assert_eq!(limit.finish_reason(), Some(&FinishReason::Length));
    assert_eq!(limit.usage.input_tokens, Some(43));

    let failure = decode_failure(bytes("openrouter/doc_error_429_capacity_exhausted")).unwrap();
    assert_eq!((failure.status, failure.error_type()), (Some(429), Some("rate_limit_exceeded")));
    let Reply::Failure(failure) = decode_response(bytes("openrouter/error_200_body_error_only")).unwrap()
    else {
        panic!("an error inside a 200 is a failure")
    };
    assert_eq!(failure.status, Some(429));
    let played = stream("openrouter/doc_stream_midstream_error_string_code");
    let Some(StreamFailure::Failure(failure)) = &played.failure else { panic!("{played:?}") };
    assert_eq!(failure.code.as_deref(), Some("server_error"));

    let lines = stream("openai/compatible_data_null_line");
    assert_eq!(lines.failure, None);
    let thinks = |event: &ChatEvent| matches!(event, ChatEvent::ReasoningDelta { text, .. } if text == "\n");
    assert!(lines.events.iter().any(thinks), "{lines:?}");

    assert_eq!(
        answer("deepseek/chat_tool_empty_arguments_on_length").finish_reason(),
        Some(&FinishReason::Length)
    );
    assert_eq!(stream("openrouter/stream_no_done_cut").end.unwrap().kind(), ErrorKind::StreamInterrupted);
    let own_key = stream("openrouter/stream_usage_empty_choices").collect().usage;
    assert_eq!(own_key.cost.unwrap().to_string(), "0.00294");
    let old = answer("openrouter/chat_usage_without_cost_2025").usage;
    assert_eq!((old.cost, old.input_tokens.is_some()), (None, true));
    assert_eq!(answer("openrouter/chat_cache_hit_zero_usage").usage.input_tokens, Some(0));
}
