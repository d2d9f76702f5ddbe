//! A stream inside its span.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::Stream;
use llm_core::{ChatEvent, Result};
use llm_provider::ChatStream;

use super::span::CallSpan;

/// A stream that is polled inside its span, and keeps it open to its end.
pub(super) struct Traced {
    // Before the span, so that it is dropped first.
    inner: ChatStream,
    call: CallSpan,
}

impl Traced {
    pub(super) fn new(inner: ChatStream, call: CallSpan) -> Self {
        Self { inner, call }
    }
}

impl Stream for Traced {
    type Item = Result<ChatEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let span = self.call.span().clone();
        let item = span.in_scope(|| self.inner.as_mut().poll_next(cx));
        match &item {
            Poll::Ready(Some(Ok(event))) => self.call.event(event),
            Poll::Ready(Some(Err(error))) => self.call.failed(error),
            Poll::Ready(None) | Poll::Pending => {}
        }
        item
    }
}
