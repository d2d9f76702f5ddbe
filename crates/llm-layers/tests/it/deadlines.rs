//! `DeadlineLayer`.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream};
use llm_core::{
    CallOptions, ChatEvent, ChatRequest, EmbedRequest, ErrorKind, Partial, ProviderName, Stage, Started,
    Usage,
};
use llm_layers::{DeadlineLayer, Deadlines, deadline_for};
use llm_provider::{ChatStream, Layer as _, MockProvider};
use tokio::time::{Instant, advance, sleep};

use crate::double::{Act, Double, ask, ctx, failure, finished, millis, secs, text};

fn layer() -> DeadlineLayer {
    DeadlineLayer::new(Deadlines::default())
}

fn limited(change: impl FnOnce(&mut CallOptions)) -> ChatRequest {
    let mut options = CallOptions::default();
    change(&mut options);
    ask().with_options(options)
}

async fn streamed(items: Vec<(u64, llm_core::Result<ChatEvent>)>) -> ChatStream {
    let items = std::sync::Mutex::new(Some(items));
    let inner = Double::new(move |_| Act::Stream(items.lock().unwrap().take().unwrap()));
    inner.under(&layer()).chat_stream(&ctx(), ask()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_request_has_the_configured_time_or_its_own() {
    let (now, deadlines) = (Instant::now(), Deadlines::default());
    assert_eq!(deadline_for(&CallOptions::default(), &deadlines, false), now + secs(600));
    assert_eq!(deadline_for(&CallOptions::default(), &deadlines, true), now + secs(900));
    let own = limited(|options| options.limits.total = Some(secs(5))).options;
    assert_eq!(deadline_for(&own, &deadlines, true), now + secs(5));
    let endless = limited(|options| options.limits.total = Some(Duration::MAX)).options;
    assert_eq!(deadline_for(&endless, &deadlines, true), now + secs(86_400));
}

#[tokio::test(start_paused = true)]
async fn a_unary_call_ends_with_its_time_and_not_with_the_first_token_limit() {
    let (inner, began) = (Double::new(|_| Act::Hang), Instant::now());
    let error = inner.under(&layer()).chat(&ctx(), ask()).await.unwrap_err();
    assert_eq!(began.elapsed(), secs(600));
    assert_eq!((error.kind(), error.stage()), (ErrorKind::Timeout, Stage::Deadline));
    assert_eq!(error.provider().unwrap().as_str(), "double");
    assert!(!error.is_retryable() && error.maybe_billed());
    assert_eq!(inner.seen()[0].deadline, Some(began + secs(600)), "the provider knows its deadline");
    assert_eq!(inner.open(), 0, "the call was dropped");
}

#[tokio::test(start_paused = true)]
async fn the_contexts_deadline_goes_before_the_limits() {
    let (inner, began) = (Double::new(|_| Act::Hang), Instant::now());
    let hurried = ctx().with_deadline(began + secs(7));
    inner
        .under(&layer())
        .chat(&hurried, limited(|options| options.limits.total = Some(secs(30))))
        .await
        .unwrap_err();
    assert_eq!(began.elapsed(), secs(7));
    inner.under(&layer()).embed(&ctx(), EmbedRequest::new("e", "text")).await.unwrap_err();
    assert_eq!(began.elapsed(), secs(607));
}

#[tokio::test(start_paused = true)]
async fn a_call_with_less_than_a_second_is_not_made() {
    let inner = Double::new(|_| Act::Answer);
    let provider = inner.under(&layer());
    for left in [0, 999] {
        let late = ctx().with_deadline(Instant::now() + millis(left));
        let unary = provider.chat(&late, ask()).await.unwrap_err();
        let streamed = provider.chat_stream(&late, ask()).await.err().unwrap();
        for error in [unary, streamed] {
            assert_eq!((error.kind(), error.stage()), (ErrorKind::Timeout, Stage::Deadline));
            assert!(!error.maybe_billed() && !error.is_retryable());
        }
    }
    assert_eq!(inner.calls(), 0);
    provider.chat(&ctx().with_deadline(Instant::now() + secs(1)), ask()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_ends_at_the_first_token_limit() {
    let (inner, began) = (Double::new(|_| Act::Hang), Instant::now());
    let provider = inner.under(&layer());
    let error = provider.chat_stream(&ctx(), ask()).await.err().unwrap();
    assert_eq!(began.elapsed(), secs(60));
    assert_eq!((error.kind(), error.stage()), (ErrorKind::Timeout, Stage::FirstToken));
    assert!(error.is_retryable() && error.maybe_billed());
    let impatient = limited(|options| options.limits.first_token = Some(millis(300)));
    provider.chat_stream(&ctx(), impatient).await.err().unwrap();
    assert_eq!(began.elapsed(), secs(60) + millis(300));
    assert_eq!(inner.open(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_before_the_other_limits_goes_before_them() {
    let inner = Double::new(|call| if call == 0 { Act::Hang } else { Act::Stream(vec![(0, text("a"))]) });
    let (provider, began) = (inner.under(&layer()), Instant::now());
    let error = provider.chat_stream(&ctx().with_deadline(began + secs(2)), ask()).await.err().unwrap();
    assert_eq!((error.stage(), began.elapsed()), (Stage::Deadline, secs(2)));
    let stream = provider.chat_stream(&ctx().with_deadline(began + secs(30)), ask()).await.unwrap();
    let error = stream.collect::<Vec<_>>().await.pop().unwrap().unwrap_err();
    assert_eq!((error.stage(), began.elapsed()), (Stage::Deadline, secs(30)));
}

#[tokio::test(start_paused = true)]
async fn signs_of_life_reset_the_idle_clock_and_end_here() {
    let alive = || (50_000, Ok(ChatEvent::Alive));
    let (stream, began) = (
        streamed(vec![(0, text("a")), alive(), alive(), alive(), (50_000, text("b")), (0, finished())]).await,
        Instant::now(),
    );
    let events: Vec<_> = stream.map(Result::unwrap).collect().await;
    assert_eq!(began.elapsed(), secs(200));
    assert!(matches!(
        &events[..],
        [ChatEvent::TextDelta { .. }, ChatEvent::TextDelta { .. }, ChatEvent::Finished(_)]
    ));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_falls_silent_says_what_had_come() {
    let usage = Usage::new().with_tokens(7, 2);
    let stream =
        streamed(vec![(0, text("Hel")), (1, Ok(ChatEvent::Usage(usage.clone()))), (1, text("lo"))]).await;
    let began = Instant::now();
    let items: Vec<_> = stream.collect().await;
    assert_eq!(began.elapsed(), secs(60) + millis(2));
    let error = items.last().unwrap().as_ref().unwrap_err();
    assert_eq!((error.kind(), error.stage()), (ErrorKind::Timeout, Stage::Idle));
    assert!(error.maybe_billed() && !error.is_retryable());
    assert_eq!((&*error.partial().unwrap().text, error.usage()), ("Hello", usage));
    assert_eq!(items.len(), 4, "an error is the last item");
}

#[tokio::test(start_paused = true)]
async fn of_an_answer_without_an_end_only_the_beginning_is_remembered() {
    let mut items = vec![(0, text("€"))];
    items.extend((0..1000).map(|_| (0, text(&"€".repeat(100)))));
    let error = streamed(items).await.collect::<Vec<_>>().await.pop().unwrap().unwrap_err();
    let kept = &error.partial().unwrap().text;
    assert!((Partial::MOST_TEXT - 3..=Partial::MOST_TEXT).contains(&kept.len()), "{}", kept.len());
    assert!(kept.chars().all(|character| character == '€'));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_falls_silent_before_content_may_be_tried_again() {
    let stream = streamed(vec![(0, Ok(ChatEvent::Started(Started::default())))]).await;
    let error = stream.collect::<Vec<_>>().await.pop().unwrap().unwrap_err();
    assert_eq!(error.stage(), Stage::Idle);
    assert!(error.is_retryable() && error.partial().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_its_time_however_lively_it_is() {
    let (stream, began) = (streamed((0..100).map(|_| (10_000, text("a"))).collect()).await, Instant::now());
    let error = stream.collect::<Vec<_>>().await.pop().unwrap().unwrap_err();
    assert_eq!(began.elapsed(), secs(900));
    assert_eq!((error.stage(), error.is_retryable()), (Stage::Deadline, false));
    assert_eq!(error.partial().unwrap().text.len(), 89);
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_is_not_a_silent_provider() {
    let mut stream = streamed(vec![(0, text("a")), (10_000, text("b")), (0, finished())]).await;
    stream.next().await.unwrap().unwrap();
    sleep(secs(300)).await;
    stream.next().await.unwrap().unwrap();
    sleep(secs(300)).await;
    assert!(matches!(stream.next().await, Some(Ok(ChatEvent::Finished(_)))));
    assert!(stream.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn the_providers_own_error_gets_what_had_come_too() {
    let broken = failure(ErrorKind::Overloaded).with_stage(Stage::Midstream);
    let stream = streamed(vec![(0, text("Hel")), (0, Err(broken)), (0, finished())]).await;
    let items: Vec<_> = stream.collect().await;
    assert_eq!(items.len(), 2);
    let error = items[1].as_ref().unwrap_err();
    assert_eq!((error.kind(), &*error.partial().unwrap().text), (ErrorKind::Overloaded, "Hel"));
}

#[tokio::test(start_paused = true)]
async fn an_end_without_a_finish_is_a_broken_answer() {
    let mut mock = MockProvider::new();
    mock.expect_name().return_const(ProviderName::new("mock").unwrap());
    mock.expect_chat_stream().times(1).returning(|_, _| Ok(stream::iter([text("Hel")]).boxed()));
    let stream = layer().layer(Arc::new(mock)).chat_stream(&ctx(), ask()).await.unwrap();
    let items: Vec<_> = stream.collect().await;
    let error = items[1].as_ref().unwrap_err();
    assert_eq!((error.kind(), error.stage()), (ErrorKind::StreamInterrupted, Stage::Truncated));
    assert_eq!(error.partial().unwrap().text, "Hel");
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_signs_of_life_neither_blocks_others_nor_outlives_the_deadline() {
    let mut mock = MockProvider::new();
    mock.expect_name().return_const(ProviderName::new("mock").unwrap());
    mock.expect_chat_stream().returning(|_, _| Ok(stream::repeat_with(|| Ok(ChatEvent::Alive)).boxed()));
    let mut stream = layer().layer(Arc::new(mock)).chat_stream(&ctx(), ask()).await.unwrap();
    tokio::select! {
        biased;
        item = stream.next() => panic!("{item:?} came"),
        () = tokio::task::yield_now() => {}
    }
    advance(secs(900)).await;
    assert_eq!(stream.next().await.unwrap().unwrap_err().stage(), Stage::Deadline);
    assert!(stream.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn dropping_drops_what_is_inside() {
    let inner = Double::new(|call| if call == 0 { Act::Hang } else { Act::Stream(vec![(0, text("a"))]) });
    let provider = inner.under(&layer());
    assert!(tokio::time::timeout(millis(5), provider.chat(&ctx(), ask())).await.is_err());
    assert_eq!(inner.open(), 0);
    let mut stream = provider.chat_stream(&ctx(), ask()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    assert_eq!(inner.open(), 1);
    drop(stream);
    assert_eq!(inner.open(), 0);
}
