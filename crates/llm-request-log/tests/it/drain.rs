//! What becomes of calls that are read on behind a caller who went away.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt as _;
use llm_core::{ChatEvent, Usd};
use llm_provider::{CallContext, SharedProvider};
use llm_request_log::{AttemptStatus, RequestLog as _, RequestStatus, SqlxRequestLog};
use tokio::sync::Notify;

use crate::double::{Act, Double, ctx, finish, log, log_with, piece, request, rows, started, usage};

/// A double that streams a piece, waits to be told, and streams the rest, with its usage.
fn slow(told: &Arc<Notify>) -> Arc<Double> {
    let rest = vec![Ok(piece("i")), Ok(ChatEvent::Usage(usage(11))), Ok(finish())];
    Double::draining(Act::Stream(vec![Ok(started()), Ok(piece("h"))], Some(told.clone()), rest))
}

/// Begins a stream, takes one event and leaves.
async fn leave(provider: &SharedProvider, ctx: &CallContext) {
    let mut stream = provider.chat_stream(ctx, request()).await.unwrap();
    stream.next().await.unwrap().unwrap();
}

/// Waits until a request has ended.
async fn ended(log: &SqlxRequestLog, ctx: &CallContext) -> RequestStatus {
    loop {
        let status = rows(log, ctx).await.0.status;
        if status != RequestStatus::Running {
            return status;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_abandoned_stream_is_read_on_and_has_its_true_usage() {
    let (log, _folder) = log().await;
    let told = Arc::new(Notify::new());
    let ctx = ctx();
    leave(&slow(&told).under(&log), &ctx).await;
    assert_eq!(rows(&log, &ctx).await.0.status, RequestStatus::Running, "the request waits for its attempt");
    told.notify_one();
    assert_eq!(ended(&log, &ctx).await, RequestStatus::ClientClosed);
    let (request, attempts) = rows(&log, &ctx).await;
    assert_eq!(
        (attempts[0].status, attempts[0].usage.cost),
        (AttemptStatus::ClientClosed, Usd::from_picos(11))
    );
    assert_eq!(request.usage.cost, Usd::from_picos(11), "the sums agree");
}

#[tokio::test]
async fn an_abandoned_unary_call_is_waited_for() {
    let (log, _folder) = log().await;
    let told = Arc::new(Notify::new());
    let double = Double::draining(Act::AnswerAfter(told.clone(), usage(12)));
    let (provider, ctx) = (double.under(&log), ctx());
    tokio::select! {
        _ = provider.chat(&ctx, request()) => unreachable!("nobody told it to answer"),
        () = double.sent.notified() => {}
    }
    assert_eq!(rows(&log, &ctx).await.0.status, RequestStatus::Running);
    told.notify_one();
    assert_eq!(ended(&log, &ctx).await, RequestStatus::ClientClosed);
    let (request, attempts) = rows(&log, &ctx).await;
    assert_eq!((attempts[0].status, request.usage.cost), (AttemptStatus::ClientClosed, Usd::from_picos(12)));
}

#[tokio::test]
async fn a_stream_abandoned_before_its_first_content_is_read_on() {
    let (log, _folder) = log().await;
    let told = Arc::new(Notify::new());
    let double = Double::draining(Act::AnswerAfter(told.clone(), usage(13)));
    let (provider, ctx) = (double.under(&log), ctx());
    tokio::select! {
        _ = provider.chat_stream(&ctx, request()) => unreachable!("nobody told it to answer"),
        () = double.sent.notified() => {}
    }
    told.notify_one();
    assert_eq!(ended(&log, &ctx).await, RequestStatus::ClientClosed);
    assert_eq!(rows(&log, &ctx).await.0.usage.cost, Usd::from_picos(13));
}

#[tokio::test]
async fn beyond_the_bound_an_abandoned_call_is_cancelled() {
    let (log, _folder) = log_with(|config| config.with_max_drains(1)).await;
    let told = Arc::new(Notify::new());
    let provider = slow(&told).under(&log);
    let (first, second) = (ctx(), ctx());
    leave(&provider, &first).await;
    leave(&provider, &second).await;
    let (request, attempts) = rows(&log, &second).await;
    assert_eq!(
        (request.status, attempts[0].status),
        (RequestStatus::ClientClosed, AttemptStatus::ClientClosed)
    );
    assert_eq!((attempts[0].maybe_billed, request.usage.cost), (true, None));
    assert_eq!(rows(&log, &first).await.0.status, RequestStatus::Running);
    told.notify_one();
    assert_eq!(ended(&log, &first).await, RequestStatus::ClientClosed);
    assert_eq!(rows(&log, &first).await.0.usage.cost, Usd::from_picos(11));
}

#[tokio::test]
async fn an_abandoned_call_is_read_on_for_so_long_only() {
    let (log, _folder) = log_with(|config| config.with_drain_for(Duration::from_millis(5))).await;
    let ctx = ctx();
    leave(&slow(&Arc::new(Notify::new())).under(&log), &ctx).await;
    assert_eq!(ended(&log, &ctx).await, RequestStatus::ClientClosed);
    let (request, attempts) = rows(&log, &ctx).await;
    assert_eq!((attempts[0].status, request.usage.cost), (AttemptStatus::ClientClosed, None));
    assert_eq!(log.unsettled(10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_shutdown_waits_for_abandoned_calls_and_then_cuts_them() {
    let (log, _folder) = log().await;
    let told = Arc::new(Notify::new());
    let (soon, never) = (ctx(), ctx());
    leave(&slow(&told).under(&log), &soon).await;
    leave(&slow(&Arc::new(Notify::new())).under(&log), &never).await;
    told.notify_one();
    log.shutdown(Duration::from_millis(400)).await;
    assert_eq!(rows(&log, &soon).await.1[0].usage.cost, Usd::from_picos(11));
    let (request, attempts) = rows(&log, &never).await;
    assert_eq!((attempts[0].status, attempts[0].maybe_billed), (AttemptStatus::Cancelled, true));
    assert_eq!(request.status, RequestStatus::ClientClosed);
}

#[tokio::test]
async fn a_second_shutdown_has_nothing_left_to_do() {
    let (log, _folder) = log().await;
    log.shutdown(Duration::from_secs(1)).await;
    tokio::time::timeout(Duration::from_secs(5), log.shutdown(Duration::from_secs(1))).await.unwrap();
}
