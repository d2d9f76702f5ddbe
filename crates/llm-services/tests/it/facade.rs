//! The facade over the built-in models and over providers of an application's own.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use futures_util::StreamExt as _;
use llm_services::{
    AudioRequest, CacheMode, Capabilities, ChatEvent, ChatRequest, ChatResponse, EnforcedBy, Error,
    ErrorKind, ImageRequest, LlmConfig, LlmService, NewsRequest, ProviderName,
    provider::{HealthStatus, MockProvider},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// A double of a provider with a name, of which calls are expected by the test.
fn double(name: &str) -> MockProvider {
    let mut provider = MockProvider::new();
    provider.expect_name().return_const(ProviderName::new(name).unwrap());
    provider.expect_capabilities().return_const(Capabilities::default());
    provider
}

async fn service(provider: MockProvider) -> LlmService {
    LlmService::builder().without_request_log().provider(provider).build().await.unwrap()
}

#[tokio::test]
async fn a_provider_of_ones_own_is_an_equal_citizen() {
    let mut own = double("in-house");
    own.expect_chat()
        .times(1)
        .withf(|_, request| request.model == "small/v1")
        .returning(|_, request| Ok(ChatResponse::of_text(request.model, "hello")));
    let reply =
        service(own).await.generate_response(ChatRequest::new("in-house/small/v1").user("hi")).await.unwrap();
    assert_eq!(reply.text(), "hello");
    assert_eq!(reply.provider.as_ref().map(ProviderName::as_str), Some("in-house"));
}

#[tokio::test]
async fn requests_without_sense_reach_no_provider() {
    let mut own = double("in-house");
    own.expect_chat().times(0);
    let llm = service(own).await;
    let refused = async |request: ChatRequest| llm.generate_response(request).await.unwrap_err();
    let mut none_at_all = ChatRequest::new("in-house/x").user("hi");
    none_at_all.n = Some(0);
    for request in [
        ChatRequest::new("openrouter/").user("hi"),
        ChatRequest::new("in-house/a\u{7}b").user("hi"),
        ChatRequest::new("m".repeat(300)).user("hi"),
        ChatRequest::new("in-house/x"),
        ChatRequest::new("in-house/x").user("hi").with_temperature(f64::NAN),
        ChatRequest::new("in-house/x").user("hi").with_max_output_tokens(0),
        none_at_all,
    ] {
        let error = refused(request).await;
        assert_eq!((error.kind(), error.request_id()), (ErrorKind::InvalidRequest, None), "{error}");
    }
    let error = refused(ChatRequest::new("elsewhere/x").user("hi")).await;
    assert_eq!(error.kind(), ErrorKind::ModelNotFound);
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_may_pass_is_tried_again_and_one_that_may_not_is_not() {
    let mut own = double("in-house");
    let mut answers = vec![
        Ok(ChatResponse::of_text("x", "at last")),
        Err(Error::new(ErrorKind::Overloaded, "busy")),
        Err(Error::new(ErrorKind::RateLimited, "slow down")),
    ];
    own.expect_chat().times(3).returning(move |_, _| answers.pop().unwrap());
    let reply =
        service(own).await.generate_response(ChatRequest::new("in-house/x").user("hi")).await.unwrap();
    assert_eq!(reply.text(), "at last");

    let mut own = double("in-house");
    own.expect_chat().times(1).returning(|_, _| Err(Error::new(ErrorKind::Authentication, "bad key")));
    let error =
        service(own).await.generate_response(ChatRequest::new("in-house/x").user("hi")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(error.request_id().is_some(), "it was accepted, so it has an id");
    assert_eq!(error.provider().map(ProviderName::as_str), Some("in-house"));
}

#[tokio::test]
async fn the_cache_answers_whole_and_streamed_alike() {
    let mut own = double("in-house");
    own.expect_chat().times(1).returning(|_, _| Ok(ChatResponse::of_text("x", "once")));
    let llm = service(own).await;
    let mut request = ChatRequest::new("in-house/x").user("hi");
    request.options.cache = CacheMode::On { ttl: None };
    let first = llm.generate_response(request.clone()).await.unwrap();
    let second = llm.generate_response(request.clone()).await.unwrap();
    assert!(first.cached.is_none() && second.cached.is_some());
    assert_ne!(first.request_id, second.request_id);
    let streamed = llm.stream_response(request.clone()).await.unwrap().collect_response().await.unwrap();
    assert_eq!((streamed.text().as_str(), streamed.cached.is_some()), ("once", true));
}

#[tokio::test]
async fn tenants_do_not_share_answers() {
    let mut own = double("in-house");
    own.expect_chat().times(2).returning(|_, _| Ok(ChatResponse::of_text("x", "mine")));
    let llm = service(own).await;
    let mut request = ChatRequest::new("in-house/x").user("hi");
    request.options.cache = CacheMode::On { ttl: None };
    for tenant in ["a", "b", "a"] {
        llm.for_tenant(tenant).generate_response(request.clone()).await.unwrap();
    }
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct Npc {
    name: String,
    level: u8,
}

#[tokio::test]
async fn structured_answers_are_values() {
    let llm = LlmService::builder().without_request_log().build().await.unwrap();
    // The built-in model says what it is told, and is held to nothing by its provider.
    let request = ChatRequest::new("mock/echo").user(r#"{"name": "Ada", "level": 3}"#);
    let npc = llm.generate_structured_response::<Npc>(request).await.unwrap();
    assert_eq!(npc.value, Npc { name: "Ada".into(), level: 3 });
    assert_eq!(npc.enforced_by, EnforcedBy::JsonMode);
    assert!(npc.usage.cost.is_some() && npc.extra.is_empty());

    let request = ChatRequest::new("mock/echo").user("not json at all");
    let error = llm.generate_structured_response::<Npc>(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.partial().is_some_and(|partial| partial.usage.cost.is_some() && !partial.text.is_empty()));
}

#[tokio::test]
async fn a_broken_stream_ends_with_one_error_and_is_never_collected_as_whole() {
    let llm = LlmService::builder().without_request_log().build().await.unwrap();
    let request = || ChatRequest::new("mock/cut").user("one two three four");
    let items: Vec<_> = llm.stream_response(request()).await.unwrap().collect().await;
    let (last, before) = items.split_last().unwrap();
    assert!(before.iter().all(Result::is_ok));
    assert_eq!(last.as_ref().unwrap_err().kind(), ErrorKind::StreamInterrupted);
    assert!(last.as_ref().unwrap_err().request_id().is_some());
    let error = llm.stream_response(request()).await.unwrap().collect_response().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StreamInterrupted);
}

#[tokio::test]
async fn streams_give_their_events_in_order_and_end_once() {
    let llm = LlmService::builder().without_request_log().build().await.unwrap();
    let events: Vec<_> = llm
        .stream_response(ChatRequest::new("mock/echo").user("a b"))
        .await
        .unwrap()
        .map(Result::unwrap)
        .collect()
        .await;
    assert!(matches!(
        &events[..],
        [
            ChatEvent::Started(_),
            ChatEvent::TextDelta { .. },
            ChatEvent::TextDelta { .. },
            ChatEvent::Usage(_),
            ChatEvent::Finished(_)
        ]
    ));
}

#[tokio::test]
async fn lists_and_health_tell_who_did_not_answer() {
    let mut own = double("in-house");
    own.expect_list_models().returning(|_| Err(Error::new(ErrorKind::Unavailable, "not there")));
    own.expect_health().returning(|_| Err(Error::new(ErrorKind::Unavailable, "not there")));
    let llm = service(own).await;
    let list = llm.list_models().await.unwrap();
    assert!(list.models.iter().any(|model| model.id == "mock/echo"));
    assert!(
        list.unavailable.iter().any(|error| error.provider().is_some_and(|name| name.as_str() == "in-house"))
    );
    let health = llm.health().await;
    assert_eq!(health.providers["mock"].status, HealthStatus::Up);
    assert_eq!(health.providers["in-house"].status, HealthStatus::Down);
}

#[tokio::test]
async fn pictures_speech_and_news_are_not_offered_yet() {
    let llm = Arc::new(LlmService::builder().without_request_log().build().await.unwrap());
    let mut image = ImageRequest::default();
    image.model = "mock/echo".into();
    assert_eq!(llm.generate_image(image).await.unwrap_err().kind(), ErrorKind::Unsupported);
    let mut audio = AudioRequest::default();
    audio.model = "mock/echo".into();
    assert_eq!(llm.generate_audio(audio).await.unwrap_err().kind(), ErrorKind::Unsupported);
    let mut news = NewsRequest::default();
    news.model = "mock/echo".into();
    assert_eq!(llm.search_recent_news(news).await.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn openrouter_without_a_key_names_the_variable() {
    let llm = LlmService::builder().config(LlmConfig::default()).without_request_log().build().await.unwrap();
    let error =
        llm.generate_response(ChatRequest::new("openrouter/openai/gpt-4o").user("hi")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConfigured);
    assert!(error.to_string().contains("OPENROUTER_API_KEY"), "{error}");
}
