//! `RetryLayer`.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt as _;
use llm_core::{EmbedRequest, Error, ErrorKind, Stage};
use llm_layers::{RetryBudget, RetryLayer, RetryPolicy, full_jitter};
use llm_provider::{Layer as _, MockProvider};
use proptest::prelude::*;
use tokio::time::{Instant, advance, timeout};

use crate::double::{Act, Double, ask, ctx, failure, finished, millis, secs, text};

/// A retry whose waits are their ceilings.
fn retry() -> RetryLayer {
    RetryLayer::new(RetryPolicy::default()).with_jitter(|ceiling| ceiling)
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_three_times_and_the_rest_once() {
    for kind in ErrorKind::ALL {
        let inner = Double::failing(failure(*kind));
        let error = inner.under(&retry()).chat(&ctx(), ask()).await.unwrap_err();
        assert_eq!(error.kind(), *kind);
        assert_eq!(inner.calls(), if kind.is_retryable() { 3 } else { 1 }, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_vendors_own_word_goes_before_the_kind() {
    let hopeless = Double::failing(failure(ErrorKind::Overloaded).with_retryable(false));
    hopeless.under(&retry()).chat(&ctx(), ask()).await.unwrap_err();
    assert_eq!(hopeless.calls(), 1);
    let hopeful = Double::failing(failure(ErrorKind::InvalidRequest).with_retryable(true));
    hopeful.under(&retry()).chat(&ctx(), ask()).await.unwrap_err();
    assert_eq!(hopeful.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn waits_double_and_each_attempt_knows_its_own() {
    let inner = Double::new(|call| match call {
        0..3 => Act::Fail(failure(ErrorKind::Unavailable)),
        _ => Act::Answer,
    });
    let layer = RetryLayer::new(RetryPolicy::default().with_max_attempts(9)).with_jitter(|ceiling| ceiling);
    assert_eq!(inner.under(&layer).chat(&ctx(), ask()).await.unwrap().text(), "hello");
    let seen = inner.seen();
    let waits: Vec<_> = seen.iter().map(|seen| seen.waited).collect();
    assert_eq!(waits, [None, Some(millis(250)), Some(millis(500)), Some(secs(1))]);
    let gaps: Vec<_> = seen.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    assert_eq!(gaps, [millis(250), millis(500), secs(1)]);
}

#[tokio::test(start_paused = true)]
async fn waits_do_not_pass_the_cap() {
    let inner = Double::failing(failure(ErrorKind::Unavailable));
    let policy = RetryPolicy::default().with_max_attempts(8).with_cap(millis(600));
    let layer = RetryLayer::new(policy).with_jitter(|_| Duration::MAX);
    inner.under(&layer).chat(&ctx(), ask()).await.unwrap_err();
    assert_eq!(inner.seen().iter().filter_map(|seen| seen.waited).max(), Some(millis(600)));
}

#[tokio::test(start_paused = true)]
async fn what_the_provider_asks_for_is_the_least_wait() {
    let slow_down = failure(ErrorKind::RateLimited).with_retry_after(secs(2));
    let inner = Double::failing(slow_down);
    inner.under(&retry()).chat(&ctx(), ask()).await.unwrap_err();
    let waits: Vec<_> = inner.seen().iter().map(|seen| seen.waited).collect();
    assert_eq!(waits, [None, Some(secs(2)), Some(secs(2))]);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_asks_for_too_much_is_not_waited_for() {
    let began = Instant::now();
    let tomorrow = Double::failing(failure(ErrorKind::RateLimited).with_retry_after(secs(86_400)));
    let error = tomorrow.under(&retry()).chat(&ctx(), ask()).await.unwrap_err();
    assert_eq!((tomorrow.calls(), error.retry_after()), (1, Some(secs(86_400))));

    let soon = Double::failing(failure(ErrorKind::RateLimited).with_retry_after(secs(10)));
    let hurried = ctx().with_deadline(Instant::now() + secs(10));
    soon.under(&retry()).chat(&hurried, ask()).await.unwrap_err();
    assert_eq!(soon.calls(), 1);
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn no_attempt_begins_with_less_than_a_second_left() {
    let inner = Double::failing(failure(ErrorKind::Unavailable));
    let provider = inner.under(&retry());
    provider.chat(&ctx().with_deadline(Instant::now() + millis(1_249)), ask()).await.unwrap_err();
    assert_eq!(inner.calls(), 1);
    provider.chat(&ctx().with_deadline(Instant::now() + millis(1_250)), ask()).await.unwrap_err();
    assert_eq!(inner.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_billed_is_tried_again_once() {
    let silent = failure(ErrorKind::Timeout).with_stage(Stage::FirstToken).with_maybe_billed(true);
    let inner = Double::failing(silent.clone());
    inner.under(&retry()).chat_stream(&ctx(), ask()).await.err().unwrap();
    assert_eq!(inner.calls(), 2);

    let mixed = Double::new(move |call| {
        Act::Fail(if call == 1 { failure(ErrorKind::Unavailable) } else { silent.clone() })
    });
    let layer = RetryLayer::new(RetryPolicy::default().with_max_attempts(9));
    mixed.under(&layer).chat(&ctx(), ask()).await.unwrap_err();
    assert_eq!(mixed.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_not_answered_with_a_flood() {
    let inner = Double::failing(failure(ErrorKind::Unavailable));
    let provider = inner.under(&retry());
    let (requests, gap) = (2_000_u32, millis(10));
    for _ in 0..requests {
        let (provider, began) = (provider.clone(), Instant::now());
        tokio::spawn(async move { provider.chat(&ctx(), ask()).await });
        tokio::time::sleep_until(began + gap).await;
    }
    tokio::time::sleep(secs(10)).await;
    let calls = inner.calls();
    // A tenth of the requests, one for each of the 30 seconds, and what was saved up.
    assert!(calls <= 2_000 + 200 + 30 + 10, "{calls} calls");
    assert!(calls > 2_000 + 200, "{calls} calls: the budget was not used");
}

#[tokio::test(start_paused = true)]
async fn each_provider_has_a_budget_of_its_own_and_time_refills_it() {
    // Without waits, so that no time passes in the calls.
    let policy = RetryPolicy::default().with_base(Duration::ZERO).with_budget(RetryBudget::new(0, 1));
    let layer = RetryLayer::new(policy);
    let [first, second] = [(); 2].map(|()| Double::failing(failure(ErrorKind::Unavailable)));
    let (one, other) = (first.under(&layer), second.under(&layer));
    for _ in 0..100 {
        one.chat(&ctx(), ask()).await.unwrap_err();
    }
    assert_eq!(first.calls(), 110, "ten retries were saved up, and no more came");
    other.chat(&ctx(), ask()).await.unwrap_err();
    assert_eq!(second.calls(), 3, "another provider's budget is whole");
    advance(secs(1)).await;
    one.chat(&ctx(), ask()).await.unwrap_err();
    assert_eq!(first.calls(), 112, "a second brought one retry");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_has_begun_is_never_begun_again() {
    let inner = Double::new(|call| match call {
        0 => Act::Fail(failure(ErrorKind::Overloaded)),
        _ => Act::Stream(vec![(0, text("Hel")), (0, Err(failure(ErrorKind::StreamInterrupted)))]),
    });
    let stream = inner.under(&retry()).chat_stream(&ctx(), ask()).await.unwrap();
    let items: Vec<_> = stream.take(2).collect().await;
    assert!(items[0].is_ok());
    assert_eq!(items[1].as_ref().unwrap_err().kind(), ErrorKind::StreamInterrupted);
    assert_eq!(inner.calls(), 2);

    let whole = Double::new(|_| Act::Stream(vec![(0, text("a")), (0, finished())]));
    let stream = whole.under(&retry()).chat_stream(&ctx(), ask()).await.unwrap();
    assert_eq!(stream.take(2).count().await, 2);
    assert_eq!(whole.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_while_it_waits_makes_no_other_attempt() {
    let inner = Double::failing(failure(ErrorKind::Unavailable));
    let provider = inner.under(&retry());
    assert!(timeout(millis(100), provider.chat(&ctx(), ask())).await.is_err());
    tokio::time::sleep(secs(60)).await;
    assert_eq!(inner.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn embeddings_are_tried_again_and_health_is_not() {
    let inner = Double::failing(failure(ErrorKind::Overloaded));
    inner.under(&retry()).embed(&ctx(), EmbedRequest::new("e", "text")).await.unwrap_err();
    assert_eq!(inner.calls(), 3);

    let mut mock = MockProvider::new();
    mock.expect_health().times(1).returning(|_| Err(Error::new(ErrorKind::Unavailable, "down")));
    retry().layer(Arc::new(mock)).health(&ctx()).await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn one_attempt_is_one_attempt() {
    for attempts in [0, 1] {
        let inner = Double::failing(failure(ErrorKind::Unavailable));
        let layer = RetryLayer::new(RetryPolicy::default().with_max_attempts(attempts));
        inner.under(&layer).chat(&ctx(), ask()).await.unwrap_err();
        assert_eq!(inner.calls(), 1);
    }
}

proptest! {
    #[test]
    fn full_jitter_stays_below_its_ceiling(millis in 0_u64..100_000) {
        let ceiling = Duration::from_millis(millis);
        prop_assert!(full_jitter(ceiling) <= ceiling);
    }
}
