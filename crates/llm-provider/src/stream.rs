//! Streams of events, and what holds for every one of them.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{Stream, StreamExt as _, stream};
use llm_core::{ChatEvent, Error, ErrorKind, Result, Stage};

/// A streamed answer.
///
/// Any number of `Ok` events, then exactly one terminal item: `Ok(Finished)` for a whole answer, or `Err` for a broken
/// one; then `None`, for good. Dropping it cancels the call. Nothing is read from upstream unless it is polled.
pub type ChatStream = Pin<Box<dyn Stream<Item = Result<ChatEvent>> + Send + 'static>>;

/// A stream of events that are there already.
///
/// ```
/// use llm_core::ChatResponse;
/// let stream = llm_provider::events(ChatResponse::of_text("model", "hello").into_events());
/// ```
#[must_use]
pub fn events(events: Vec<ChatEvent>) -> ChatStream {
    Box::pin(stream::iter(events.into_iter().map(Ok)))
}

/// Makes sure that a stream has exactly one terminal item, whatever `inner` does.
///
/// What follows the first terminal item is not polled for; an end without one becomes
/// [`ErrorKind::StreamInterrupted`].
pub fn seal(inner: impl Stream<Item = Result<ChatEvent>> + Send + 'static) -> ChatStream {
    Box::pin(Sealed { inner: Some(Box::pin(inner)) })
}

/// See [`seal`].
struct Sealed {
    /// `None` once the terminal item was given.
    inner: Option<ChatStream>,
}

impl Stream for Sealed {
    type Item = Result<ChatEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(inner) = self.inner.as_mut() else { return Poll::Ready(None) };
        let item = match inner.as_mut().poll_next(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Some(item)) => item,
            Poll::Ready(None) => Err(interrupted()),
        };
        if matches!(item, Err(_) | Ok(ChatEvent::Finished(_))) {
            // The connection is given back now, not when the caller comes around to drop us.
            self.inner = None;
        }
        Poll::Ready(Some(item))
    }
}

fn interrupted() -> Error {
    Error::new(
        ErrorKind::StreamInterrupted,
        "the stream ended before the answer did; what came is a part of it",
    )
    .with_stage(Stage::Truncated)
    .with_maybe_billed(true)
}

/// Seals a stream and waits for its first content: the commit point of `Provider::chat_stream`.
///
/// Events before it ([`ChatEvent::Started`], an early [`ChatEvent::Usage`]) are kept and given first; signs of life
/// are dropped. A stream without content is waited for to its end.
///
/// # Errors
///
/// The stream's own error when it comes before any content; [`ErrorKind::StreamInterrupted`] when the stream ends
/// before it gave any.
pub async fn begin(inner: impl Stream<Item = Result<ChatEvent>> + Send + 'static) -> Result<ChatStream> {
    let mut stream = seal(inner);
    let mut first = Vec::with_capacity(2);
    loop {
        match stream.next().await.unwrap_or_else(|| Err(interrupted()))? {
            ChatEvent::Alive => {}
            event => {
                let begun = event.is_content() || matches!(event, ChatEvent::Finished(_));
                first.push(event);
                if begun {
                    return Ok(Box::pin(stream::iter(first.into_iter().map(Ok)).chain(stream)));
                }
            }
        }
    }
}
