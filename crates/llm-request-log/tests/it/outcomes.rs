//! However a call ends, it has one row that says so.

use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt as _, StreamExt as _};
use llm_core::{
    CacheHit, ChatEvent, ChatRequest, ChatResponse, CostSource, EmbedRequest, ErrorKind, Operation,
    ProviderName, Stage, Usage, Usd,
};
use llm_provider::{Abandon, CallContext, Layer as _, MockProvider};
use llm_request_log::{AttemptStatus, KeyId, RequestLog as _, RequestStatus};
use tokio::sync::Notify;

use crate::double::{
    Act, Again, Double, ctx, failure, finish, log, log_with, piece, request, rows, started, usage,
};

#[tokio::test]
async fn a_whole_answer_has_its_usage_and_everything_that_is_known() {
    let (log, _folder) = log_with(|config| config.with_config_version("v7")).await;
    let double = Double::always(Act::Answer(usage(42)));
    let ctx = ctx().with_extension(Arc::new(KeyId("key-7".into())));
    let asked = request().with_metadata("team", "red\0");
    double.under(&log).chat(&ctx, asked).await.unwrap();

    let (request, attempts) = rows(&log, &ctx).await;
    assert_eq!(request.status, RequestStatus::Ok);
    assert_eq!((request.tenant.as_deref(), request.user.as_deref()), (Some("acme"), Some("ada")));
    assert_eq!((request.key.as_deref(), request.config_version.as_deref()), (Some("key-7"), Some("v7")));
    assert_eq!((request.requested_model.as_str(), request.served_model.as_deref()), ("m", Some("m-dated")));
    assert_eq!(request.provider.as_ref().map(ProviderName::as_str), Some("double"));
    assert_eq!((request.operation, request.streamed, request.cached), (Operation::Chat, false, false));
    assert_eq!(request.metadata["team"], "red\u{fffd}");
    assert_eq!((request.attempts, request.usage.cost), (1, Usd::from_picos(42)));
    assert_eq!(request.usage.cost_source, CostSource::Provider);
    assert_eq!((request.usage.input_tokens, request.usage.output_tokens), (Some(10), Some(5)));
    assert!(request.time_to_first_token.is_some() && request.duration >= request.time_to_first_token);
    assert!(request.completed_at.unwrap() >= request.created_at);

    let [attempt] = &attempts[..] else { panic!("one call, one row: {attempts:?}") };
    assert_eq!((attempt.status, attempt.maybe_billed), (AttemptStatus::Ok, true));
    assert_eq!(
        (attempt.upstream_id.as_deref(), attempt.served_by.as_deref()),
        (Some("gen-0"), Some("Vendor"))
    );
    assert_eq!((attempt.id.number.get(), attempt.usage.cost), (1, Usd::from_picos(42)));
    assert!(attempt.first_token_at.is_some() && attempt.completed_at >= attempt.first_token_at);
}

#[tokio::test]
async fn a_whole_stream_is_ok_at_its_last_item_even_if_it_is_kept() {
    let (log, _folder) = log().await;
    let double = Double::always(Act::Answer(usage(7)));
    let ctx = ctx();
    let mut stream = double.under(&log).chat_stream(&ctx, request()).await.unwrap();
    while let Some(event) = stream.next().await {
        event.unwrap();
    }
    let (request, attempts) = rows(&log, &ctx).await;
    assert_eq!((request.status, request.streamed), (RequestStatus::Ok, true));
    assert_eq!((request.usage.cost, request.served_model.as_deref()), (Usd::from_picos(7), Some("m-dated")));
    assert!(request.time_to_first_token.is_some());
    assert_eq!((attempts.len(), attempts[0].status), (1, AttemptStatus::Ok));
    drop(stream);
    log.written().await;
    assert_eq!(
        log.get(ctx.request_id()).await.unwrap().unwrap(),
        (request, attempts),
        "a later drop changes nothing"
    );
}

#[tokio::test]
async fn a_failure_has_its_class_its_kind_and_its_status() {
    let (log, _folder) = log().await;
    let error = failure(ErrorKind::Overloaded, Stage::Answer).with_status(529).with_upstream_id("gen-x");
    let double = Double::always(Act::Fail(error));
    let provider = double.under(&log);
    for streamed in [false, true] {
        let ctx = ctx();
        let failed = match streamed {
            false => provider.chat(&ctx, request()).await.err(),
            true => provider.chat_stream(&ctx, request()).await.err(),
        };
        assert_eq!(failed.unwrap().kind(), ErrorKind::Overloaded);
        let (request, attempts) = rows(&log, &ctx).await;
        assert_eq!(
            (request.status, request.error_kind),
            (RequestStatus::Failed, Some(ErrorKind::Overloaded))
        );
        assert_eq!(request.usage.cost, Some(Usd::ZERO), "nothing was billed, and that is known");
        assert_eq!((attempts[0].status, attempts[0].http_status), (AttemptStatus::Upstream5xx, Some(529)));
        assert_eq!((attempts[0].maybe_billed, attempts[0].usage.cost), (false, None));
        assert_eq!(attempts[0].error_message.as_deref(), Some("as ordered"));
    }
}

#[tokio::test]
async fn a_stream_that_breaks_may_be_billed_and_its_request_has_an_unknown_cost() {
    let (log, _folder) = log().await;
    let broken = failure(ErrorKind::StreamInterrupted, Stage::Truncated);
    let double = Double::always(Act::Stream(vec![Ok(started()), Ok(piece("h")), Err(broken)], None, vec![]));
    let ctx = ctx();
    let stream = double.under(&log).chat_stream(&ctx, request()).await.unwrap();
    let items: Vec<_> = stream.collect().await;
    assert!(items.last().unwrap().is_err());
    let (request, attempts) = rows(&log, &ctx).await;
    assert_eq!((request.status, request.usage.cost), (RequestStatus::Failed, None));
    assert_eq!(request.usage.cost_source, CostSource::Unknown);
    assert_eq!((attempts[0].status, attempts[0].maybe_billed), (AttemptStatus::Truncated, true));
    assert!(attempts[0].is_unsettled());
}

#[tokio::test]
async fn a_call_whose_caller_leaves_is_client_closed() {
    let (log, _folder) = log().await;
    let double = Double::always(Act::AnswerAfter(Arc::new(Notify::new()), usage(1)));
    let (provider, ctx) = (double.under(&log), ctx());
    let call = provider.chat(&ctx, request());
    tokio::select! {
        _ = call => unreachable!("nobody told it to answer"),
        () = double.sent.notified() => {}
    }
    let (request, attempts) = rows(&log, &ctx).await;
    assert_eq!((request.status, request.usage.cost), (RequestStatus::ClientClosed, None));
    assert_eq!((attempts[0].status, attempts[0].maybe_billed), (AttemptStatus::ClientClosed, true));
    assert_eq!(attempts[0].upstream_id.as_deref(), Some("gen-0"), "it can be settled");
}

#[tokio::test]
async fn a_stream_whose_caller_leaves_is_client_closed_with_the_usage_so_far() {
    let (log, _folder) = log().await;
    let so_far = Usage::new().with_tokens(10, 2);
    let first = vec![Ok(started()), Ok(piece("h")), Ok(ChatEvent::Usage(so_far))];
    let double = Double::always(Act::Stream(first, Some(Arc::new(Notify::new())), vec![]));
    let ctx = ctx();
    let mut stream = double.under(&log).chat_stream(&ctx, request()).await.unwrap();
    for _ in 0..3 {
        stream.next().await.unwrap().unwrap();
    }
    drop(stream);
    let (request, attempts) = rows(&log, &ctx).await;
    assert_eq!((request.status, request.usage.output_tokens), (RequestStatus::ClientClosed, Some(2)));
    assert_eq!((attempts[0].status, attempts[0].usage.cost), (AttemptStatus::ClientClosed, None));
    assert_eq!(attempts[0].served_by.as_deref(), Some("Vendor"));
}

#[tokio::test]
async fn a_caller_that_leaves_before_the_call_was_made_owes_nothing() {
    let (log, folder) = log_with(|config| config.with_busy_timeout(Duration::from_secs(20))).await;
    let lock = crate::database::Locked::lock(&folder).await;
    let double = Double::always(Act::Answer(usage(1)));
    let (provider, ctx) = (double.under(&log), ctx());
    let mut call = provider.chat(&ctx, request());
    assert!((&mut call).now_or_never().is_none(), "its intent waits for the lock");
    drop(call);
    lock.release().await;
    let (request, attempts) = rows(&log, &ctx).await;
    assert_eq!((request.status, request.usage.cost), (RequestStatus::ClientClosed, Some(Usd::ZERO)));
    assert_eq!((attempts[0].status, attempts[0].maybe_billed), (AttemptStatus::ClientClosed, false));
    assert_eq!(double.calls(), 0);
}

#[tokio::test]
async fn a_panic_is_internal() {
    let (log, _folder) = log().await;
    for abandon in [Abandon::Cancel, Abandon::Drain] {
        let double = Double::new(abandon, |call| match call {
            0 => Act::Panic,
            _ => Act::StreamPanic(vec![started(), piece("h")]),
        });
        let (provider, unary, streamed) = (double.under(&log), ctx(), ctx());
        let (of_unary, of_stream) = (unary.clone(), streamed.clone());
        let task = tokio::spawn(async move {
            let other = provider.clone();
            let call = tokio::spawn(async move { other.chat(&of_unary, request()).await });
            assert!(call.await.unwrap_err().is_panic());
            let stream = provider.chat_stream(&of_stream, request()).await.unwrap();
            let reader = tokio::spawn(stream.collect::<Vec<_>>());
            assert!(reader.await.unwrap_err().is_panic());
        });
        task.await.unwrap();
        for ctx in [unary, streamed] {
            let (request, attempts) = rows(&log, &ctx).await;
            assert_eq!((attempts.len(), attempts[0].status), (1, AttemptStatus::Internal), "{abandon:?}");
            assert_eq!((request.status, request.usage.cost), (RequestStatus::Internal, None), "{abandon:?}");
        }
    }
}

#[tokio::test]
async fn attempts_are_numbered_and_know_how_long_they_waited() {
    let (log, _folder) = log().await;
    let double = Double::new(Abandon::Cancel, |call| match call {
        0 => Act::Fail(failure(ErrorKind::RateLimited, Stage::Answer).with_status(429)),
        _ => Act::Answer(usage(5)),
    });
    let provider = log.request_layer().layer(Again::around(log.attempt_layer().layer(double)));
    let ctx = ctx();
    provider.chat(&ctx, request()).await.unwrap();
    let (request, attempts) = rows(&log, &ctx).await;
    assert_eq!((request.attempts, request.usage.cost), (2, Usd::from_picos(5)));
    assert_eq!(attempts.iter().map(|attempt| attempt.id.number.get()).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((attempts[0].status, attempts[1].status), (AttemptStatus::RateLimited, AttemptStatus::Ok));
    assert_eq!(
        (attempts[0].wait_before, attempts[1].wait_before),
        (Duration::ZERO, Duration::from_millis(250))
    );
}

#[tokio::test]
async fn a_hit_of_the_cache_has_a_row_and_no_attempt() {
    let (log, _folder) = log().await;
    let mut cache = MockProvider::new();
    cache.expect_chat().returning(|_, request| {
        let mut hit = ChatResponse::of_text(request.model, "hi");
        (hit.usage, hit.cached) = (usage(99), Some(CacheHit { age: Duration::from_secs(3) }));
        Ok(hit)
    });
    let ctx = ctx();
    log.request_layer().layer(Arc::new(cache)).chat(&ctx, request()).await.unwrap();
    let (request, attempts) = rows(&log, &ctx).await;
    assert!(request.cached && attempts.is_empty());
    assert_eq!(
        (request.status, request.attempts, request.usage.cost),
        (RequestStatus::Ok, 0, Some(Usd::ZERO))
    );
}

#[tokio::test]
async fn embeddings_are_calls_too() {
    let (log, _folder) = log().await;
    let double = Double::always(Act::Answer(usage(3)));
    let ctx = ctx();
    double.under(&log).embed(&ctx, EmbedRequest::new("e", "text")).await.unwrap();
    let (request, attempts) = rows(&log, &ctx).await;
    assert_eq!((request.operation, request.requested_model.as_str()), (Operation::Embed, "e"));
    assert_eq!((request.usage.cost, attempts[0].status), (Usd::from_picos(3), AttemptStatus::Ok));
    assert_eq!(attempts[0].upstream_id.as_deref(), Some("gen-0"));
}

#[tokio::test]
async fn absurd_figures_are_unknown_and_what_could_not_be_money_is_kept() {
    let (log, _folder) = log().await;
    let mut absurd = Usage::new().with_tokens(u64::MAX, 5);
    absurd.rejected_cost = Some("-1".into());
    let double = Double::always(Act::Answer(absurd));
    let ctx = ctx();
    double.under(&log).chat(&ctx, request()).await.unwrap();
    let (request, attempts) = rows(&log, &ctx).await;
    assert_eq!((attempts[0].usage.input_tokens, attempts[0].usage.output_tokens), (None, Some(5)));
    assert_eq!(attempts[0].usage.rejected_cost.as_deref(), Some("-1"));
    assert_eq!((request.usage.input_tokens, request.usage.cost), (None, None));
}

#[tokio::test]
async fn attempts_without_a_request_layer_do_not_collide() {
    let (log, _folder) = log().await;
    let double = Double::always(Act::Answer(Usage::new()));
    let provider = log.attempt_layer().layer(double.clone());
    let ctx = CallContext::new(llm_core::RequestId::new());
    provider.chat(&ctx, ChatRequest::new("m")).await.unwrap();
    provider.chat(&ctx, ChatRequest::new("m")).await.unwrap();
    log.written().await;
    let unsettled = log.unsettled(10).await.unwrap();
    assert_eq!(unsettled.len(), 2, "their costs are unknown");
    assert_ne!(unsettled[0].id, unsettled[1].id);
}

#[tokio::test]
async fn the_row_is_there_while_the_call_runs() {
    let (log, _folder) = log().await;
    let told = Arc::new(Notify::new());
    let end = vec![Ok(ChatEvent::Usage(usage(1))), Ok(finish())];
    let double = Double::always(Act::Stream(vec![Ok(started()), Ok(piece("h"))], Some(told.clone()), end));
    let ctx = ctx();
    let mut stream = double.under(&log).chat_stream(&ctx, request()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    let (request, attempts) = rows(&log, &ctx).await;
    assert_eq!((request.status, request.completed_at), (RequestStatus::Running, None));
    assert_eq!((attempts[0].status, attempts[0].maybe_billed), (AttemptStatus::Running, true));
    assert_eq!(attempts[0].upstream_id.as_deref(), Some("gen-0"), "a killed call could be settled");
    told.notify_one();
    assert_eq!(stream.collect::<Vec<_>>().await.len(), 3);
    assert_eq!(rows(&log, &ctx).await.0.status, RequestStatus::Ok);
}
