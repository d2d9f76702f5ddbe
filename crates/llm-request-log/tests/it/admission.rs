//! What cannot be written down is not called.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use llm_core::{ErrorKind, ProviderName};
use llm_provider::{Abandon, Layer as _, MockProvider, SharedProvider};
use llm_request_log::{AttemptStatus, Page, RequestFilter, RequestLog as _, RequestStatus, SqlxRequestLog};
use tokio::sync::Notify;

use crate::{
    database::Locked,
    double::{Act, Double, ctx, log, log_with, request, rows, usage},
};

/// Both layers around a provider that must not be called.
fn uncalled(log: &SqlxRequestLog) -> SharedProvider {
    let mut inner = MockProvider::new();
    inner.expect_name().return_const(ProviderName::new("inner").unwrap());
    inner.expect_abandon().returning(|_, _, _| Abandon::Cancel);
    inner.expect_chat().times(0);
    inner.expect_chat_stream().times(0);
    log.request_layer().layer(log.attempt_layer().layer(Arc::new(inner)))
}

#[tokio::test]
async fn calls_that_come_together_share_transactions() {
    let (log, _folder) = log().await;
    let double = Double::always(Act::Answer(usage(1)));
    let provider = double.under(&log);
    let contexts: Vec<_> = (0..200).map(|_| ctx()).collect();
    let before = log.transactions();
    let outcomes = join_all(contexts.iter().map(|ctx| provider.chat(ctx, request()))).await;
    assert!(outcomes.iter().all(Result::is_ok));
    log.written().await;
    let transactions = log.transactions() - before;
    assert!(transactions <= 40, "200 calls made {transactions} transactions");
    for ctx in &contexts {
        assert_eq!(rows(&log, ctx).await.0.status, RequestStatus::Ok);
    }
}

#[tokio::test]
async fn while_the_file_is_locked_calls_are_refused_and_ends_are_kept() {
    let (log, folder) = log_with(|config| config.with_busy_timeout(Duration::from_millis(20))).await;
    let told = Arc::new(Notify::new());
    let double = Double::always(Act::AnswerAfter(told.clone(), usage(8)));
    let (under_way, of_call) = (ctx(), double.under(&log));
    let call = {
        let ctx = under_way.clone();
        tokio::spawn(async move { of_call.chat(&ctx, request()).await })
    };
    double.sent.notified().await;
    assert_eq!(rows(&log, &under_way).await.0.status, RequestStatus::Running);

    let lock = Locked::lock(&folder).await;
    let refused = ctx();
    let error = uncalled(&log).chat(&refused, request()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Unavailable, false));
    assert!(error.retry_after().is_some() && !error.maybe_billed());
    assert!(!log.accepts_calls());
    told.notify_one();
    assert!(call.await.unwrap().is_ok(), "a call that was made keeps its answer");

    lock.release().await;
    let (request, attempts) = rows(&log, &under_way).await;
    assert_eq!((request.status, attempts[0].status), (RequestStatus::Ok, AttemptStatus::Ok));
    let (request, attempts) = rows(&log, &refused).await;
    assert_eq!((request.status, attempts.len()), (RequestStatus::Failed, 0));
    assert!(log.accepts_calls());
}

#[tokio::test]
async fn beyond_the_bound_on_open_calls_a_call_is_refused_until_there_is_room() {
    let (log, _folder) = log_with(|config| config.with_max_open(2)).await;
    let told = Arc::new(Notify::new());
    let double = Double::always(Act::AnswerAfter(told.clone(), usage(1)));
    let provider = double.under(&log);
    let call = {
        let provider = provider.clone();
        tokio::spawn(async move { provider.chat(&ctx(), request()).await })
    };
    double.sent.notified().await;
    let error = uncalled(&log).chat(&ctx(), request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Overloaded);
    told.notify_one();
    call.await.unwrap().unwrap();
    log.written().await;
    told.notify_one();
    provider.chat(&ctx(), request()).await.unwrap();
}

#[tokio::test]
async fn after_shutdown_nothing_is_called_and_everything_is_written() {
    let (log, _folder) = log().await;
    let double = Double::always(Act::Answer(usage(1)));
    let ctx = ctx();
    double.under(&log).chat(&ctx, request()).await.unwrap();
    log.shutdown(Duration::from_secs(5)).await;
    let error = uncalled(&log).chat(&crate::double::ctx(), request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(!log.accepts_calls());
    let page = log.page(&RequestFilter::new(), Page::first(10)).await.unwrap();
    assert_eq!(page.items.iter().map(|request| request.id).collect::<Vec<_>>(), [ctx.request_id()]);
}
