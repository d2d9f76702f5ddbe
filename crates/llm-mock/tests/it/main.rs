//! The built-in models do what their list says.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod conformance;

use std::time::Duration;

use futures_util::StreamExt as _;
use llm_core::{ChatEvent, ChatRequest, Collector, Error, ErrorKind, FinishReason, RequestId, Result};
use llm_mock::{Mock, MockModel};
use llm_provider::{CallContext, Provider as _};

fn ctx() -> CallContext {
    CallContext::new(RequestId::new())
}

async fn stream(request: ChatRequest) -> (Collector, Option<Error>) {
    let items: Vec<Result<ChatEvent>> =
        Mock::new().chat_stream(&ctx(), request).await.unwrap().collect().await;
    let mut collector = Collector::new();
    let mut failure = None;
    for item in items {
        match item {
            Ok(event) => collector.push(&event),
            Err(error) => failure = Some(error),
        }
    }
    (collector, failure)
}

#[tokio::test]
async fn echo_says_the_same_streamed_or_whole_and_at_the_same_cost() {
    let request = ChatRequest::new("echo").system("Be kind.").user("Grüße,  zweimal\nund mehr");
    let whole = Mock::new().chat(&ctx(), request.clone()).await.unwrap();
    let (collector, failure) = stream(request).await;
    let streamed = collector.finish().unwrap();
    assert!(failure.is_none());
    assert_eq!(whole.text(), "Grüße,  zweimal\nund mehr");
    assert_eq!((streamed.text(), &streamed.usage), (whole.text(), &whole.usage));
    assert_eq!(whole.usage.input_tokens, Some(6));
}

#[tokio::test]
async fn lorem_is_bounded_and_repeatable() {
    let request = || ChatRequest::new("lorem").user("go").with_seed(7).with_max_output_tokens(5);
    let first = Mock::new().chat(&ctx(), request()).await.unwrap();
    let second = Mock::new().chat(&ctx(), request()).await.unwrap();
    let other = Mock::new().chat(&ctx(), request().with_seed(8)).await.unwrap();
    assert_eq!(first.text(), second.text());
    assert_ne!(first.text(), other.text());
    assert_eq!(first.usage.output_tokens, Some(5));
    assert_eq!(first.finish_reason(), Some(&FinishReason::Length));
    let long = Mock::new().chat(&ctx(), request().with_max_output_tokens(90)).await.unwrap();
    assert_eq!((long.usage.output_tokens, long.finish_reason()), (Some(90), Some(&FinishReason::Stop)));
    let cut = Mock::new()
        .chat(&ctx(), ChatRequest::new("echo").user("a b c").with_max_output_tokens(2))
        .await
        .unwrap();
    assert_eq!((cut.text().as_str(), cut.finish_reason()), ("a b ", Some(&FinishReason::Length)));
}

#[tokio::test(start_paused = true)]
async fn faults_come_as_ordered() {
    let refused =
        async |model| Mock::new().chat(&ctx(), ChatRequest::new(model).user("x y z")).await.unwrap_err();
    let limited = refused("rate-limited").await;
    assert_eq!(
        (limited.kind(), limited.retry_after()),
        (ErrorKind::RateLimited, Some(Duration::from_secs(1)))
    );
    assert_eq!(refused("broken").await.kind(), ErrorKind::Provider);
    assert_eq!(refused("cut").await.kind(), ErrorKind::StreamInterrupted);
    assert_eq!(refused("gone").await.kind(), ErrorKind::ModelNotFound);

    let (collector, failure) = stream(ChatRequest::new("cut").user("one two three four")).await;
    assert_eq!(collector.text(), "one two ");
    assert!(collector.finish().is_none());
    assert_eq!(failure.unwrap().kind(), ErrorKind::StreamInterrupted);

    let began = tokio::time::Instant::now();
    Mock::new().chat(&ctx(), ChatRequest::new("slow").user("x")).await.unwrap();
    assert_eq!(began.elapsed(), Duration::from_secs(2));
}

#[tokio::test]
async fn the_list_names_every_model_with_its_prefix() {
    let listed: Vec<_> =
        Mock::new().list_models(&ctx()).await.unwrap().into_iter().map(|model| model.id).collect();
    let expected: Vec<_> = MockModel::ALL.iter().map(|model| format!("mock/{}", model.name())).collect();
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn several_answers_are_refused_or_dropped_by_name() {
    let mut request = ChatRequest::new("echo").user("x");
    request.n = Some(2);
    let error = Mock::new().chat(&ctx(), request.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    request.options.lenient = true;
    assert_eq!(Mock::new().chat(&ctx(), request).await.unwrap().dropped, ["n"]);
}
