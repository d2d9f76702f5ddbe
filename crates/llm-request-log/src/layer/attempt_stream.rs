//! A stream whose end is its upstream call's.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{Stream, StreamExt as _};
use llm_core::{ChatEvent, Result};
use llm_provider::{Abandon, ChatStream, SharedProvider};
use tokio::runtime::Handle;

use crate::{attempt::OpenAttempt, drain::Drain, ledger::Ledger};

/// A stream whose last item ends its upstream call. Dropped before, the call is cancelled or read to its end behind the
/// caller's back, as its provider wants it.
pub(super) struct AttemptStream {
    /// `None` after the last item.
    open: Option<(ChatStream, OpenAttempt)>,
    provider: SharedProvider,
    model: String,
    ledger: Ledger,
}

impl AttemptStream {
    pub(super) fn begin(
        inner: ChatStream,
        attempt: OpenAttempt,
        provider: SharedProvider,
        model: String,
        ledger: Ledger,
    ) -> ChatStream {
        Box::pin(Self { open: Some((inner, attempt)), provider, model, ledger })
    }
}

impl Stream for AttemptStream {
    type Item = Result<ChatEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some((inner, attempt)) = &mut self.open else { return Poll::Ready(None) };
        let Poll::Ready(item) = inner.as_mut().poll_next(cx) else { return Poll::Pending };
        if let Some(Ok(event)) = &item {
            attempt.hear(event);
        }
        if is_last(item.as_ref())
            && let Some((stream, attempt)) = self.open.take()
        {
            drop(stream);
            end(attempt, item.as_ref());
        }
        Poll::Ready(item)
    }
}

impl Drop for AttemptStream {
    fn drop(&mut self) {
        let Some((stream, mut attempt)) = self.open.take() else { return };
        let policy = self.provider.abandon(&self.model, attempt.served_by(), true);
        let place = (policy == Abandon::Drain && !std::thread::panicking())
            .then(|| self.ledger.drains().begin())
            .flatten();
        if let Some(place) = place {
            attempt.abandon();
            // A stream may be dropped anywhere, outside of any runtime too.
            let runtime = Handle::try_current().unwrap_or_else(|_| self.ledger.runtime().clone());
            runtime.spawn(drain(stream, attempt, place));
        }
        // Otherwise both are dropped here: the connection closes, and the attempt hands over its end.
    }
}

/// Reads a stream to its end, within bounds, to learn what the call used.
async fn drain(mut stream: ChatStream, mut attempt: OpenAttempt, mut place: Drain) {
    loop {
        let item = tokio::select! {
            biased;
            item = stream.next() => item,
            status = place.over() => return attempt.cut(status),
        };
        if let Some(Ok(event)) = &item {
            attempt.hear(event);
        }
        if is_last(item.as_ref()) {
            return end(attempt, item.as_ref());
        }
    }
}

fn is_last(item: Option<&Result<ChatEvent>>) -> bool {
    !matches!(item, Some(Ok(event)) if !matches!(event, ChatEvent::Finished(_)))
}

fn end(attempt: OpenAttempt, last: Option<&Result<ChatEvent>>) {
    match last {
        Some(Ok(_)) => attempt.finished(),
        Some(Err(error)) => attempt.failed(error),
        // A stream of ours has a last item; one that has none was cut.
        None => attempt.cut(crate::AttemptStatus::Truncated),
    }
}
