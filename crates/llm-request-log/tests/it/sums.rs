//! Whatever becomes of its attempts, a request's row is their sum, to the picodollar.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use futures_util::StreamExt as _;
use llm_core::{ChatEvent, CostSource, ErrorKind, Partial, Stage, Usage, Usd};
use llm_provider::{Abandon, Layer as _};
use llm_request_log::{AttemptRecord, RequestLog as _, RequestRecord, RequestStatus, UsageBy, UsageFilter};
use proptest::prelude::*;
use tokio::sync::Notify;

use crate::double::{Act, Double, ctx, failure, finish, log, piece, request, started};

/// What becomes of one attempt.
#[derive(Clone, Debug)]
enum Outcome {
    Whole(Option<i64>, u64),
    Fails(Stage, bool, Option<i64>),
    Cut(u64),
    Left,
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let money = prop_oneof![Just(None), (0..=i64::MAX / 8).prop_map(Some)];
    let stage = prop::sample::select(vec![
        Stage::Local,
        Stage::Connect,
        Stage::Answer,
        Stage::FirstToken,
        Stage::Idle,
        Stage::Deadline,
        Stage::Midstream,
        Stage::Truncated,
        Stage::Protocol,
    ]);
    prop_oneof![
        (money.clone(), 0..1_000_000u64).prop_map(|(cost, tokens)| Outcome::Whole(cost, tokens)),
        (stage, any::<bool>(), money).prop_map(|(stage, billed, cost)| Outcome::Fails(stage, billed, cost)),
        (0..1_000_000u64).prop_map(Outcome::Cut),
        Just(Outcome::Left),
    ]
}

fn used(cost: Option<i64>, tokens: u64) -> Usage {
    let usage = Usage::new().with_tokens(tokens, tokens / 2);
    match cost {
        Some(picos) => usage.with_cost(Usd::from_picos(picos).unwrap(), CostSource::Provider),
        None => usage,
    }
}

fn act(outcome: &Outcome) -> Act {
    match outcome {
        Outcome::Whole(cost, tokens) => Act::Answer(used(*cost, *tokens)),
        Outcome::Fails(stage, billed, cost) => {
            let partial = Partial::new("", used(*cost, 3));
            Act::Fail(failure(ErrorKind::Provider, *stage).with_maybe_billed(*billed).with_partial(partial))
        }
        Outcome::Cut(tokens) => {
            let cut = failure(ErrorKind::StreamInterrupted, Stage::Truncated);
            let usage = ChatEvent::Usage(used(None, *tokens));
            Act::Stream(vec![Ok(started()), Ok(piece("h")), Ok(usage), Err(cut)], None, vec![])
        }
        Outcome::Left => Act::Stream(
            vec![Ok(started()), Ok(piece("h"))],
            Some(Arc::new(Notify::new())),
            vec![Ok(finish())],
        ),
    }
}

/// Makes these attempts within one request, one after the other.
async fn run(outcomes: Vec<Outcome>) -> (RequestRecord, Vec<AttemptRecord>, i128, u64) {
    let (log, _folder) = log().await;
    let acts: Vec<_> = outcomes.iter().map(act).collect();
    let double = Double::new(Abandon::Cancel, move |call| acts[call].clone());
    let attempts = log.attempt_layer().layer(double);
    let inside = crate::double::Inside::around(attempts, outcomes.len());
    let ctx = ctx();
    let mut stream = log.request_layer().layer(inside).chat_stream(&ctx, request()).await.unwrap();
    while stream.next().await.is_some() {}
    let (request, attempts) = crate::double::rows(&log, &ctx).await;
    let total = log.usage(&UsageFilter::new(), UsageBy::Total).await.unwrap().remove(0);
    (request, attempts, total.known_cost_picos, total.unknown_costs)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_request_is_the_sum_of_its_attempts(outcomes in prop::collection::vec(outcome(), 0..6)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let count = outcomes.len();
        let (request, attempts, total, total_unknown) = runtime.block_on(run(outcomes));
        prop_assert_eq!(request.status, RequestStatus::Ok);
        prop_assert_eq!((request.attempts as usize, attempts.len()), (count, count));
        prop_assert!(attempts.iter().all(|attempt| attempt.completed_at.is_some()));
        let known: i128 =
            attempts.iter().filter_map(|attempt| attempt.usage.cost).map(|cost| i128::from(cost.picos())).sum();
        let unknown = attempts.iter().filter(|attempt| attempt.is_unsettled()).count();
        let sum = i64::try_from(known).ok().and_then(Usd::from_picos).filter(|_| unknown == 0);
        prop_assert_eq!(request.usage.cost, sum);
        prop_assert_eq!((total, total_unknown), (known, unknown as u64));
        let tokens = |of: fn(&Usage) -> Option<u64>| {
            attempts.iter().filter_map(|attempt| of(&attempt.usage)).reduce(|a, b| a + b)
        };
        prop_assert_eq!(request.usage.input_tokens, tokens(|usage| usage.input_tokens));
        prop_assert_eq!(request.usage.output_tokens, tokens(|usage| usage.output_tokens));
    }
}
