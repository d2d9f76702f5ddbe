//! The layer that calls again.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use llm_core::{ChatRequest, ChatResponse, EmbedRequest, EmbedResponse, Error, Result};
use llm_provider::{CallContext, ChatStream, Layer, Provider, RetryWait, SharedProvider, forward};

use super::{Jitter, RetryPolicy, bucket::Bucket, full_jitter};

/// Calls again after a failure that may pass: [`Error::is_retryable`] says which.
///
/// Conversations and embeddings are tried again, all other calls pass through. What the provider asks for
/// (`retry_after`) is the least wait; where it asks for more than [`RetryPolicy::retry_after_cap`], or than the
/// request's deadline leaves, the caller gets the error at once. A failure that [may have been
/// billed](Error::maybe_billed) is tried again once in a request at most: nobody pays three times for one answer. A
/// provider that stayed silent until the first-token limit is such a failure.
///
/// **Streams:** a failure of `chat_stream` itself is tried again, for nothing of the answer has been seen. What
/// breaks later goes to the caller: the same text would come twice.
///
/// **Dropping** the call ends the wait or the attempt that is under way. No other begins.
///
/// **Order:** around the attempt ledger, so that each attempt has its row, and inside the router, which goes to the
/// next model when this one gave up. Inside the deadlines it would be cut with its first attempt; outside a cache it
/// would look everything up again; two of them would multiply their attempts.
#[derive(Clone, Debug)]
pub struct RetryLayer {
    policy: RetryPolicy,
    jitter: Jitter,
}

impl RetryLayer {
    /// Retries by this policy, with [full jitter](full_jitter).
    #[must_use]
    pub fn new(policy: RetryPolicy) -> Self {
        Self { policy, jitter: full_jitter }
    }

    /// Sets how a wait is picked below its ceiling.
    #[must_use]
    pub fn with_jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }
}

impl Layer for RetryLayer {
    /// Each provider that is wrapped has a budget of its own.
    fn layer(&self, inner: SharedProvider) -> SharedProvider {
        let budget = Bucket::new(self.policy.budget);
        Arc::new(Retry { inner, policy: self.policy, jitter: self.jitter, budget })
    }
}

/// See [`RetryLayer`].
#[derive(Debug)]
struct Retry {
    inner: SharedProvider,
    policy: RetryPolicy,
    jitter: Jitter,
    budget: Bucket,
}

impl Retry {
    /// Calls until it goes well, or may not go on.
    async fn run<Q, A, F>(
        &self,
        ctx: &CallContext,
        request: Q,
        call: impl Fn(CallContext, Q) -> F,
    ) -> Result<A>
    where
        Q: Clone,
        F: Future<Output = Result<A>>,
    {
        self.budget.pay_in();
        let mut ctx = ctx.clone();
        let mut billed_once = false;
        for attempt in 1..self.policy.max_attempts {
            let error = match call(ctx.clone(), request.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let Some(wait) = self.wait(attempt, &error, billed_once, &ctx) else { return Err(error) };
            billed_once |= error.maybe_billed();
            tracing::debug!(attempt, kind = %error.kind(), ?wait, "calling again");
            tokio::time::sleep(wait).await;
            ctx = ctx.with_extension(Arc::new(RetryWait(wait)));
        }
        call(ctx, request).await
    }

    /// How long to wait before the next attempt; `None` when there shall be none.
    fn wait(&self, failed: u32, error: &Error, billed_once: bool, ctx: &CallContext) -> Option<Duration> {
        if !error.is_retryable() || billed_once && error.maybe_billed() {
            return None;
        }
        let wait = self.policy.wait(failed, error, ctx.time_left(), self.jitter)?;
        // Last, so that what is not retried for another reason takes nothing out.
        self.budget.take_out().then_some(wait)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Provider for Retry {
    forward! { inner: name, capabilities, generate_image, generate_audio, search_recent_news, list_models, health, look_up_call, abandon }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        let inner = &self.inner;
        self.run(ctx, request, |ctx, request| async move { inner.chat(&ctx, request).await }).await
    }

    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
        let inner = &self.inner;
        self.run(ctx, request, |ctx, request| async move { inner.chat_stream(&ctx, request).await }).await
    }

    async fn embed(&self, ctx: &CallContext, request: EmbedRequest) -> Result<EmbedResponse> {
        let inner = &self.inner;
        self.run(ctx, request, |ctx, request| async move { inner.embed(&ctx, request).await }).await
    }
}
