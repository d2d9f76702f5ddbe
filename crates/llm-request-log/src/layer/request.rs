//! The layer that makes a request's row.

use std::{sync::Arc, thread};

use async_trait::async_trait;
use llm_core::{ChatRequest, ChatResponse, EmbedRequest, EmbedResponse, Error, ErrorKind, Operation, Result};
use llm_provider::{CallContext, ChatStream, Layer, Provider, SharedProvider, forward};

use super::request_stream::LoggedStream;
use crate::{
    RequestStatus,
    ledger::Ledger,
    tally::{Asked, End, RequestTally},
};

/// Makes one row for each request: each conversation and each call for embeddings. Other calls pass through.
///
/// The row says `running` from the first upstream call on. It gets its end when the answer's end was given *and* the
/// last of its upstream calls has ended, those included that are read on behind a caller who went away; its tokens and
/// cost are the sum of theirs. A request that the ledger has no room for is refused before anything is spent.
///
/// A context is one request's: its id must be new. What is done again under an id that has its rows is not written.
///
/// **Streams:** the row ends with the stream's last item.
///
/// **Dropping** the call or the stream makes it `client_closed`; a panic that passes through makes it `internal`.
///
/// **Order:** outside the cache, so that hits have a row, and outside everything that makes attempts. Inside a cache,
/// hits would go unseen; inside a router, a request would have a row for each of its fallbacks.
#[derive(Clone, Debug)]
pub struct RequestLogLayer {
    ledger: Ledger,
}

impl RequestLogLayer {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }
}

impl Layer for RequestLogLayer {
    fn layer(&self, inner: SharedProvider) -> SharedProvider {
        Arc::new(Logged { inner, ledger: self.ledger.clone() })
    }
}

/// See [`RequestLogLayer`].
#[derive(Debug)]
struct Logged {
    inner: SharedProvider,
    ledger: Ledger,
}

impl Logged {
    /// Begins a row. Gives the context to go on with.
    fn begin(&self, ctx: &CallContext, asked: Asked) -> Result<(CallContext, OpenRequest)> {
        let tally = RequestTally::begin(&self.ledger, ctx, asked)?;
        let request = OpenRequest { tally: tally.clone(), ledger: self.ledger.clone(), seen: End::default() };
        Ok((ctx.clone().with_extension(tally), request))
    }
}

/// What the request says about itself.
fn asked(request: &ChatRequest, streamed: bool) -> Asked {
    Asked {
        model: request.model.clone(),
        user: request.user.clone(),
        metadata: request.metadata.clone(),
        operation: request.options.operation,
        streamed,
    }
}

/// A request under way. However it ends, dropping this notes its end.
#[derive(Debug)]
pub(super) struct OpenRequest {
    tally: Arc<RequestTally>,
    ledger: Ledger,
    /// What was seen of the answer.
    pub(super) seen: End,
}

impl OpenRequest {
    /// The first content is there.
    pub(super) fn first_token(&mut self) {
        if self.seen.first_token.is_none() {
            self.seen.first_token = Some(self.tally.elapsed());
        }
    }

    /// The whole answer was given.
    pub(super) fn finished(self) {
        self.tally.end(RequestStatus::Ok, self.seen.clone(), None);
    }

    /// The caller got an error.
    pub(super) fn failed(self, error: &Error) {
        let status = match error.kind() {
            ErrorKind::Cancelled => RequestStatus::Cancelled,
            _ => RequestStatus::Failed,
        };
        self.tally.end(status, self.seen.clone(), Some(error));
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        let status = if thread::panicking() {
            RequestStatus::Internal
        } else if self.ledger.state().is_closing() {
            RequestStatus::Cancelled
        } else {
            RequestStatus::ClientClosed
        };
        self.tally.end(status, self.seen.clone(), None);
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Provider for Logged {
    forward! { inner: name, capabilities, generate_image, generate_audio, search_recent_news, list_models, health, look_up_call, abandon }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        let (ctx, mut open) = self.begin(ctx, asked(&request, false))?;
        let outcome = self.inner.chat(&ctx, request).await;
        match &outcome {
            Ok(response) => {
                open.first_token();
                open.seen.model = Some(response.model.clone());
                open.seen.provider.clone_from(&response.provider);
                open.seen.cached = response.cached.is_some();
                open.finished();
            }
            Err(error) => open.failed(error),
        }
        outcome
    }

    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
        let (ctx, open) = self.begin(ctx, asked(&request, true))?;
        match self.inner.chat_stream(&ctx, request).await {
            Ok(stream) => Ok(Box::pin(LoggedStream::new(stream, open))),
            Err(error) => {
                open.failed(&error);
                Err(error)
            }
        }
    }

    async fn embed(&self, ctx: &CallContext, request: EmbedRequest) -> Result<EmbedResponse> {
        let asked = Asked {
            model: request.model.clone(),
            user: request.user.clone(),
            operation: Operation::Embed,
            ..Asked::default()
        };
        let (ctx, mut open) = self.begin(ctx, asked)?;
        let outcome = self.inner.embed(&ctx, request).await;
        match &outcome {
            Ok(response) => {
                open.first_token();
                open.seen.model = Some(response.model.clone());
                open.finished();
            }
            Err(error) => open.failed(error),
        }
        outcome
    }
}
