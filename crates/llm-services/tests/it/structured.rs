//! Structured output over a real upstream: one request in the log, with all the turns that it took.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use llm_services::{
    ChatRequest, EnforcedBy, ErrorKind, LlmConfig, LlmService,
    request_log::{AttemptStatus, RequestLog as _, RequestRecord, RequestStatus},
};
use llm_testkit::{Answer, Reply, Upstream};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct Npc {
    name: String,
    level: u8,
}

const GOOD: &str = r#"{"name":"Ada","level":3}"#;

async fn service(upstream: &Upstream) -> (LlmService, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = LlmConfig::default();
    config.openrouter.api_key = Some("sk-or-v1-test".into());
    config.openrouter.base_url = upstream.url().parse().unwrap();
    let url = format!("sqlite://{}", folder.path().join("llm.db").display());
    (LlmService::builder().config(config).request_log(url).build().await.unwrap(), folder)
}

/// The one request of the log, with how its attempts ended.
async fn logged(llm: &LlmService) -> (RequestRecord, Vec<AttemptStatus>) {
    llm.shutdown(Duration::from_secs(10)).await;
    let log = llm.log().unwrap();
    let page = log.page(&Default::default(), Default::default()).await.unwrap();
    assert_eq!(page.items.len(), 1);
    let (request, attempts) = log.get(page.items[0].id).await.unwrap().unwrap();
    (request, attempts.iter().map(|attempt| attempt.status).collect())
}

#[tokio::test]
async fn a_schema_that_the_vendor_enforces_takes_one_call() {
    let upstream = Upstream::start().await;
    upstream.on("/chat/completions", Answer::new(GOOD).with_cost("0.25".parse().unwrap()));
    let (llm, _folder) = service(&upstream).await;
    let npc = llm
        .generate_structured_response::<Npc>(ChatRequest::new("openrouter/a/b").user("an npc"))
        .await
        .unwrap();
    assert_eq!((npc.value, npc.enforced_by), (Npc { name: "Ada".into(), level: 3 }, EnforcedBy::JsonSchema));
    let sent = upstream.calls()[0].request.clone().unwrap();
    assert_eq!(sent["response_format"]["json_schema"]["strict"], true);
    assert_eq!(sent["provider"]["require_parameters"], true);
    let (request, attempts) = logged(&llm).await;
    assert_eq!((request.status, attempts), (RequestStatus::Ok, vec![AttemptStatus::Ok]));
    assert_eq!(request.operation.as_str(), "structured");
    assert_eq!(request.usage.cost, Some("0.25".parse().unwrap()));
}

#[tokio::test]
async fn a_vendor_that_enforces_no_schema_is_made_to_call_a_tool() {
    let upstream = Upstream::start().await;
    let refusal = json!({"error": {"code": 404, "message": "No endpoints found that can handle the requested parameters."}});
    upstream.on("/chat/completions", Reply::status(404).with_json(&refusal));
    upstream.on(
        "/chat/completions",
        Answer::tool_call("call-1", "Npc", &json!({"name": "Ada", "level": 3}))
            .with_cost("0.5".parse().unwrap()),
    );
    let (llm, _folder) = service(&upstream).await;
    let npc = llm
        .generate_structured_response::<Npc>(ChatRequest::new("openrouter/a/b").user("an npc"))
        .await
        .unwrap();
    assert_eq!((npc.value.level, npc.enforced_by), (3, EnforcedBy::ToolCall));
    let (request, attempts) = logged(&llm).await;
    assert_eq!(attempts, [AttemptStatus::Rejected, AttemptStatus::Ok]);
    assert_eq!(
        request.usage.cost,
        Some("0.5".parse().unwrap()),
        "a refusal costs nothing, and that is known"
    );
}

#[tokio::test]
async fn an_answer_that_never_fits_is_paid_and_told_with_its_text() {
    let upstream = Upstream::start().await;
    upstream.always("/chat/completions", Answer::new("no json").with_cost("0.125".parse().unwrap()));
    let (llm, _folder) = service(&upstream).await;
    let request = ChatRequest::new("openrouter/a/b").user("an npc");
    let error = llm.generate_structured_response::<Npc>(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    let partial = error.partial().unwrap();
    assert_eq!((&*partial.text, partial.usage.cost), ("no json", Some("0.75".parse().unwrap())));
    let (request, attempts) = logged(&llm).await;
    assert_eq!((request.status, attempts.len()), (RequestStatus::Failed, 6), "three rungs, a repair each");
    assert_eq!(request.usage.cost, Some("0.75".parse().unwrap()));
}
