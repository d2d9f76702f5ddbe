//! The vendor: the same seed, the same answers; its record of each call is its ledger.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use llm_testkit::{End, Fault, Upstream, Vendor};
use serde_json::{Value, json};

use crate::raw::{Raw, Reply};

async fn ask(upstream: &Upstream, body: &Value) -> Reply {
    Raw::post(upstream.address(), "/api/v1/chat/completions", "r", body).await.reply().await.unwrap()
}

async fn get(upstream: &Upstream, path: &str) -> Reply {
    Raw::get(upstream.address(), &format!("/api/v1{path}")).await.reply().await.unwrap()
}

/// What a vendor of this seed says to six calls.
async fn said(seed: u64) -> Vec<String> {
    let upstream = Upstream::vendor(Vendor::new(seed)).await;
    let mut said = Vec::new();
    for number in 0..6 {
        let body =
            json!({"model": "m", "stream": number % 2 == 0, "messages": [{"role": "user", "content": "x"}]});
        said.push(ask(&upstream, &body).await.text());
    }
    said
}

#[tokio::test]
async fn the_same_seed_says_the_same_and_another_seed_something_else() {
    let (one, again, other) = (said(1).await, said(1).await, said(2).await);
    assert_eq!(one, again);
    assert!(one.iter().zip(&other).all(|(one, other)| one != other));
}

#[tokio::test]
async fn the_same_seed_draws_the_same_faults_at_about_their_share() {
    let draw = async |seed| {
        let fault = Fault::named("status_503").unwrap();
        let upstream = Upstream::vendor(Vendor::new(seed).with_fault(fault, 0.25)).await;
        for _ in 0..100 {
            ask(&upstream, &json!({"messages": []})).await;
        }
        upstream.calls().iter().map(|call| call.fault.is_some()).collect::<Vec<_>>()
    };
    let faults = draw(7).await;
    assert_eq!(faults, draw(7).await);
    let count = faults.iter().filter(|fault| **fault).count();
    assert!((10..40).contains(&count), "{count} of 100");
}

#[tokio::test]
async fn a_stream_and_its_pieces_are_as_long_as_asked() {
    let vendor = Vendor::new(3).with_words(12, 12).with_chunks(4).with_pace(Duration::from_millis(1));
    let upstream = Upstream::vendor(vendor).await;
    let text = ask(&upstream, &json!({"stream": true})).await.text();
    let pieces: Vec<String> = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line.strip_prefix("data: ")?).ok())
        .filter_map(|event| event["choices"][0]["delta"]["content"].as_str().map(str::to_owned))
        .filter(|piece| !piece.is_empty())
        .collect();
    assert_eq!(pieces.len(), 4);
    assert_eq!(pieces.concat().split_whitespace().count(), 12);
    assert!(text.contains(": OPENROUTER PROCESSING") && text.ends_with("data: [DONE]\n\n"));
}

#[tokio::test]
async fn a_limit_on_tokens_cuts_the_answer_and_says_so() {
    let upstream = Upstream::vendor(Vendor::new(3).with_words(12, 12)).await;
    let answer = ask(&upstream, &json!({"max_tokens": 3})).await.json();
    assert_eq!(answer["choices"][0]["finish_reason"], "length");
    assert_eq!(answer["usage"]["completion_tokens"], 3);
}

#[tokio::test]
async fn a_call_without_a_key_or_with_a_wrong_one_is_refused_and_free() {
    let upstream = Upstream::vendor(Vendor::new(1).with_key("sk-or-v1-right")).await;
    let reply = ask(&upstream, &json!({"messages": []})).await;
    assert_eq!((reply.json()["error"]["code"].as_u64(), upstream.calls()[0].billed()), (Some(401), false));
}

#[tokio::test]
async fn the_record_of_a_call_says_what_was_charged() {
    let upstream = Upstream::vendor(Vendor::new(1)).await;
    let answer =
        ask(&upstream, &json!({"messages": [{"role": "user", "content": "one two three"}]})).await.json();
    let record = get(&upstream, &format!("/generation?id={}", answer["id"].as_str().unwrap())).await.text();
    let call = &upstream.calls()[0];
    assert_eq!(call.end, End::Finished);
    assert!(record.contains(&format!("\"total_cost\":{},", call.cost())), "{record}");
    let record: Value = serde_json::from_str(&record).unwrap();
    assert_eq!(record["data"]["native_tokens_prompt"], 3);
    assert!(get(&upstream, "/generation?id=gen-none").await.head.starts_with("http/1.1 404"));
    let spent = get(&upstream, "/credits").await.text();
    assert!(spent.contains(&format!("\"total_usage\":{}}}", call.cost())), "{spent}");
    assert!(get(&upstream, "/key").await.json()["data"]["limit"].is_null());
}

#[tokio::test]
async fn embeddings_are_as_many_as_the_texts_and_are_charged() {
    let upstream = Upstream::vendor(Vendor::new(1)).await;
    let body = json!({"model": "e", "input": ["one two", "three"], "dimensions": 3});
    let reply =
        Raw::post(upstream.address(), "/v1/embeddings", "r", &body).await.reply().await.unwrap().json();
    let vectors = reply["data"].as_array().unwrap();
    assert_eq!((vectors.len(), vectors[0]["embedding"].as_array().unwrap().len()), (2, 3));
    assert_eq!(upstream.ended(0).await.charged.unwrap().prompt_tokens, 3);
}

#[tokio::test]
async fn the_catalogue_is_public() {
    let upstream = Upstream::vendor(Vendor::new(1).with_key("sk-other")).await;
    let list = get(&upstream, "/models").await.json();
    assert_eq!(list["data"][0]["pricing"]["prompt"], "0.000001234567");
}
