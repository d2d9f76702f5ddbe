//! A storm of calls that are left at any moment: afterwards the upstream's ledger and ours agree.

use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt as _, StreamExt as _, future::join_all};
use llm_core::{ChatEvent, ErrorKind, Stage};
use llm_provider::{Abandon, CallContext, SharedProvider};
use llm_request_log::{ReconcileScope, RequestLog as _, RequestStatus, UsageBy, UsageFilter};
use tokio::sync::Notify;

use crate::double::{Act, Double, ctx, failure, finish, log_with, piece, request, rows, started, usage};

/// How many calls a storm has.
const CALLS: usize = 300;

/// Numbers that look random, the same for each seed.
fn dice(seed: usize, call: usize) -> usize {
    let mut x = (seed as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ (call as u64).wrapping_mul(0xD1B5_4A32_D192_ED03);
    x ^= x >> 31;
    x = x.wrapping_mul(0x94D0_49BB_1331_11EB);
    (x >> 33) as usize
}

fn act(seed: usize, call: usize) -> Act {
    let cost = i64::try_from(dice(seed, call) % 1_000).unwrap_or(0) + 1;
    match dice(seed, call) % 5 {
        0 => Act::Answer(usage(cost)),
        1 => Act::Fail(failure(ErrorKind::Provider, Stage::Answer).with_status(500)),
        2 => {
            let cut = failure(ErrorKind::StreamInterrupted, Stage::Truncated);
            Act::Stream(
                vec![Ok(started()), Ok(piece("h")), Ok(ChatEvent::Usage(usage(cost))), Err(cut)],
                None,
                vec![],
            )
        }
        _ => {
            // The rest comes at once, or never.
            let never = dice(seed, call).is_multiple_of(2).then(|| Arc::new(Notify::new()));
            let rest = vec![Ok(piece("i")), Ok(ChatEvent::Usage(usage(cost))), Ok(finish())];
            Act::Stream(vec![Ok(started()), Ok(piece("h"))], never, rest)
        }
    }
}

/// Makes a call and leaves it after so many events; before its first, or not at all.
async fn call(provider: &SharedProvider, ctx: &CallContext, leave_after: usize) {
    let begin = provider.chat_stream(ctx, request());
    if leave_after == 0 {
        // Polled once, so that it is somewhere on its way, and left.
        let _ = begin.now_or_never();
        return;
    }
    let Ok(mut stream) = begin.await else { return };
    for _ in 0..leave_after {
        match tokio::time::timeout(Duration::from_millis(5), stream.next()).await {
            Ok(Some(_)) => tokio::task::yield_now().await,
            Ok(None) | Err(_) => return,
        }
    }
}

#[tokio::test]
async fn after_a_storm_both_ledgers_agree() {
    for (seed, abandon) in [Abandon::Cancel, Abandon::Drain, Abandon::Drain].into_iter().enumerate() {
        let (log, _folder) = log_with(|config| config.with_drain_for(Duration::from_millis(50))).await;
        let double = Double::new(abandon, move |call| act(seed, call));
        let provider = double.under(&log);
        let contexts: Vec<_> = (0..CALLS).map(|_| ctx()).collect();
        let calls = contexts.iter().enumerate().map(|(n, ctx)| call(&provider, ctx, dice(seed, n) % 7));
        join_all(calls).await;
        // Those that are read on behind their callers have their time.
        log.shutdown(Duration::from_secs(10)).await;

        for ctx in &contexts {
            let (request, attempts) = rows(&log, ctx).await;
            assert_ne!(request.status, RequestStatus::Running, "seed {seed}: {request:?}");
            assert_eq!(attempts.len(), 1, "one call, one row");
        }
        let scope = ReconcileScope::new().with_settle(true).with_confirm_missing(true);
        let found = log.reconcile(&scope, double.ledger()).await.unwrap();
        assert!(found.only_upstream.is_empty() && found.cost_differs.is_empty(), "seed {seed}: {found:?}");
        let again = log.reconcile(&scope, double.ledger()).await.unwrap();
        assert_eq!(
            (again.sum_here, again.settled),
            (again.sum_upstream, 0),
            "seed {seed}, to the picodollar"
        );
        let total = log.usage(&UsageFilter::new(), UsageBy::Total).await.unwrap().remove(0);
        assert_eq!((total.requests, total.attempts), (300, 300));
        assert_eq!((total.known_cost_picos, total.unknown_costs), (again.sum_upstream, 0), "seed {seed}");
    }
}
