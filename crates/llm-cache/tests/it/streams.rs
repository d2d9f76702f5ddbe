//! `CacheLayer` and streams: written down as they pass, given again as they came.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use llm_cache::{CacheConfig, CacheEntry, CacheLayer, CachedAnswer, MokaCache};
use llm_core::{ChatEvent, Error, ErrorKind, Extra, Finish, FinishReason, Result, Started, Usage, Usd};
use llm_provider::{Layer as _, MockProvider, SharedProvider};
use serde_json::json;

use crate::double::{answer, ask, ctx, on};

fn text(text: &str) -> ChatEvent {
    ChatEvent::TextDelta { choice: 0, text: text.into() }
}

fn finished(reason: FinishReason) -> ChatEvent {
    ChatEvent::Finished(Finish::of(reason))
}

/// Some of everything.
fn events() -> Vec<ChatEvent> {
    let mut started = Started::default();
    started.id = Some("gen-1".into());
    started.model = "m-1".into();
    vec![
        ChatEvent::Started(started),
        ChatEvent::ReasoningDelta { choice: 0, text: "hm".into(), details: vec![json!({"index": 0})] },
        text("Hel"),
        text("lo"),
        ChatEvent::ToolCallDelta {
            choice: 0,
            index: 0,
            id: Some("call-1".into()),
            name: Some("f".into()),
            arguments: "{}".into(),
            extra: Extra::new(),
        },
        ChatEvent::Usage(answer().usage),
        finished(FinishReason::ToolCalls),
    ]
}

/// A provider whose streams give these, exactly so often, and whose unary calls are never made.
fn streaming(config: CacheConfig, calls: usize, items: Vec<Result<ChatEvent>>) -> SharedProvider {
    let mut inner = MockProvider::new();
    inner.expect_chat_stream().times(calls).returning(move |_, _| Ok(stream::iter(items.clone()).boxed()));
    CacheLayer::new(Arc::new(MokaCache::mebibytes(8)), config).layer(Arc::new(inner))
}

async fn all(provider: &SharedProvider) -> Vec<Result<ChatEvent>> {
    provider.chat_stream(&ctx(), ask()).await.unwrap().collect().await
}

async fn whole(provider: &SharedProvider) -> Vec<ChatEvent> {
    all(provider).await.into_iter().map(Result::unwrap).collect()
}

/// The events as a hit gives them, their marks taken off again.
fn unmarked(mut events: Vec<ChatEvent>) -> Vec<ChatEvent> {
    for event in &mut events {
        match event {
            ChatEvent::Started(started) => assert!(started.cached.take().is_some(), "it does not say so"),
            ChatEvent::Usage(usage) => {
                assert_eq!(usage.cost, Some(Usd::ZERO));
                assert_eq!(usage.input_tokens, Some(7));
                *usage = answer().usage;
            }
            _ => {}
        }
    }
    events
}

#[tokio::test]
async fn a_stream_is_given_again_event_for_event() {
    let provider = streaming(on(), 1, events().into_iter().map(Ok).collect());
    assert_eq!(whole(&provider).await, events());
    for _ in 0..2 {
        assert_eq!(unmarked(whole(&provider).await), events());
    }
}

#[tokio::test]
async fn a_unary_call_is_answered_by_a_stream_that_was_kept() {
    let provider = streaming(on(), 1, events().into_iter().map(Ok).collect());
    whole(&provider).await;
    let response = provider.chat(&ctx(), ask()).await.unwrap();
    assert_eq!((&*response.text(), response.id.as_deref()), ("Hello", Some("gen-1")));
    assert_eq!(response.tool_calls()[0].name, "f");
    assert!(response.cached.is_some());
    assert_eq!(response.usage.cost, Some(Usd::ZERO));
}

#[tokio::test]
async fn a_stream_is_answered_by_a_unary_answer_that_was_kept() {
    let mut inner = MockProvider::new();
    inner.expect_chat().times(1).returning(|_, _| Ok(answer()));
    let provider = CacheLayer::new(Arc::new(MokaCache::mebibytes(1)), on()).layer(Arc::new(inner));
    provider.chat(&ctx(), ask()).await.unwrap();
    assert_eq!(unmarked(whole(&provider).await), answer().into_events());
}

#[tokio::test]
async fn a_stream_without_marks_gets_them() {
    let bare = vec![text("hi"), finished(FinishReason::Stop)];
    let provider = streaming(on(), 1, bare.clone().into_iter().map(Ok).collect());
    assert_eq!(whole(&provider).await, bare);
    let again = whole(&provider).await;
    let [ChatEvent::Started(started), _, ChatEvent::Usage(usage), ChatEvent::Finished(_)] = &again[..] else {
        panic!("{again:?}")
    };
    assert!(started.cached.is_some());
    assert_eq!((usage.cost, usage.input_tokens), (Some(Usd::ZERO), None));
}

#[tokio::test]
async fn what_is_not_whole_is_not_kept() {
    let broken = || Err(Error::new(ErrorKind::StreamInterrupted, "cut"));
    let mut hit = Started::default();
    hit.cached = Some(llm_core::CacheHit { age: std::time::Duration::ZERO });
    let cases = [
        vec![Ok(text("a")), broken()],
        vec![Ok(text("a"))],
        vec![Ok(text("a")), broken(), Ok(finished(FinishReason::Stop))],
        vec![Ok(text("a")), Ok(finished(FinishReason::ContentFilter))],
        vec![Ok(text("a")), Ok(finished(FinishReason::Other("new".into())))],
        vec![Ok(text("a")), Ok(ChatEvent::Finished(Finish::default()))],
        vec![Ok(ChatEvent::Started(hit)), Ok(text("a")), Ok(finished(FinishReason::Stop))],
    ];
    for items in cases {
        let provider = streaming(on(), 2, items);
        all(&provider).await;
        all(&provider).await;
    }
}

#[tokio::test]
async fn a_stream_that_is_dropped_before_its_end_is_not_kept() {
    let provider = streaming(on(), 2, events().into_iter().map(Ok).collect());
    let stream = provider.chat_stream(&ctx(), ask()).await.unwrap();
    drop(stream.take(events().len() - 1).collect::<Vec<_>>().await);
    assert_eq!(whole(&provider).await, events());
    // The end alone is enough: nobody needs to ask what comes after it.
    let mut stream = provider.chat_stream(&ctx(), ask()).await.unwrap();
    while !matches!(stream.next().await, Some(Ok(ChatEvent::Finished(_)))) {}
}

#[tokio::test]
async fn a_stream_that_is_too_large_passes_and_is_not_kept() {
    let mut long: Vec<_> = (0..100).map(|_| text(&"x".repeat(100))).collect();
    long.push(ChatEvent::Usage(Usage::new().with_tokens(1, 100)));
    long.push(finished(FinishReason::Stop));
    for (bytes, calls) in [(10_000, 2), (100_000, 1)] {
        let items = long.clone().into_iter().map(Ok).collect();
        let provider = streaming(on().with_max_answer_bytes(bytes), calls, items);
        assert_eq!(whole(&provider).await, long);
        whole(&provider).await;
    }
}

#[test]
fn an_entry_survives_being_written_down_as_json() {
    let answers = [CachedAnswer::Events(events()), CachedAnswer::Whole(Box::new(answer()))];
    for answer in answers {
        let entry = CacheEntry::new(Some("acme"), "m-1", answer);
        let written = serde_json::to_vec(&entry).unwrap();
        assert_eq!(serde_json::from_slice::<CacheEntry>(&written).unwrap(), entry);
    }
}
