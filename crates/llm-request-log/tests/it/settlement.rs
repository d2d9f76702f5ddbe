//! Costs that come later, and the upstream's ledger against ours.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use llm_core::{ErrorKind, Stage, Usage, Usd};
use llm_provider::{Abandon, CallContext};
use llm_request_log::{
    AttemptRecord, AttemptStatus, ReconcileScope, RequestLog as _, SqlxRequestLog, UpstreamCall,
};

use crate::double::{Act, Again, Double, ctx, failure, log, request, rows, usage};

/// A request of two calls: the first broke and may be billed, the second cost 5.
async fn broken_then_whole(log: &SqlxRequestLog) -> (CallContext, Vec<AttemptRecord>) {
    use llm_provider::Layer as _;
    let double = Double::new(Abandon::Cancel, |call| match call {
        0 => Act::Fail(failure(ErrorKind::Timeout, Stage::FirstToken)),
        _ => Act::Answer(usage(5)),
    });
    let provider = log.request_layer().layer(Again::around(log.attempt_layer().layer(double)));
    let ctx = ctx();
    provider.chat(&ctx, request()).await.unwrap();
    let (request, attempts) = rows(log, &ctx).await;
    assert_eq!((request.attempts, request.usage.cost), (2, None), "one of two is unknown");
    (ctx, attempts)
}

#[tokio::test]
async fn a_settled_cost_completes_the_sum() {
    let (log, _folder) = log().await;
    let (ctx, attempts) = broken_then_whole(&log).await;
    assert_eq!(log.unsettled(10).await.unwrap(), attempts[..1]);
    assert!(log.settle(attempts[0].id, Some(usage(37))).await.unwrap());
    assert!(!log.settle(attempts[0].id, Some(usage(99))).await.unwrap(), "a known cost stays");
    assert!(!log.settle(attempts[1].id, Some(usage(99))).await.unwrap(), "a known cost stays");
    let (request, attempts) = rows(&log, &ctx).await;
    assert_eq!((request.usage.cost, request.usage.input_tokens), (Usd::from_picos(42), Some(20)));
    assert_eq!(
        (attempts[0].usage.cost, attempts[0].status),
        (Usd::from_picos(37), AttemptStatus::TimeoutFirstToken)
    );
    assert!(log.unsettled(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_call_that_was_never_seen_costs_nothing() {
    let (log, _folder) = log().await;
    let (ctx, attempts) = broken_then_whole(&log).await;
    assert!(!log.settle(attempts[0].id, Some(Usage::new())).await.unwrap(), "still unknown");
    assert!(log.settle(attempts[0].id, None).await.unwrap());
    let (request, attempts) = rows(&log, &ctx).await;
    assert_eq!(request.usage.cost, Usd::from_picos(5));
    assert_eq!((attempts[0].maybe_billed, attempts[0].usage.cost), (false, Some(Usd::ZERO)));
}

#[tokio::test]
async fn a_comparison_finds_what_only_one_side_has_and_what_differs() {
    let (log, _folder) = log().await;
    let (_, attempts) = broken_then_whole(&log).await;
    let (_, others) = broken_then_whole(&log).await;
    let stranger = UpstreamCall::of_upstream_id("gen-stranger", usage(1000));
    let upstream = vec![
        // By its own id alone, which both of the calls that broke lay claim to.
        UpstreamCall::of_upstream_id("gen-0", usage(7)),
        UpstreamCall::of_attempt(attempts[1].id, usage(6)),
        UpstreamCall::of_attempt(others[1].id, usage(5)),
        stranger.clone(),
    ];
    let found = log.reconcile(&ReconcileScope::new(), upstream).await.unwrap();
    assert_eq!(found.matched, 3);
    assert_eq!(found.only_upstream, [stranger]);
    assert_eq!(found.only_here.len(), 1, "the other call that broke");
    assert_eq!(
        found.cost_differs,
        [(attempts[1].id, Usd::from_picos(6).unwrap(), Usd::from_picos(5).unwrap())]
    );
    assert_eq!((found.sum_upstream, found.sum_here, found.settled), (1018, 10, 0));
    assert!(!found.agrees());
    assert_eq!(log.unsettled(10).await.unwrap().len(), 2, "nothing was written");
}

#[tokio::test]
async fn a_comparison_that_settles_leaves_both_sums_equal() {
    let (log, _folder) = log().await;
    let (of_seen, seen) = broken_then_whole(&log).await;
    let (of_unseen, unseen) = broken_then_whole(&log).await;
    let upstream = vec![
        UpstreamCall::of_attempt(seen[0].id, usage(30)),
        UpstreamCall::of_attempt(seen[1].id, usage(5)),
        UpstreamCall::of_attempt(unseen[1].id, usage(5)),
    ];
    let scope = ReconcileScope::new().with_settle(true).with_confirm_missing(true).with_provider("double");
    let found = log.reconcile(&scope, upstream.clone()).await.unwrap();
    assert_eq!((found.matched, found.settled), (3, 2));
    assert_eq!(rows(&log, &of_seen).await.0.usage.cost, Usd::from_picos(35));
    assert_eq!(rows(&log, &of_unseen).await.0.usage.cost, Usd::from_picos(5));
    let again = log.reconcile(&scope, upstream).await.unwrap();
    assert_eq!((again.sum_upstream, again.sum_here, again.settled), (40, 40, 0));
    assert!(again.agrees() && log.unsettled(10).await.unwrap().is_empty());
    assert_eq!(again.only_here, [(unseen[0].id, AttemptStatus::TimeoutFirstToken)]);
}

#[tokio::test]
async fn more_attempts_than_are_read_at_once_are_all_compared() {
    let (log, _folder) = log().await;
    let provider = Double::always(Act::Answer(usage(1))).under(&log);
    let contexts: Vec<_> = (0..1_100).map(|_| ctx()).collect();
    let calls = contexts.iter().map(|ctx| provider.chat(ctx, request()));
    assert!(futures_util::future::join_all(calls).await.iter().all(Result::is_ok));
    let id = |ctx: &CallContext| llm_core::AttemptId {
        request: ctx.request_id(),
        number: std::num::NonZeroU32::MIN,
    };
    let upstream = contexts.iter().map(|ctx| UpstreamCall::of_attempt(id(ctx), usage(1))).collect();
    let found = log.reconcile(&ReconcileScope::new(), upstream).await.unwrap();
    assert_eq!((found.matched, found.sum_upstream, found.sum_here), (1_100, 1_100, 1_100));
    assert!(found.agrees());
}
