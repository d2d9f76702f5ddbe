//! A stream that is written down while it passes.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::Stream;
use llm_core::{ChatEvent, Result};
use llm_provider::ChatStream;

use crate::{CachedAnswer, answer::json_bytes, layer::Place};

/// A stream that is written down while it passes, and kept once it has given its end.
pub(crate) struct Recording {
    inner: ChatStream,
    /// `None` once there is nothing more to keep.
    record: Option<Record>,
}

struct Record {
    place: Place,
    events: Vec<ChatEvent>,
    /// How many bytes it may still take.
    room: usize,
}

impl Recording {
    /// Writes down at most `room` bytes: an answer with more is not kept.
    pub(crate) fn new(inner: ChatStream, place: Place, room: usize) -> Self {
        Self { inner, record: Some(Record { place, events: Vec::new(), room }) }
    }

    fn note(&mut self, event: &ChatEvent) {
        let Some(record) = &mut self.record else { return };
        let Some(room) = record.room.checked_sub(json_bytes(event)) else {
            self.record = None;
            return;
        };
        record.room = room;
        record.events.push(event.clone());
        if matches!(event, ChatEvent::Finished(_)) {
            self.keep();
        }
    }

    fn keep(&mut self) {
        let Some(Record { place, events, .. }) = self.record.take() else { return };
        if let Some(answer) = CachedAnswer::of_events(events) {
            place.keep_behind(answer);
        }
    }
}

impl Stream for Recording {
    type Item = Result<ChatEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = self.inner.as_mut().poll_next(cx);
        match &item {
            Poll::Ready(Some(Ok(event))) => self.note(event),
            Poll::Ready(_) => self.record = None,
            Poll::Pending => {}
        }
        item
    }
}
