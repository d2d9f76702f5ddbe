//! How a service starts: what is checked, and what is refused.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use llm_services::{ErrorKind, LlmConfig, LlmService};
use llm_testkit::{Upstream, Vendor};

fn config(upstream: &Upstream, key: &str) -> LlmConfig {
    let mut config = LlmConfig::default();
    config.openrouter.api_key = Some(key.into());
    config.openrouter.base_url = upstream.url().parse().unwrap();
    config.openrouter.check_key_at_start = true;
    config
}

async fn start(config: LlmConfig) -> Result<LlmService, llm_services::Error> {
    LlmService::builder().config(config).without_request_log().build().await
}

#[tokio::test]
async fn a_key_is_checked_at_start_if_that_is_asked() {
    let upstream = Upstream::vendor(Vendor::new(1).with_key("sk-or-v1-good")).await;
    start(config(&upstream, "sk-or-v1-good")).await.unwrap();
    let error = start(config(&upstream, "sk-or-v1-canary")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(
        error.to_string().contains("openrouter") && !format!("{error:?}").contains("canary"),
        "{error:?}"
    );
    assert!(upstream.calls().iter().all(|call| call.method == "GET"), "a check costs nothing");
}

#[tokio::test]
async fn a_key_is_not_checked_unasked() {
    let upstream = Upstream::start().await;
    let mut config = config(&upstream, "sk-or-v1-any");
    config.openrouter.check_key_at_start = false;
    start(config).await.unwrap();
    assert!(upstream.calls().is_empty());
}

#[tokio::test]
async fn a_log_that_is_no_database_is_refused_without_its_password() {
    let service = LlmService::builder().request_log("mysql://me:canary@db/llm").build().await;
    let error = service.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConfigured);
    assert!(error.to_string().contains("mysql") && !format!("{error:?}").contains("canary"), "{error:?}");
}

#[tokio::test]
async fn every_problem_of_a_configuration_is_told_at_once() {
    let mut config = LlmConfig::default();
    config.aliases.insert("a".into(), "b".into());
    config.retry.max_attempts = 0;
    let error = start(config).await.unwrap_err().to_string();
    assert!(error.contains("aliases") && error.contains("max_attempts"), "{error}");
}
