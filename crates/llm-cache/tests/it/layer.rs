//! `CacheLayer`: when it answers, what it keeps, and what a hit costs.

use std::{sync::Arc, time::Duration};

use llm_cache::{CacheConfig, CacheLayer, Invalidation, MokaCache, ResponseCache};
use llm_core::{
    CacheMode, CallOptions, ChatRequest, ChatResponse, Choice, CostSource, Error, ErrorKind, FinishReason,
    Message, Usd,
};
use llm_provider::{Layer as _, MockProvider, SharedProvider};
use tokio::time::{Instant, advance};

use crate::double::{BadCache, SlowToKeep, answer, ask, ctx, on, secs};

/// A provider that is called exactly so often, behind a cache of its own.
fn cached(config: CacheConfig, calls: usize, answer: ChatResponse) -> SharedProvider {
    behind(Arc::new(MokaCache::mebibytes(8)), config, calls, answer)
}

fn behind(
    cache: Arc<dyn ResponseCache>,
    config: CacheConfig,
    calls: usize,
    answer: ChatResponse,
) -> SharedProvider {
    let mut inner = MockProvider::new();
    inner.expect_chat().times(calls).returning(move |_, _| Ok(answer.clone()));
    CacheLayer::new(cache, config).layer(Arc::new(inner))
}

fn with_mode(request: ChatRequest, mode: CacheMode) -> ChatRequest {
    let mut options = CallOptions::default();
    options.cache = mode;
    request.with_options(options)
}

#[tokio::test(start_paused = true)]
async fn a_hit_is_the_same_answer_and_costs_nothing() {
    let provider = cached(on(), 1, answer());
    let first = provider.chat(&ctx(), ask()).await.unwrap();
    assert_eq!(first, answer());
    advance(secs(30)).await;
    let mut hit = provider.chat(&ctx(), ask()).await.unwrap();
    assert_eq!(hit.cached.take().unwrap().age, secs(30));
    assert_eq!((hit.usage.cost, hit.usage.cost_source), (Some(Usd::ZERO), CostSource::Catalogue));
    assert_eq!((hit.usage.input_tokens, hit.usage.output_tokens), (Some(7), Some(2)));
    hit.usage = answer().usage;
    assert_eq!(hit, answer());
}

#[tokio::test]
async fn the_requests_word_goes_before_the_configuration() {
    let (off, on) = (CacheConfig::default(), on());
    let forced = CacheMode::On { ttl: None };
    let random = || ask().with_temperature(0.7);
    let mut two = ask();
    two.n = Some(2);
    let cases = [
        (off, CacheMode::Default, ask(), 2),
        (off, CacheMode::On { ttl: None }, ask(), 1),
        (on, CacheMode::Default, ask(), 1),
        (on, CacheMode::Off, ask(), 2),
        (on, CacheMode::Default, random(), 2),
        (on, CacheMode::Default, ask().with_temperature(0.0), 1),
        (on, CacheMode::Default, two.clone(), 2),
        (off, forced, random(), 1),
        (off, forced, two, 1),
        (on, CacheMode::On { ttl: Some(Duration::ZERO) }, ask(), 2),
        (on.with_ttl(Duration::ZERO), CacheMode::Default, ask(), 2),
    ];
    for (config, mode, request, calls) in cases {
        let provider = cached(config, calls, answer());
        for _ in 0..2 {
            provider.chat(&ctx(), with_mode(request.clone(), mode)).await.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_lives_as_long_as_the_request_or_the_configuration_says() {
    let provider = cached(on().with_ttl(secs(60)), 2, answer());
    provider.chat(&ctx(), ask()).await.unwrap();
    advance(secs(59)).await;
    assert!(provider.chat(&ctx(), ask()).await.unwrap().cached.is_some());
    advance(secs(1)).await;
    assert!(provider.chat(&ctx(), ask()).await.unwrap().cached.is_none());

    let provider = cached(on().with_ttl(secs(60)), 2, answer());
    let brief = with_mode(ask(), CacheMode::On { ttl: Some(secs(5)) });
    provider.chat(&ctx(), brief.clone()).await.unwrap();
    advance(secs(5)).await;
    assert!(provider.chat(&ctx(), brief).await.unwrap().cached.is_none());
}

#[tokio::test]
async fn tenants_and_questions_do_not_meet() {
    let provider = cached(on(), 4, answer());
    for tenant in ["acme", "apex"] {
        let ctx = ctx().with_tenant(tenant);
        assert!(provider.chat(&ctx, ask()).await.unwrap().cached.is_none());
        assert!(provider.chat(&ctx, ask()).await.unwrap().cached.is_some());
        assert!(provider.chat(&ctx, ask().user("and?")).await.unwrap().cached.is_none());
    }
}

#[tokio::test]
async fn only_answers_that_ended_well_are_kept() {
    let ended = |reasons: &[FinishReason]| {
        let mut answer = answer();
        answer.choices = (0..)
            .zip(reasons)
            .map(|(index, reason)| Choice::new(index, Message::assistant("a"), reason.clone()))
            .collect();
        answer
    };
    use FinishReason::{ContentFilter, Error, Length, Other, Stop, ToolCalls};
    let cases = [
        (vec![Stop], 1),
        (vec![Length], 1),
        (vec![ToolCalls], 1),
        (vec![ContentFilter], 2),
        (vec![Error], 2),
        (vec![Other("new".into())], 2),
        (vec![Stop, ContentFilter], 2),
        (vec![], 2),
    ];
    for (reasons, calls) in cases {
        let provider = cached(on(), calls, ended(&reasons));
        provider.chat(&ctx(), ask()).await.unwrap();
        provider.chat(&ctx(), ask()).await.unwrap();
    }
}

#[tokio::test]
async fn errors_and_anothers_hits_are_not_kept() {
    let mut inner = MockProvider::new();
    inner.expect_chat().times(2).returning(|_, _| Err(Error::new(ErrorKind::Overloaded, "busy")));
    let provider = CacheLayer::new(Arc::new(MokaCache::mebibytes(1)), on()).layer(Arc::new(inner));
    for _ in 0..2 {
        assert_eq!(provider.chat(&ctx(), ask()).await.unwrap_err().kind(), ErrorKind::Overloaded);
    }
    let mut hit = answer();
    hit.cached = Some(llm_core::CacheHit { age: Duration::from_secs(1) });
    let provider = cached(on(), 2, hit);
    provider.chat(&ctx(), ask()).await.unwrap();
    provider.chat(&ctx(), ask()).await.unwrap();
}

#[tokio::test]
async fn what_is_too_large_is_not_kept() {
    for (bytes, calls) in [(100, 2), (10_000, 1)] {
        let provider = cached(on().with_max_answer_bytes(bytes), calls, answer());
        provider.chat(&ctx(), ask()).await.unwrap();
        provider.chat(&ctx(), ask()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_fails_or_is_slow_is_a_miss() {
    for (cache, takes) in
        [(BadCache::Failing, Duration::ZERO), (BadCache::Hanging, Duration::from_millis(40))]
    {
        let (provider, began) = (behind(Arc::new(cache), on(), 2, answer()), Instant::now());
        for _ in 0..2 {
            assert_eq!(provider.chat(&ctx(), ask()).await.unwrap(), answer());
        }
        assert_eq!(began.elapsed(), takes, "20 ms for each look, none for keeping");
    }
}

#[tokio::test]
async fn what_is_forgotten_is_asked_for_again() {
    let cache = Arc::new(MokaCache::mebibytes(1));
    let provider = behind(cache.clone(), on(), 2, answer());
    let acme = ctx().with_tenant("acme");
    provider.chat(&acme, ask()).await.unwrap();
    cache.invalidate(&Invalidation::all().with_tenant("apex")).await.unwrap();
    assert!(provider.chat(&acme, ask()).await.unwrap().cached.is_some());
    cache.invalidate(&Invalidation::all().with_tenant("acme").with_model_prefix("m-")).await.unwrap();
    assert!(provider.chat(&acme, ask()).await.unwrap().cached.is_none());
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_an_answer_to_be_kept() {
    let (cache, began) = (Arc::new(SlowToKeep(MokaCache::mebibytes(1))), Instant::now());
    let provider = behind(cache, on(), 1, answer());
    provider.chat(&ctx(), ask()).await.unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
    tokio::time::sleep(Duration::from_millis(11)).await;
    assert!(provider.chat(&ctx(), ask()).await.unwrap().cached.is_some());
}
