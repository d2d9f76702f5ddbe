//! `SingleFlightLayer`: who shares a call, and who pays.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use llm_cache::{CacheConfig, CacheLayer, MokaCache, SingleFlightLayer};
use llm_core::{CacheMode, CallOptions, ChatRequest, ChatResponse, Error, ErrorKind, Result, Stage, Usd};
use llm_provider::{CallContext, Layer as _, SharedProvider};
use tokio::{
    task::{JoinHandle, yield_now},
    time::{Instant, timeout},
};
use tracing::Instrument as _;

use crate::double::{Gate, answer, ask, ctx, on, secs};

fn shared(gate: &Arc<Gate>) -> SharedProvider {
    SingleFlightLayer::new(on()).layer(gate.clone())
}

/// Calls in a task of its own, and lets it come as far as it can.
async fn call(
    provider: &SharedProvider,
    ctx: CallContext,
    request: ChatRequest,
) -> JoinHandle<Result<ChatResponse>> {
    let provider = provider.clone();
    let task = tokio::spawn(async move { provider.chat(&ctx, request).await });
    settle().await;
    task
}

/// Lets every task come as far as it can: there is one thread, and time stands still.
async fn settle() {
    for _ in 0..16 {
        yield_now().await;
    }
}

fn named(ctx: &CallContext) -> Result<ChatResponse> {
    let mut answer = answer();
    answer.id = Some(ctx.request_id().to_string());
    Ok(answer)
}

#[tokio::test(start_paused = true)]
async fn many_share_one_call_and_one_pays() {
    let gate = Gate::new(named);
    let provider = shared(&gate);
    let first = ctx();
    let leader = call(&provider, first.clone(), ask()).await;
    let mut followers = Vec::new();
    for _ in 0..4 {
        followers.push(call(&provider, ctx(), ask()).await);
    }
    gate.let_go(1);
    let paid = leader.await.unwrap().unwrap();
    assert_eq!(paid.cached, None);
    assert_eq!(paid.usage, answer().usage);
    for follower in join_all(followers).await {
        let follower = follower.unwrap().unwrap();
        assert_eq!(follower.id, Some(first.request_id().to_string()), "the call is the first one's");
        assert_eq!(follower.cached.unwrap().age, Duration::ZERO);
        assert_eq!((follower.usage.cost, follower.usage.input_tokens), (Some(Usd::ZERO), Some(7)));
    }
    assert_eq!(gate.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_comes_after_the_answer_calls_anew() {
    let gate = Gate::new(named);
    let provider = shared(&gate);
    gate.let_go(2);
    for _ in 0..2 {
        assert_eq!(provider.chat(&ctx(), ask()).await.unwrap().cached, None);
    }
    assert_eq!(gate.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_the_same_or_not_to_be_shared_is_not() {
    let mut off = CallOptions::default();
    off.cache = CacheMode::Off;
    let acme = || ctx().with_tenant("acme");
    let pairs = [
        ((acme(), ask()), (ctx().with_tenant("apex"), ask())),
        ((acme(), ask()), (ctx(), ask())),
        ((acme(), ask()), (acme(), ask().user("and?"))),
        ((acme(), ask().with_temperature(1.0)), (acme(), ask().with_temperature(1.0))),
        ((acme(), ask().with_options(off.clone())), (acme(), ask().with_options(off))),
    ];
    for ((ctx, request), (other, another)) in pairs {
        let gate = Gate::new(named);
        let provider = shared(&gate);
        let tasks = [call(&provider, ctx, request).await, call(&provider, other, another).await];
        assert_eq!(gate.open(), 2);
        gate.let_go(2);
        for task in tasks {
            assert_eq!(task.await.unwrap().unwrap().cached, None);
        }
    }
    let gate = Gate::new(named);
    let unasked = SingleFlightLayer::new(CacheConfig::default()).layer(gate.clone());
    let _tasks = [call(&unasked, ctx(), ask()).await, call(&unasked, ctx(), ask()).await];
    assert_eq!(gate.open(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_first_ones_leaving_kills_nobody() {
    let gate = Gate::new(named);
    let provider = shared(&gate);
    let leader = call(&provider, ctx(), ask()).await;
    let follower = call(&provider, ctx(), ask()).await;
    leader.abort();
    settle().await;
    assert_eq!(gate.open(), 1);
    let late = call(&provider, ctx(), ask()).await;
    gate.let_go(1);
    for task in [follower, late] {
        assert!(task.await.unwrap().unwrap().cached.is_some());
    }
    assert_eq!(gate.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_last_ones_leaving_calls_it_off() {
    let gate = Gate::new(named);
    let provider = shared(&gate);
    let tasks = [call(&provider, ctx(), ask()).await, call(&provider, ctx(), ask()).await];
    for (task, open) in tasks.iter().zip([1, 0]) {
        task.abort();
        settle().await;
        assert_eq!(gate.open(), open);
    }
    gate.let_go(1);
    assert!(provider.chat(&ctx(), ask()).await.unwrap().cached.is_none(), "the next one begins anew");
    assert_eq!(gate.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_error_is_everybodys() {
    let gate = Gate::new(|_| Err(Error::new(ErrorKind::Overloaded, "busy")));
    let provider = shared(&gate);
    let tasks = [call(&provider, ctx(), ask()).await, call(&provider, ctx(), ask()).await];
    gate.let_go(1);
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap_err().kind(), ErrorKind::Overloaded);
    }
    assert_eq!(gate.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_everybodys_error() {
    let gate = Gate::new(|_| panic!("as told"));
    let provider = shared(&gate);
    let tasks = [call(&provider, ctx(), ask()).await, call(&provider, ctx(), ask()).await];
    gate.let_go(1);
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap_err().kind(), ErrorKind::Internal);
    }
    gate.let_go(1);
    let next = call(&provider, ctx(), ask()).await.await.unwrap().unwrap_err();
    assert_eq!((next.kind(), gate.calls()), (ErrorKind::Internal, 2), "a crashed flight is not joined");
}

#[tokio::test(start_paused = true)]
async fn each_waits_until_its_own_deadline() {
    let gate = Gate::new(named);
    let (provider, began) = (shared(&gate), Instant::now());
    let leader = call(&provider, ctx(), ask()).await;
    let hurried = provider.chat(&ctx().with_deadline(began + secs(5)), ask()).await.unwrap_err();
    assert_eq!(began.elapsed(), secs(5));
    assert_eq!((hurried.kind(), hurried.stage()), (ErrorKind::Timeout, Stage::Deadline));
    assert!(!hurried.is_retryable() && !hurried.maybe_billed());
    gate.let_go(1);
    leader.await.unwrap().unwrap();
    assert_eq!(gate.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_first_ones_deadline_is_not_the_others() {
    let gate = Gate::new(named);
    let (provider, began) = (shared(&gate), Instant::now());
    let hurried = call(&provider, ctx().with_deadline(began + secs(5)), ask()).await;
    let patient = ctx().with_deadline(began + secs(60));
    let patients = [call(&provider, patient.clone(), ask()).await, call(&provider, ctx(), ask()).await];
    assert_eq!(hurried.await.unwrap().unwrap_err().stage(), Stage::Deadline);
    settle().await;
    assert_eq!((gate.calls(), gate.open()), (2, 1), "the others share another call");
    gate.let_go(1);
    let paid = join_all(patients)
        .await
        .into_iter()
        .filter(|task| task.as_ref().unwrap().as_ref().unwrap().cached.is_none());
    assert_eq!(paid.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn streams_pass_through() {
    let gate = Gate::new(named);
    let provider = shared(&gate);
    let streams = [provider.chat_stream(&ctx(), ask()).await, provider.chat_stream(&ctx(), ask()).await];
    assert!(streams.iter().all(Result::is_ok));
    assert_eq!(gate.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn behind_a_cache_the_answer_is_kept_once_and_served_to_all() {
    let gate = Gate::new(named);
    let provider = CacheLayer::new(Arc::new(MokaCache::mebibytes(1)), on()).layer(shared(&gate));
    let tasks = [call(&provider, ctx(), ask()).await, call(&provider, ctx(), ask()).await];
    gate.let_go(1);
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let hit = timeout(secs(1), provider.chat(&ctx(), ask())).await.unwrap().unwrap();
    assert!(hit.cached.is_some());
    assert_eq!(gate.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_call_belongs_to_the_first_ones_span() {
    let _listening = tracing::subscriber::set_default(tracing_subscriber::registry());
    let gate = Gate::new(|_| {
        let mut answer = answer();
        answer.id = tracing::Span::current().metadata().map(|span| span.name().to_owned());
        Ok(answer)
    });
    gate.let_go(1);
    let answer = shared(&gate).chat(&ctx(), ask()).instrument(tracing::info_span!("the first one's")).await;
    assert_eq!(answer.unwrap().id.as_deref(), Some("the first one's"));
}
