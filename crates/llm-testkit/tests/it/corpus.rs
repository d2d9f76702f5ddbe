//! The corpus: its names are unique, and each request survives JSON.

use std::collections::BTreeSet;

use llm_core::ChatRequest;
use llm_testkit::corpus;
use serde_json::{Map, Value};

#[test]
fn names_are_unique_and_found() {
    let names: BTreeSet<_> = corpus::requests().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), corpus::requests().len());
    assert!(names.iter().all(|name| corpus::request(name).is_some()));
    assert!(corpus::request("none").is_none());
}

/// What a request says, without all that it leaves unsaid.
fn said(request: ChatRequest) -> serde_json::Result<Value> {
    fn says_nothing(value: &Value) -> bool {
        value.is_null()
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(Map::is_empty)
    }
    let mut json = serde_json::to_value(request)?;
    if let Value::Object(fields) = &mut json {
        fields.remove("options");
        fields.retain(|_, value| !says_nothing(value));
    }
    Ok(json)
}

#[test]
fn each_request_is_a_snapshot() {
    llm_testkit::snapshot_corpus!("corpus", said);
}

#[test]
fn each_request_survives_json() {
    for (name, request) in corpus::requests() {
        let json = serde_json::to_string(&request).unwrap();
        assert_eq!(serde_json::from_str::<ChatRequest>(&json).unwrap(), request, "{name}");
    }
}
