//! What the facade gives back.

use std::{
    ops::{Deref, DerefMut},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_util::{Stream, StreamExt as _};
use llm_core::{ChatEvent, ChatResponse, Collector, Error, ErrorKind, ModelInfo, RequestId, Result};
use llm_provider::ChatStream;

/// An answer, and the request that it stands under in the log.
///
/// It dereferences to the [`ChatResponse`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Generated {
    /// The request, as it stands in the log.
    pub request_id: RequestId,
    /// The answer.
    pub response: ChatResponse,
}

impl Deref for Generated {
    type Target = ChatResponse;

    fn deref(&self) -> &ChatResponse {
        &self.response
    }
}

impl DerefMut for Generated {
    fn deref_mut(&mut self) -> &mut ChatResponse {
        &mut self.response
    }
}

/// An answer as it comes: events, then exactly one terminal item, `Ok(Finished)` or `Err`, then nothing.
///
/// Dropping it cancels the call and writes its row. It owns all that it needs, and reads from upstream only when it
/// is polled.
pub struct GeneratedStream {
    request_id: RequestId,
    /// `None` once it has panicked.
    inner: Option<ChatStream>,
}

impl GeneratedStream {
    pub(crate) fn new(request_id: RequestId, inner: ChatStream) -> Self {
        Self { request_id, inner: Some(inner) }
    }

    /// The request, as it stands in the log.
    #[must_use]
    pub fn request_id(&self) -> RequestId {
        self.request_id
    }

    /// Reads to the end and gives the answer whole.
    ///
    /// # Errors
    ///
    /// The stream's own: a broken answer is never given as a whole one. Its text so far is in
    /// [`Error::partial`].
    pub async fn collect_response(mut self) -> Result<Generated> {
        let mut collector = Collector::new();
        while let Some(event) = self.next().await {
            collector.push(&event?);
        }
        let response = collector.finish().ok_or_else(|| {
            Error::new(ErrorKind::Internal, "the stream ended without saying how")
                .with_request_id(self.request_id)
        })?;
        Ok(Generated { request_id: self.request_id, response })
    }
}

impl Stream for GeneratedStream {
    type Item = Result<ChatEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let id = self.request_id;
        let Some(mut inner) = self.inner.take() else { return Poll::Ready(None) };
        // Moved in, so that a panic drops it on its way: its row then says so.
        let polled = catch_unwind(AssertUnwindSafe(move || (inner.as_mut().poll_next(cx), inner)));
        let (item, inner) = match polled {
            Ok((item, inner)) => (item, Some(inner)),
            Err(_) => (Poll::Ready(Some(Err(broke_down()))), None),
        };
        self.inner = inner;
        Poll::Ready(ready!(item).map(|item| item.map_err(|error| error.with_request_id(id))))
    }
}

impl std::fmt::Debug for GeneratedStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GeneratedStream").field("request_id", &self.request_id).finish_non_exhaustive()
    }
}

/// What the caller hears of a panic. The panic itself was told where panics are told.
pub(crate) fn broke_down() -> Error {
    Error::new(ErrorKind::Internal, "the call broke down on our side")
}

/// The models that can be called.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ModelList {
    /// The models of every provider that answered, each id with its provider in front.
    pub models: Vec<ModelInfo>,
    /// Why the others did not: each error names its provider.
    pub unavailable: Vec<Error>,
}
