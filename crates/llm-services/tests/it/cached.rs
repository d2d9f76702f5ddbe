//! Answers that were paid for once: who gets them, and what the rows of all others say.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use futures_util::future::join_all;
use llm_services::{
    ChatRequest, EnforcedBy, JsonSchemaFormat, LlmConfig, LlmService, ResponseFormat, Schema, Usd,
    request_log::{RequestLog as _, RequestRecord, RequestStatus},
};
use llm_testkit::{Answer, Gate, Reply, Upstream};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct Npc {
    name: String,
}

const GOOD: &str = r#"{"name":"Ada"}"#;

async fn service(upstream: &Upstream) -> (LlmService, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = LlmConfig::default();
    config.openrouter.api_key = Some("sk-or-v1-test".into());
    config.openrouter.base_url = upstream.url().parse().unwrap();
    config.cache.enabled = true;
    let url = format!("sqlite://{}", folder.path().join("llm.db").display());
    (LlmService::builder().config(config).request_log(url).build().await.unwrap(), folder)
}

fn question() -> ChatRequest {
    ChatRequest::new("openrouter/a/b").user("an npc")
}

fn answer() -> Answer {
    Answer::new(GOOD).with_cost("0.25".parse().unwrap())
}

/// All rows, once everything has ended.
async fn rows(llm: &LlmService) -> Vec<RequestRecord> {
    llm.shutdown(Duration::from_secs(10)).await;
    llm.log().unwrap().page(&Default::default(), Default::default()).await.unwrap().items
}

fn cost(rows: &[RequestRecord]) -> Usd {
    rows.iter().map(|row| row.usage.cost.unwrap()).fold(Usd::ZERO, |sum, cost| sum.checked_add(cost).unwrap())
}

#[tokio::test]
async fn a_checked_answer_and_a_plain_one_do_not_stand_in_for_each_other() {
    let upstream = Upstream::start().await;
    upstream.always("/chat/completions", answer());
    let (llm, _folder) = service(&upstream).await;
    let schema = Schema::of::<Npc>().unwrap();
    let mut format = JsonSchemaFormat::default();
    (format.name, format.schema) = (schema.name().to_owned(), Some(schema.as_value().clone()));
    for strict in [None, Some(true), Some(false)] {
        format.strict = strict;
        let plain = question().with_response_format(ResponseFormat::JsonSchema(format.clone()));
        assert_eq!(llm.generate_response(plain).await.unwrap().cached, None);
    }
    for hit in [false, true] {
        let npc = llm.generate_structured_response::<Npc>(question()).await.unwrap();
        assert_eq!((npc.value, npc.enforced_by), (Npc { name: "Ada".into() }, EnforcedBy::JsonSchema));
        assert_eq!(npc.response.cached.is_some(), hit);
    }
    assert_eq!(upstream.calls().len(), 4);
    assert_eq!(cost(&rows(&llm).await), "1".parse().unwrap());
}

#[tokio::test]
async fn many_who_ask_at_once_pay_once_though_the_first_leaves() {
    let upstream = Upstream::start().await;
    let hold = Gate::new();
    let answer = json!({"id": "gen-1", "model": "a/b", "usage": {"prompt_tokens": 2, "completion_tokens": 1, "cost": 0.25},
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Ada"}}]});
    upstream.on("/chat/completions", Reply::json(&answer).head_when(&hold));
    let (llm, _folder) = service(&upstream).await;
    let first = tokio::spawn({
        let llm = llm.clone();
        async move { llm.generate_response(question()).await }
    });
    upstream.heard(1).await;
    let others: Vec<_> = (0..5)
        .map(|_| {
            let llm = llm.clone();
            tokio::spawn(async move { llm.generate_response(question()).await })
        })
        .collect();
    // They share one thread with this test: each has its place once it has nothing more to do.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    hold.open();
    for other in join_all(others).await {
        assert!(other.unwrap().unwrap().cached.is_some());
    }
    assert!(llm.generate_response(question()).await.unwrap().cached.is_some(), "it is kept, whoever paid");
    assert_eq!(upstream.calls().len(), 1);
    let rows = rows(&llm).await;
    let left: Vec<_> = rows.iter().filter(|row| row.status == RequestStatus::ClientClosed).collect();
    assert_eq!((rows.len(), left.len(), left[0].attempts), (7, 1, 1));
    assert_eq!(left[0].usage.cost, Some("0.25".parse().unwrap()), "who began it has the call on its row");
    assert_eq!(cost(&rows), "0.25".parse().unwrap());
}
