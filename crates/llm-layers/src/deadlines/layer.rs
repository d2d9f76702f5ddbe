//! The layer that ends what takes too long.

use std::sync::Arc;

use async_trait::async_trait;
use llm_core::{
    AudioRequest, AudioResponse, CallOptions, ChatRequest, ChatResponse, EmbedRequest, EmbedResponse, Error,
    ErrorKind, ImageRequest, ImageResponse, NewsRequest, NewsResponse, Result, Stage,
};
use llm_provider::{CallContext, ChatStream, Layer, Provider, SharedProvider, forward, seal};
use tokio::time::{Instant, timeout_at};

use super::{Deadlines, deadline_for, timed::Timed};
use crate::retry::LEAST_TIME;

/// Ends a call that takes too long.
///
/// The context's deadline holds for the whole request; where it has none, the layer sets one. A call that would have
/// less than a second is not made. A unary answer comes whole, so nothing but the deadline holds for it. Model lists,
/// health checks and records of calls cost nothing and pass through.
///
/// Every error is an [`ErrorKind::Timeout`]. At [`Stage::FirstToken`] and [`Stage::Deadline`] the call had been made
/// and may be billed; at the deadline nothing may be tried again.
///
/// **Streams:** until the first content the first-token limit holds, then the idle limit between two events, any
/// event, and the deadline throughout. The time that a slow reader takes is not idleness. Signs of life
/// ([`ChatEvent::Alive`](llm_core::ChatEvent::Alive)) end here. The stream is [sealed](seal). An error after content
/// carries what had come ([`Error::partial`]) and is not to be tried again.
///
/// **Dropping** the call or the stream drops the call inside, and its clock.
///
/// **Order:** right around the provider, inside retry and attempt ledger. Outside the ledger its cut would look like a
/// caller who went away; outside the retry one silent attempt would use up the time of all.
#[derive(Clone, Copy, Debug)]
pub struct DeadlineLayer {
    deadlines: Deadlines,
}

impl DeadlineLayer {
    /// Holds calls to these limits, and to their own.
    #[must_use]
    pub const fn new(deadlines: Deadlines) -> Self {
        Self { deadlines }
    }
}

impl Layer for DeadlineLayer {
    fn layer(&self, inner: SharedProvider) -> SharedProvider {
        Arc::new(Deadlined { inner, deadlines: self.deadlines })
    }
}

/// See [`DeadlineLayer`].
#[derive(Debug)]
struct Deadlined {
    inner: SharedProvider,
    deadlines: Deadlines,
}

impl Deadlined {
    /// The context with a deadline, and the deadline.
    fn enter(
        &self,
        ctx: &CallContext,
        options: &CallOptions,
        streamed: bool,
    ) -> Result<(CallContext, Instant)> {
        let deadline = ctx.deadline().unwrap_or_else(|| deadline_for(options, &self.deadlines, streamed));
        if deadline.saturating_duration_since(Instant::now()) < LEAST_TIME {
            let message = "less than a second of the request's time is left; the call was not made";
            return Err(self.late(message, Stage::Deadline));
        }
        Ok((ctx.clone().with_deadline(deadline), deadline))
    }

    /// Makes a unary call.
    async fn within<A, F: Future<Output = Result<A>>>(
        &self,
        ctx: &CallContext,
        options: &CallOptions,
        call: impl FnOnce(CallContext) -> F,
    ) -> Result<A> {
        let (ctx, deadline) = self.enter(ctx, options, false)?;
        timeout_at(deadline, call(ctx)).await.unwrap_or_else(|_| Err(self.deadline_passed()))
    }

    fn deadline_passed(&self) -> Error {
        self.late("the answer did not come within the time of the request", Stage::Deadline)
            .with_maybe_billed(true)
    }

    fn late(&self, message: &'static str, stage: Stage) -> Error {
        let error = Error::new(ErrorKind::Timeout, message).with_provider(self.inner.name().clone());
        error.with_stage(stage).with_retryable(stage != Stage::Deadline)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Provider for Deadlined {
    forward! { inner: name, capabilities, list_models, health, look_up_call, abandon }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        let inner = &self.inner;
        let options = request.options.clone();
        self.within(ctx, &options, |ctx| async move { inner.chat(&ctx, request).await }).await
    }

    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
        let (ctx, deadline) = self.enter(ctx, &request.options, true)?;
        let limits = self.deadlines.for_request(&request.options);
        let first_token = Instant::now() + limits.first_token;
        match timeout_at(first_token.min(deadline), self.inner.chat_stream(&ctx, request)).await {
            Ok(begun) => {
                let name = self.inner.name().clone();
                Ok(Box::pin(Timed::new(seal(begun?), name, limits.idle, deadline)))
            }
            Err(_) if deadline <= first_token => Err(self.deadline_passed()),
            Err(_) => {
                let message = "the provider gave no content within the limit on the first token";
                Err(self.late(message, Stage::FirstToken).with_maybe_billed(true))
            }
        }
    }

    async fn embed(&self, ctx: &CallContext, request: EmbedRequest) -> Result<EmbedResponse> {
        let inner = &self.inner;
        let call = |ctx| async move { inner.embed(&ctx, request).await };
        self.within(ctx, &CallOptions::default(), call).await
    }

    async fn generate_image(&self, ctx: &CallContext, request: ImageRequest) -> Result<ImageResponse> {
        let inner = &self.inner;
        let call = |ctx| async move { inner.generate_image(&ctx, request).await };
        self.within(ctx, &CallOptions::default(), call).await
    }

    async fn generate_audio(&self, ctx: &CallContext, request: AudioRequest) -> Result<AudioResponse> {
        let inner = &self.inner;
        let call = |ctx| async move { inner.generate_audio(&ctx, request).await };
        self.within(ctx, &CallOptions::default(), call).await
    }

    async fn search_recent_news(&self, ctx: &CallContext, request: NewsRequest) -> Result<NewsResponse> {
        let inner = &self.inner;
        let call = |ctx| async move { inner.search_recent_news(&ctx, request).await };
        self.within(ctx, &CallOptions::default(), call).await
    }
}
