//! The layer that makes a row for each upstream call.

use std::sync::Arc;

use async_trait::async_trait;
use llm_core::{ChatRequest, ChatResponse, EmbedRequest, EmbedResponse, Error, ErrorKind, Result};
use llm_provider::{Abandon, CallContext, ChatStream, Layer, Provider, SharedProvider, forward};
use tokio::sync::oneshot;
use tracing::Instrument as _;

use super::attempt_stream::AttemptStream;
use crate::{attempt::OpenAttempt, ledger::Ledger};

/// Makes one row for each upstream call: each conversation and each call for embeddings. Other calls pass through.
///
/// The call is made only once its intent is on disk, so that not even `kill -9` can hide it; if that cannot be written
/// the call is refused with [`ErrorKind::Unavailable`] or [`ErrorKind::Overloaded`] and costs nothing. The call carries
/// its own id ([`CallContext::attempt_id`]), and the provider's id of it is written down as soon as it is known.
///
/// **Streams:** the row ends with the stream's last item.
///
/// **Dropping** the call or the stream makes it `client_closed`. Where the provider says [`Abandon::Drain`] it is read
/// on behind the caller's back, 64 calls at once and 60 s each unless configured otherwise, so that the row gets its
/// true usage; else it is cancelled. A panic that passes through makes it `internal`.
///
/// **Order:** right around each provider's deadlines and inside the retry, so that every attempt has a row and a
/// timeout is seen as one. Outside the retry, three calls would be one row.
#[derive(Clone, Debug)]
pub struct AttemptLedgerLayer {
    ledger: Ledger,
}

impl AttemptLedgerLayer {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }
}

impl Layer for AttemptLedgerLayer {
    fn layer(&self, inner: SharedProvider) -> SharedProvider {
        Arc::new(Attempts { inner, ledger: self.ledger.clone() })
    }
}

/// See [`AttemptLedgerLayer`].
#[derive(Debug)]
struct Attempts {
    inner: SharedProvider,
    ledger: Ledger,
}

impl Attempts {
    async fn begin(&self, ctx: &CallContext, model: &str) -> Result<(CallContext, OpenAttempt)> {
        OpenAttempt::begin(&self.ledger, ctx, self.inner.name(), model).await
    }

    /// Makes a call whose caller may go away before its answer is there.
    ///
    /// `call` runs in a task of its own where the provider wants abandoned calls read to their end. `finish` makes the
    /// answer out of its outcome, and takes care of the row; there too, so that an answer which meets nobody is not
    /// lost on the way.
    async fn run<T, R>(
        &self,
        attempt: OpenAttempt,
        detach: bool,
        call: impl Future<Output = Result<T>> + Send + 'static,
        finish: impl FnOnce(Result<T>, OpenAttempt) -> Result<R> + Send + 'static,
    ) -> Result<R>
    where
        T: Send + 'static,
        R: Send + 'static,
    {
        if !detach {
            return finish(call.await, attempt);
        }
        let (mut answer, answered) = oneshot::channel();
        let ledger = self.ledger.clone();
        let task = async move {
            let (mut attempt, mut call) = (attempt, Box::pin(call));
            let outcome = tokio::select! {
                biased;
                outcome = &mut call => outcome,
                () = answer.closed() => {
                    attempt.abandon();
                    let Some(mut place) = ledger.drains().begin() else { return };
                    tokio::select! {
                        biased;
                        outcome = &mut call => outcome,
                        status = place.over() => return attempt.cut(status),
                    }
                }
            };
            // An answer that nobody takes is dropped like any other.
            let _ = answer.send(finish(outcome, attempt));
        };
        let task = tokio::spawn(task.in_current_span());
        match answered.await {
            Ok(answer) => answer,
            Err(_) => match task.await {
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                _ => Err(Error::new(ErrorKind::Cancelled, "the service is stopping")),
            },
        }
    }

    fn detaches(&self, model: &str, streamed: bool) -> bool {
        self.inner.abandon(model, None, streamed) == Abandon::Drain
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Provider for Attempts {
    forward! { inner: name, capabilities, generate_image, generate_audio, search_recent_news, list_models, health, look_up_call, abandon }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        let (ctx, attempt) = self.begin(ctx, &request.model).await?;
        let detach = self.detaches(&request.model, false);
        let inner = self.inner.clone();
        let call = async move { inner.chat(&ctx, request).await };
        let finish = |outcome: Result<ChatResponse>, attempt: OpenAttempt| {
            attempt.answered(outcome.as_ref());
            outcome
        };
        self.run(attempt, detach, call, finish).await
    }

    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
        let (ctx, attempt) = self.begin(ctx, &request.model).await?;
        let detach = self.detaches(&request.model, true);
        let (inner, ledger, model) = (self.inner.clone(), self.ledger.clone(), request.model.clone());
        let provider = inner.clone();
        let call = async move { inner.chat_stream(&ctx, request).await };
        let finish = move |outcome, attempt: OpenAttempt| match outcome {
            Ok(stream) => Ok(AttemptStream::begin(stream, attempt, provider, model, ledger)),
            Err(error) => {
                attempt.failed(&error);
                Err(error)
            }
        };
        self.run(attempt, detach, call, finish).await
    }

    async fn embed(&self, ctx: &CallContext, request: EmbedRequest) -> Result<EmbedResponse> {
        let (ctx, attempt) = self.begin(ctx, &request.model).await?;
        let detach = self.detaches(&request.model, false);
        let inner = self.inner.clone();
        let call = async move { inner.embed(&ctx, request).await };
        let finish = |outcome: Result<EmbedResponse>, attempt: OpenAttempt| {
            attempt.embedded(outcome.as_ref());
            outcome
        };
        self.run(attempt, detach, call, finish).await
    }
}
