//! A provider, its upstream, and a ledger that listens.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex},
};

use futures_util::StreamExt as _;
use llm_core::{AttemptId, ChatEvent, ChatRequest, ChatResponse, Collector, Error, RequestId, Result};
use llm_openrouter::{OpenRouter, OpenRouterConfig};
use llm_provider::{AttemptObserver, CallContext, Provider as _};
use llm_testkit::{Call, Reply, Upstream};
use serde_json::{Value, json};

/// The key of all tests.
pub(crate) const KEY: &str = "sk-or-v1-0123456789abcdef";

/// A provider, its upstream, and a ledger that listens.
pub(crate) struct Scene {
    pub(crate) upstream: Upstream,
    pub(crate) openrouter: OpenRouter,
    pub(crate) ctx: CallContext,
    pub(crate) told: Arc<Told>,
}

/// What a ledger was told.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<Vec<String>>);

impl Told {
    /// `sent`, and the ids, in order.
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl AttemptObserver for Told {
    fn sent(&self) {
        self.0.lock().unwrap().push("sent".to_owned());
    }

    fn upstream_id(&self, id: &str) {
        self.0.lock().unwrap().push(id.to_owned());
    }
}

impl Scene {
    /// Nothing scripted yet.
    pub(crate) async fn new() -> Self {
        Self::with(|config| config.with_api_key(KEY)).await
    }

    /// Nothing scripted yet, with a configuration of its own.
    pub(crate) async fn with(change: impl FnOnce(OpenRouterConfig) -> OpenRouterConfig) -> Self {
        let upstream = Upstream::start().await;
        let config = OpenRouterConfig::default().with_base_url(format!("{}/api/v1", upstream.url()));
        let openrouter = OpenRouter::new(change(config)).unwrap();
        let told = Arc::new(Told::default());
        let request = RequestId::new();
        let ctx = CallContext::new(request)
            .with_attempt(AttemptId { request, number: NonZeroU32::MIN }, told.clone());
        Self { upstream, openrouter, ctx, told }
    }

    /// Every chat call is answered so.
    pub(crate) async fn chatting(reply: impl Into<Reply>) -> Self {
        let scene = Self::new().await;
        scene.upstream.always("/api/v1/chat/completions", reply);
        scene
    }

    pub(crate) async fn chat(&self, request: ChatRequest) -> Result<ChatResponse> {
        self.openrouter.chat(&self.ctx, request).await
    }

    /// A stream to its end: its events without signs of life, and its error.
    pub(crate) async fn stream(&self, request: ChatRequest) -> (Vec<ChatEvent>, Option<Error>) {
        let mut stream = match self.openrouter.chat_stream(&self.ctx, request).await {
            Ok(stream) => stream,
            Err(error) => return (Vec::new(), Some(error)),
        };
        let mut events = Vec::new();
        while let Some(item) = stream.next().await {
            match item {
                Ok(ChatEvent::Alive) => {}
                Ok(event) => events.push(event),
                Err(error) => return (events, Some(error)),
            }
        }
        (events, None)
    }

    /// The only call that the upstream heard.
    pub(crate) fn call(&self) -> Call {
        let calls = self.upstream.calls();
        assert_eq!(calls.len(), 1, "{calls:?}");
        calls.into_iter().next().unwrap()
    }

    /// The body of that call.
    pub(crate) fn sent(&self) -> Value {
        self.call().request.unwrap()
    }
}

/// The smallest request.
pub(crate) fn hello() -> ChatRequest {
    ChatRequest::new("acme/writer").user("Hello!")
}

/// The answer that the events of a stream make.
pub(crate) fn whole(events: &[ChatEvent]) -> ChatResponse {
    let mut collector = Collector::new();
    events.iter().for_each(|event| collector.push(event));
    collector.finish().unwrap()
}

/// A payload of this crate's tests.
pub(crate) fn payload(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/it/payloads/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// A payload as a reply with status 200.
pub(crate) fn reply(name: &str) -> Reply {
    if name.ends_with(".sse") {
        Reply::sse().bytes(payload(name))
    } else {
        Reply::status(200).header("content-type", "application/json").bytes(payload(name))
    }
}

/// An error as a snapshot shows it.
pub(crate) fn shown(error: &Error) -> Value {
    json!({
        "kind": error.kind(),
        "message": error.message(),
        "detail": error.detail(),
        "stage": error.stage(),
        "status": error.status(),
        "code": error.code(),
        "provider": error.provider(),
        "model": error.model(),
        "upstream_id": error.upstream_id(),
        "retryable": error.is_retryable(),
        "maybe_billed": error.maybe_billed(),
        "partial_text": error.partial().map(|partial| partial.text.clone()),
        "usage": error.usage(),
    })
}
