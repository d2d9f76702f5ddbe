//! A stream, from the bytes of a body to our events.

use std::{collections::VecDeque, pin::Pin};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use llm_core::{ChatEvent, Error, ErrorKind, Partial, Result, Stage};
use llm_http::{ByteStream, SseItem, SseLimits, sse};
use llm_provider::CallContext;
use llm_wire::chat_completions::{StreamDecoder, StreamFailure};

use crate::{
    answer::Finishing,
    error::{Facts, broken},
    wire::Looks,
};

/// The beginning of a body, and what it looks like.
pub(crate) async fn look(mut body: ByteStream) -> Result<(Looks, ByteStream)> {
    let mut seen = Bytes::new();
    let mut looks = Looks::Blank;
    while looks == Looks::Blank {
        let Some(chunk) = body.next().await.transpose()? else { break };
        looks = Looks::of(&chunk);
        // Blanks before the content mean nothing in JSON, and at most an empty line among events.
        seen = chunk;
    }
    let begin = stream::iter([Ok(seen)]);
    Ok((looks, Box::pin(begin.chain(body))))
}

/// The events of a body that is a stream of events. The stream ends at `[DONE]`, without a wait for the body's end.
pub(crate) fn events(
    body: ByteStream,
    ctx: &CallContext,
    finishing: Finishing,
) -> impl Stream<Item = Result<ChatEvent>> + Send + 'static {
    let reading = Reading {
        items: Some(Box::pin(sse(body, SseLimits::default()))),
        decoder: StreamDecoder::new().with_choices(finishing.choices),
        given: Partial::default(),
        ready: VecDeque::new(),
        ctx: ctx.clone(),
        finishing,
    };
    stream::unfold(reading, |mut reading| async move { Some((reading.next().await?, reading)) })
}

/// A stream that is being read.
struct Reading {
    /// `None` once nothing more is read, so that the connection is given back.
    items: Option<Pin<Box<dyn Stream<Item = Result<SseItem>> + Send>>>,
    decoder: StreamDecoder,
    /// What was given so far, for the error that may follow.
    given: Partial,
    ready: VecDeque<Result<ChatEvent>>,
    ctx: CallContext,
    finishing: Finishing,
}

impl Reading {
    async fn next(&mut self) -> Option<Result<ChatEvent>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(item);
            }
            match self.items.as_mut()?.next().await {
                Some(Ok(SseItem::Event(event))) => self.take(&event.data),
                Some(Ok(_)) => return Some(Ok(ChatEvent::Alive)),
                Some(Err(error)) => self.end(Some(error)),
                None => self.end(None),
            }
        }
    }

    /// Takes the data of one event.
    fn take(&mut self, data: &str) {
        let mut events = Vec::new();
        let taken = self.decoder.push(data, &mut events);
        if events.is_empty() && !self.decoder.is_done() {
            // An event without content, an empty chunk say, is a sign of life all the same.
            events.push(ChatEvent::Alive);
        }
        self.give(events);
        match taken {
            Ok(()) if self.decoder.is_done() => self.end(None),
            Ok(()) => {}
            Err(failure) => self.fail(failure),
        }
    }

    fn give(&mut self, events: Vec<ChatEvent>) {
        for mut event in events {
            self.finishing.event(&self.ctx, &mut event);
            self.note(&event);
            self.ready.push_back(Ok(event));
        }
    }

    fn note(&mut self, event: &ChatEvent) {
        match event {
            ChatEvent::TextDelta { choice: 0, text } => self.given.push(text),
            ChatEvent::Usage(usage) => self.given.usage.update(usage.clone()),
            _ => {}
        }
    }

    /// Takes the end of the body, clean or broken. After a finish reason both are a normal end.
    fn end(&mut self, cut: Option<Error>) {
        self.items = None;
        let mut events = Vec::new();
        match self.decoder.finish(&mut events) {
            Ok(()) => self.give(events),
            Err(interrupted) => self.refuse(cut.unwrap_or(interrupted)),
        }
    }

    /// Takes an event that is no part of an answer.
    fn fail(&mut self, failure: StreamFailure) {
        let error = match failure {
            StreamFailure::Failure(failure) => {
                let facts = Facts::from(failure);
                self.finishing.learn_id(&self.ctx, facts.id());
                facts.into_error()
            }
            // What was lost with it may have been text.
            StreamFailure::Malformed(what) => {
                Error::new(ErrorKind::InvalidResponse, "an event of OpenRouter's stream cannot be understood")
                    .with_stage(Stage::Protocol)
                    .with_maybe_billed(true)
                    .with_detail(what)
            }
            _ => Error::new(ErrorKind::InvalidResponse, "OpenRouter's stream failed in an unknown way")
                .with_stage(Stage::Protocol)
                .with_maybe_billed(true),
        };
        self.items = None;
        self.refuse(error);
    }

    /// Ends the stream with an error that has what was given before it.
    fn refuse(&mut self, error: Error) {
        let partial = std::mem::take(&mut self.given);
        let error = match error.stage() {
            Stage::Answer if self.finishing.begun => broken(error, partial),
            // An answer that never began.
            Stage::Answer => error,
            _ => error.with_partial(partial),
        };
        self.ready.push_back(Err(self.finishing.error(error)));
    }
}
