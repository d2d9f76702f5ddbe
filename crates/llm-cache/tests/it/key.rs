//! `CacheKey`: the same for what is the same, and for nothing else.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};

use llm_cache::CacheKey;
use llm_core::{
    CacheControl, CacheMode, CallOptions, ChatRequest, Content, ContentPart, Message, Operation, Reasoning,
    ResponseFormat, Role, Tool, ToolChoice,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn key(request: &ChatRequest) -> CacheKey {
    CacheKey::of(Some("acme"), request).unwrap()
}

type Change = fn(&mut ChatRequest);

/// A change of each field, by its name.
fn changes() -> Vec<(&'static str, Change)> {
    vec![
        ("model", |r| r.model.push('x')),
        ("messages", |r| r.messages.push(Message::user("more"))),
        ("max_output_tokens", |r| r.max_output_tokens = Some(0)),
        ("temperature", |r| r.temperature = Some(0.0)),
        ("top_p", |r| r.top_p = Some(0.0)),
        ("top_k", |r| r.top_k = Some(0)),
        ("min_p", |r| r.min_p = Some(0.0)),
        ("top_a", |r| r.top_a = Some(0.0)),
        ("frequency_penalty", |r| r.frequency_penalty = Some(0.0)),
        ("presence_penalty", |r| r.presence_penalty = Some(0.0)),
        ("repetition_penalty", |r| r.repetition_penalty = Some(0.0)),
        ("seed", |r| r.seed = Some(0)),
        ("stop", |r| r.stop.push(String::new())),
        ("logit_bias", |r| r.logit_bias = Some([].into())),
        ("logprobs", |r| r.logprobs = Some(false)),
        ("top_logprobs", |r| r.top_logprobs = Some(0)),
        ("n", |r| r.n = Some(1)),
        ("response_format", |r| r.response_format = Some(ResponseFormat::Text)),
        ("tools", |r| r.tools.push(Tool::function("f", "d", json!({})))),
        ("tool_choice", |r| r.tool_choice = Some(ToolChoice::Auto)),
        ("parallel_tool_calls", |r| r.parallel_tool_calls = Some(false)),
        ("reasoning", |r| r.reasoning = Some(Reasoning::default())),
        ("verbosity", |r| r.verbosity = Some(String::new())),
        ("modalities", |r| r.modalities.push("text".into())),
        ("audio", |r| r.audio = Some(json!({}))),
        ("prediction", |r| r.prediction = Some(json!({}))),
        ("service_tier", |r| r.service_tier = Some(String::new())),
        ("user", |r| r.user = Some(String::new())),
        ("session_id", |r| r.session_id = Some(String::new())),
        ("metadata", |r| drop(r.metadata.insert(String::new(), String::new()))),
        ("cache_control", |r| r.cache_control = Some(CacheControl::ephemeral())),
        ("extra", |r| drop(r.extra.insert("unknown".into(), json!(null)))),
    ]
}

#[test]
fn every_field_counts() {
    let Ok(Value::Object(fields)) = serde_json::to_value(ChatRequest::default()) else { panic!("no object") };
    let named: BTreeSet<_> = fields.keys().map(String::as_str).filter(|name| *name != "options").collect();
    let changed: BTreeSet<_> = changes().into_iter().map(|(name, _)| name).collect();
    assert_eq!(named, changed, "a field without a change here");

    let mut keys = HashSet::from([key(&ChatRequest::new("m"))]);
    for (name, change) in changes() {
        let mut request = ChatRequest::new("m");
        change(&mut request);
        assert!(keys.insert(key(&request)), "{name} does not count");
    }
}

#[test]
fn of_the_options_those_count_that_change_the_answer() {
    let with = |change: fn(&mut CallOptions)| {
        let mut options = CallOptions::default();
        change(&mut options);
        key(&ChatRequest::new("m").with_options(options))
    };
    let plain = with(|_| {});
    assert_ne!(with(|options| options.lenient = true), plain);
    assert_ne!(with(|options| options.operation = Operation::Structured), plain);
    assert_eq!(with(|options| options.cache = CacheMode::On { ttl: None }), plain);
    assert_eq!(with(|options| options.limits.total = Some(Duration::from_secs(1))), plain);
}

#[test]
fn tenants_never_share() {
    let request = ChatRequest::new("m");
    let tenants = [None, Some(""), Some("a"), Some("b"), Some("ab")];
    let keys: HashSet<_> = tenants.iter().map(|tenant| CacheKey::of(*tenant, &request)).collect();
    assert_eq!(keys.len(), tenants.len());
}

#[test]
fn what_looks_alike_is_not_the_same() {
    let one = |content: Content| key(&ChatRequest::new("m").message(Message::new(Role::User, content)));
    let extra = |value: Value| key(&ChatRequest::new("m").with_extra("x", value));
    // A named field and an unnamed one of the same name: both are sent, and a reader takes one of them.
    let shadowed = |text: &str| {
        let mut message = Message::user(text);
        message.extra.insert("content".into(), json!("z"));
        key(&ChatRequest::new("m").message(message))
    };
    let keys = [
        one("a".into()),
        one(vec![ContentPart::text("a")].into()),
        one(vec![ContentPart::text("a"), ContentPart::text("")].into()),
        shadowed("a"),
        shadowed("b"),
        extra(json!(null)),
        extra(json!(false)),
        extra(json!(0)),
        extra(json!(0.0)),
        extra(json!(-0.0)),
        extra(json!("")),
        extra(json!("0")),
        extra(json!([])),
        extra(json!([[]])),
        extra(json!([0])),
        extra(json!({})),
        extra(json!({"0": 0})),
        extra(json!(["0", 0])),
    ];
    assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len());
}

#[test]
fn what_nests_too_deep_has_no_key() {
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(CacheKey::of(None, &ChatRequest::new("m").with_extra("x", deep)), None);
}

#[test]
fn a_key_is_the_same_in_every_process_and_version() {
    let request = ChatRequest::new("m").user("hi").with_extra("b", json!({"y": 1, "x": [2.5, null]}));
    // A change here makes every kept answer worthless: raise the version of the form when it is meant.
    assert_eq!(key(&request).to_string(), "746fb92ca71d9c83db3c4196500c8b6160f510a45d4e849d66eb9c4ff7d176ab");
}

/// JSON of any shape, a few levels deep.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no such number", |f| f.is_finite()).prop_map(Value::from),
        "[a-c]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-e]{1,2}", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// The same with the keys of every object the other way round.
fn turned(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().rev().map(|(key, value)| (key, turned(value))).collect())
        }
        Value::Array(items) => items.into_iter().map(turned).collect(),
        leaf => leaf,
    }
}

/// The same with one leaf, or one empty list or object, replaced: the one that `at` counts down to.
fn changed(value: Value, at: &mut usize) -> Value {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            Value::Object(fields.into_iter().map(|(key, value)| (key, changed(value, at))).collect())
        }
        Value::Array(items) if !items.is_empty() => items.into_iter().map(|item| changed(item, at)).collect(),
        leaf => match std::mem::replace(at, at.wrapping_sub(1)) {
            0 => json!(["was", leaf]),
            _ => leaf,
        },
    }
}

fn leaves(value: &Value) -> usize {
    match value {
        Value::Object(fields) if !fields.is_empty() => fields.values().map(leaves).sum(),
        Value::Array(items) if !items.is_empty() => items.iter().map(leaves).sum(),
        _ => 1,
    }
}

/// A request with JSON in a tool and in an unnamed field.
fn asking(in_tool: Value, in_extra: Value) -> ChatRequest {
    let request = ChatRequest::new("m").with_tool(Tool::function("f", "d", in_tool));
    request.with_extra("first", in_extra).with_extra("second", 2)
}

proptest! {
    #[test]
    fn the_order_of_keys_does_not_matter(value in json_value()) {
        let request = asking(value.clone(), value.clone());
        let mut other = asking(turned(value.clone()), turned(value));
        other.extra = other.extra.into_iter().rev().collect();
        prop_assert_eq!(key(&request), key(&other));
    }

    #[test]
    fn every_value_counts_wherever_it_stands(value in json_value(), at in any::<prop::sample::Index>()) {
        let other = changed(value.clone(), &mut at.index(leaves(&value)));
        prop_assert_ne!(&value, &other);
        let keys = HashSet::from([
            key(&asking(value.clone(), value.clone())),
            key(&asking(other.clone(), value.clone())),
            key(&asking(value, other)),
        ]);
        prop_assert_eq!(keys.len(), 3);
    }
}
