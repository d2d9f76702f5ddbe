//! A provider that panics: the caller gets an error that names the request, and the rows say whose fault it was.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use llm_services::{
    Capabilities, ChatEvent, ChatRequest, Error, ErrorKind, LlmService, ProviderName,
    provider::{Abandon, MockProvider},
    request_log::{AttemptStatus, RequestLog as _, RequestStatus},
};

/// A provider that breaks down at once, or after the first word of a stream. Once: its double is broken then, too.
fn fragile(name: &str) -> MockProvider {
    let mut provider = MockProvider::new();
    provider.expect_name().return_const(ProviderName::new(name).unwrap());
    provider.expect_capabilities().return_const(Capabilities::default());
    provider.expect_abandon().return_const(Abandon::Cancel);
    provider.expect_chat().returning(|_, _| panic!("a mistake"));
    provider.expect_chat_stream().returning(|_, request| {
        assert_ne!(request.model, "at-once", "a mistake");
        let word = ChatEvent::TextDelta { choice: 0, text: "word".into() };
        Ok(Box::pin(stream::iter([Some(word), None]).map(|word| Ok(word.unwrap()))))
    });
    provider
}

async fn in_stream(llm: &LlmService) -> Error {
    let mut stream = llm.stream_response(ChatRequest::new("fragile-3/later").user("hi")).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(stream.next().await.is_none(), "an item after the terminal one");
    error
}

#[tokio::test]
async fn a_panic_is_an_error_to_the_caller_and_internal_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("llm.db").display());
    let builder = LlmService::builder().request_log(url);
    let builder = ["fragile-1", "fragile-2", "fragile-3"]
        .into_iter()
        .fold(builder, |builder, name| builder.provider(fragile(name)));
    let llm = builder.build().await.unwrap();
    let ask = |model: &str| ChatRequest::new(model).user("hi");
    let errors = [
        llm.generate_response(ask("fragile-1/at-once")).await.unwrap_err(),
        llm.stream_response(ask("fragile-2/at-once")).await.unwrap_err(),
        in_stream(&llm).await,
    ];
    llm.shutdown(Duration::from_secs(10)).await;
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Internal);
        assert!(!error.to_string().contains("mistake"), "what a panic says is not for clients");
        let id = error.request_id().unwrap();
        let (request, attempts) = llm.log().unwrap().get(id).await.unwrap().unwrap();
        assert_eq!(request.status, RequestStatus::Internal);
        assert_eq!(
            attempts.iter().map(|attempt| attempt.status).collect::<Vec<_>>(),
            [AttemptStatus::Internal]
        );
    }
}
