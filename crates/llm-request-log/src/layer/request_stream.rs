//! A stream whose end is its request's.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::Stream;
use llm_core::{ChatEvent, Result};
use llm_provider::ChatStream;

use super::request::OpenRequest;

/// A stream whose last item ends its request, and whose drop does too.
pub(super) struct LoggedStream {
    /// `None` after the last item.
    open: Option<(ChatStream, OpenRequest)>,
}

impl LoggedStream {
    pub(super) fn new(inner: ChatStream, request: OpenRequest) -> Self {
        Self { open: Some((inner, request)) }
    }
}

impl Stream for LoggedStream {
    type Item = Result<ChatEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some((inner, request)) = &mut self.open else { return Poll::Ready(None) };
        let Poll::Ready(item) = inner.as_mut().poll_next(cx) else { return Poll::Pending };
        match &item {
            Some(Ok(ChatEvent::Started(started))) => {
                request.seen.model = Some(started.model.clone());
                request.seen.provider.clone_from(&started.provider);
                request.seen.cached = started.cached.is_some();
            }
            Some(Ok(ChatEvent::Finished(_))) => {
                if let Some((_stream, request)) = self.open.take() {
                    request.finished();
                }
            }
            Some(Ok(event)) if event.is_content() => request.first_token(),
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                if let Some((_stream, request)) = self.open.take() {
                    request.failed(error);
                }
            }
            None => self.open = None,
        }
        Poll::Ready(item)
    }
}
