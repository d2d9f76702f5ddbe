//! A provider that does as it is told, and remembers what it was asked.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use llm_core::{
    Capabilities, ChatEvent, ChatRequest, ChatResponse, EmbedRequest, EmbedResponse, Error, ErrorKind,
    Finish, FinishReason, ModelId, ProviderName, RequestId, Result,
};
use llm_provider::{CallContext, ChatStream, Layer, Provider, RetryWait, SharedProvider};
use tokio::time::{Instant, sleep};

/// What to do with a call.
pub(crate) enum Act {
    /// Answer at once.
    Answer,
    /// Fail at once.
    Fail(Error),
    /// Never answer.
    Hang,
    /// Stream these, each after so many milliseconds of silence, then nothing for ever.
    Stream(Vec<(u64, Result<ChatEvent>)>),
}

/// What a call came with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Instant,
    pub(crate) waited: Option<Duration>,
    pub(crate) deadline: Option<Instant>,
}

pub(crate) struct Double {
    name: ProviderName,
    act: Box<dyn Fn(usize) -> Act + Send + Sync>,
    seen: Mutex<Vec<Seen>>,
    /// Held by every call and stream that is alive.
    pub(crate) alive: Arc<()>,
}

impl fmt::Debug for Double {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Double")
    }
}

impl Double {
    /// Does `act` with each call, counted from 0.
    pub(crate) fn new(act: impl Fn(usize) -> Act + Send + Sync + 'static) -> Arc<Self> {
        let name = ProviderName::new("double").unwrap();
        Arc::new(Self { name, act: Box::new(act), seen: Mutex::default(), alive: Arc::new(()) })
    }

    /// Fails each call like this.
    pub(crate) fn failing(error: Error) -> Arc<Self> {
        Self::new(move |_| Act::Fail(error.clone()))
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn calls(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// How many calls and streams are alive.
    pub(crate) fn open(&self) -> usize {
        Arc::strong_count(&self.alive) - 1
    }

    pub(crate) fn under(self: &Arc<Self>, layer: &dyn Layer) -> SharedProvider {
        layer.layer(self.clone())
    }

    fn next(&self, ctx: &CallContext) -> Act {
        let mut seen = self.seen.lock().unwrap();
        let waited = ctx.extension::<RetryWait>().map(|wait| wait.0);
        seen.push(Seen { at: Instant::now(), waited, deadline: ctx.deadline() });
        (self.act)(seen.len() - 1)
    }
}

#[async_trait]
impl Provider for Double {
    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn capabilities(&self, _model: &ModelId) -> Capabilities {
        Capabilities::default()
    }

    async fn chat(&self, ctx: &CallContext, _request: ChatRequest) -> Result<ChatResponse> {
        let _alive = self.alive.clone();
        match self.next(ctx) {
            Act::Answer => Ok(ChatResponse::of_text("m-1", "hello")),
            Act::Fail(error) => Err(error),
            Act::Hang | Act::Stream(_) => std::future::pending().await,
        }
    }

    async fn chat_stream(&self, ctx: &CallContext, _request: ChatRequest) -> Result<ChatStream> {
        let alive = self.alive.clone();
        match self.next(ctx) {
            Act::Answer => Ok(llm_provider::events(ChatResponse::of_text("m-1", "hello").into_events())),
            Act::Fail(error) => Err(error),
            Act::Hang => std::future::pending().await,
            Act::Stream(items) => Ok(stream::iter(items)
                .then(move |(after, item)| {
                    let alive = alive.clone();
                    async move {
                        sleep(Duration::from_millis(after)).await;
                        drop(alive);
                        item
                    }
                })
                .chain(stream::pending())
                .boxed()),
        }
    }

    async fn embed(&self, ctx: &CallContext, _request: EmbedRequest) -> Result<EmbedResponse> {
        match self.next(ctx) {
            Act::Answer => Ok(EmbedResponse::default()),
            Act::Fail(error) => Err(error),
            Act::Hang | Act::Stream(_) => std::future::pending().await,
        }
    }
}

pub(crate) fn ctx() -> CallContext {
    CallContext::new(RequestId::new())
}

pub(crate) fn ask() -> ChatRequest {
    ChatRequest::new("m-1").user("hi")
}

pub(crate) fn text(text: &str) -> Result<ChatEvent> {
    Ok(ChatEvent::TextDelta { choice: 0, text: text.into() })
}

pub(crate) fn finished() -> Result<ChatEvent> {
    Ok(ChatEvent::Finished(Finish::of(FinishReason::Stop)))
}

pub(crate) fn failure(kind: ErrorKind) -> Error {
    Error::new(kind, "as told")
}

pub(crate) const fn secs(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub(crate) const fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}
