//! The layer that puts spans around calls.

use std::sync::Arc;

use async_trait::async_trait;
use llm_core::{ChatRequest, ChatResponse, EmbedRequest, EmbedResponse, Result};
use llm_provider::{CallContext, ChatStream, Layer, Provider, SharedProvider, forward};
use tracing::Instrument as _;

use super::{
    span::{CallSpan, Scope},
    stream::Traced,
};

/// Puts a span around each conversation and each call for embeddings, at level `INFO`.
///
/// The fields have OpenTelemetry's `gen_ai` names: operation, provider, models, tokens, the provider's id, and
/// `error.type` with the [kind](llm_core::ErrorKind::as_str); beside them `llm.request_id`, `llm.streamed`,
/// `llm.cached`, `llm.cost_usd` (a decimal text), `llm.time_to_first_token_ms` and `llm.outcome` (`ok`, `error`,
/// `dropped`). Never a prompt, an answer or a key. Other calls pass through.
///
/// **Streams:** the span lives as long as the stream, and what happens in it while it is polled belongs to the span.
///
/// **Dropping** the call or the stream closes the span with the outcome `dropped` and the usage that was heard of.
///
/// **Order:** [`new`](Self::new) stands outermost, so that what the log and the cache do is inside the span; further
/// in it would not see hits. [`attempt`](Self::attempt) stands inside the attempt ledger, which numbers the attempts;
/// outside it the number is missing.
#[derive(Clone, Copy, Debug)]
pub struct TracingLayer {
    scope: Scope,
}

impl TracingLayer {
    /// A span `llm.request` around each request.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "there are two of them, and neither is the usual one")]
    pub const fn new() -> Self {
        Self { scope: Scope::Request }
    }

    /// A span `llm.attempt` around each upstream call, with `llm.attempt` (its number) and `llm.retry_wait_ms`.
    #[must_use]
    pub const fn attempt() -> Self {
        Self { scope: Scope::Attempt }
    }
}

impl Layer for TracingLayer {
    fn layer(&self, inner: SharedProvider) -> SharedProvider {
        Arc::new(Traces { inner, scope: self.scope })
    }
}

/// See [`TracingLayer`].
#[derive(Debug)]
struct Traces {
    inner: SharedProvider,
    scope: Scope,
}

impl Traces {
    fn begin(&self, ctx: &CallContext, request: &ChatRequest, streamed: bool) -> CallSpan {
        let operation = request.options.operation.as_str();
        CallSpan::begin(self.scope, operation, &request.model, self.inner.name(), ctx, streamed)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Provider for Traces {
    forward! { inner: name, capabilities, generate_image, generate_audio, search_recent_news, list_models, health, look_up_call, abandon }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        let mut call = self.begin(ctx, &request, false);
        let answer = self.inner.chat(ctx, request).instrument(call.span().clone()).await;
        match &answer {
            Ok(answer) => call.answered(answer),
            Err(error) => call.failed(error),
        }
        answer
    }

    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
        let mut call = self.begin(ctx, &request, true);
        match self.inner.chat_stream(ctx, request).instrument(call.span().clone()).await {
            Ok(stream) => {
                call.first_content();
                Ok(Box::pin(Traced::new(stream, call)))
            }
            Err(error) => {
                call.failed(&error);
                Err(error)
            }
        }
    }

    async fn embed(&self, ctx: &CallContext, request: EmbedRequest) -> Result<EmbedResponse> {
        let name = self.inner.name();
        let mut call = CallSpan::begin(self.scope, "embeddings", &request.model, name, ctx, false);
        let answer = self.inner.embed(ctx, request).instrument(call.span().clone()).await;
        match &answer {
            Ok(answer) => call.embedded(answer),
            Err(error) => call.failed(error),
        }
        answer
    }
}
