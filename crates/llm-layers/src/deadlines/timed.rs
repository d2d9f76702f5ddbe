//! A stream under a clock.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::Stream;
use llm_core::{ChatEvent, Error, ErrorKind, Partial, ProviderName, Result, Stage};
use llm_provider::ChatStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// How many signs of life are passed over before others have their turn.
const AT_ONCE: usize = 32;

/// A stream whose silences and whose whole length have a limit.
pub(super) struct Timed {
    /// `None` once the terminal item was given.
    inner: Option<ChatStream>,
    name: ProviderName,
    idle: Duration,
    deadline: Instant,
    /// One timer for the stream's whole life.
    clock: Pin<Box<Sleep>>,
    /// Whether the clock runs for the event that is waited for now.
    waiting: bool,
    given: Given,
}

/// What the stream has given, for the error that may end it.
#[derive(Default)]
struct Given {
    content: bool,
    partial: Partial,
}

impl Timed {
    /// Puts a sealed stream under a clock.
    pub(super) fn new(inner: ChatStream, name: ProviderName, idle: Duration, deadline: Instant) -> Self {
        let clock = Box::pin(sleep_until(deadline));
        Self { inner: Some(inner), name, idle, deadline, clock, waiting: false, given: Given::default() }
    }

    /// Waits for the next event, and no longer than it may take. `None` after the terminal item.
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ChatEvent>>> {
        let Some(inner) = self.inner.as_mut() else { return Poll::Ready(None) };
        if let Poll::Ready(item) = inner.as_mut().poll_next(cx) {
            self.waiting = false;
            let over = matches!(item, None | Some(Err(_) | Ok(ChatEvent::Finished(_))));
            // A stream that always has something ready would otherwise outlive its deadline.
            let late = !over && Instant::now() >= self.deadline;
            return Poll::Ready(if late { Some(Err(self.late(Stage::Deadline))) } else { item });
        }
        if !self.waiting {
            // The silence begins when somebody listens: a slow reader is not a silent provider.
            self.waiting = true;
            self.clock.as_mut().reset((Instant::now() + self.idle).min(self.deadline));
        }
        ready!(self.clock.as_mut().poll(cx));
        let stage = if self.clock.deadline() >= self.deadline { Stage::Deadline } else { Stage::Idle };
        Poll::Ready(Some(Err(self.late(stage))))
    }

    fn late(&self, stage: Stage) -> Error {
        let message = match stage {
            Stage::Idle => {
                "the stream fell silent for longer than the idle limit; what came is a part of the answer"
            }
            _ => "the stream did not end within the time of the request; what came is a part of the answer",
        };
        let error = Error::new(ErrorKind::Timeout, message).with_provider(self.name.clone());
        let retryable = stage == Stage::Idle && !self.given.content;
        error.with_stage(stage).with_retryable(retryable).with_maybe_billed(true)
    }
}

impl Given {
    fn note(&mut self, event: &ChatEvent) {
        self.content |= event.is_content();
        match event {
            ChatEvent::TextDelta { choice: 0, text } => self.partial.push(text),
            ChatEvent::Usage(usage) => self.partial.usage.update(usage.clone()),
            _ => {}
        }
    }

    /// Adds what was given to an error that does not say it itself.
    fn add_to(&mut self, error: Error) -> Error {
        if error.partial().is_some() || !self.content && self.partial.usage.is_empty() {
            return error;
        }
        error.with_partial(std::mem::take(&mut self.partial))
    }
}

impl Stream for Timed {
    type Item = Result<ChatEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        for _ in 0..AT_ONCE {
            let item = match ready!(self.poll_event(cx)) {
                Some(Ok(ChatEvent::Alive)) => continue,
                Some(Ok(event)) => {
                    self.given.note(&event);
                    Some(Ok(event))
                }
                Some(Err(error)) => Some(Err(self.given.add_to(error))),
                None => None,
            };
            if matches!(item, None | Some(Err(_) | Ok(ChatEvent::Finished(_)))) {
                // The connection is given back now, not when the caller comes around to drop us.
                self.inner = None;
            }
            return Poll::Ready(item);
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
