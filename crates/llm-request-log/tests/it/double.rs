//! A provider that does as it is told, and what stands around it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use async_trait::async_trait;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use llm_core::{
    Capabilities, ChatEvent, ChatRequest, ChatResponse, CostSource, EmbedRequest, EmbedResponse, Error,
    ErrorKind, Finish, FinishReason, ModelId, ProviderName, RequestId, Result, Stage, Started, Usage, Usd,
};
use llm_provider::{
    Abandon, CallContext, ChatStream, Layer as _, Provider, RetryWait, SharedProvider, events,
};
use llm_request_log::{
    AttemptRecord, LedgerConfig, RequestLog as _, RequestRecord, SqlxRequestLog, UpstreamCall,
};
use tempfile::TempDir;
use tokio::sync::Notify;

/// What to do with a call.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Answer at once.
    Answer(Usage),
    /// Answer when told to.
    AnswerAfter(Arc<Notify>, Usage),
    /// Fail at once.
    Fail(Error),
    Panic,
    /// Stream these, then wait to be told, then stream those.
    Stream(Vec<Result<ChatEvent>>, Option<Arc<Notify>>, Vec<Result<ChatEvent>>),
    /// Stream these, then panic.
    StreamPanic(Vec<ChatEvent>),
}

impl Act {
    /// What the upstream charges for it; `None` when it refused the call.
    fn charge(&self) -> Option<Usage> {
        let of_events = |events: &[Result<ChatEvent>]| {
            events.iter().find_map(|event| match event {
                Ok(ChatEvent::Usage(usage)) => Some(usage.clone()),
                _ => None,
            })
        };
        match self {
            Self::Answer(usage) | Self::AnswerAfter(_, usage) => Some(usage.clone()),
            Self::Stream(first, _, then) => of_events(first).or_else(|| of_events(then)),
            Self::Fail(_) | Self::Panic | Self::StreamPanic(_) => None,
        }
    }
}

/// See the module.
pub(crate) struct Double {
    name: ProviderName,
    act: Box<dyn Fn(usize) -> Act + Send + Sync>,
    abandon: Abandon,
    calls: AtomicUsize,
    /// The upstream's own ledger: what it was asked, and what it charges for it.
    ledger: Mutex<Vec<UpstreamCall>>,
    /// Told whenever a call has been sent.
    pub(crate) sent: Notify,
}

impl fmt::Debug for Double {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Double")
    }
}

impl Double {
    /// Does `act` with each call, counted from 0.
    pub(crate) fn new(abandon: Abandon, act: impl Fn(usize) -> Act + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            name: ProviderName::new("double").unwrap(),
            act: Box::new(act),
            abandon,
            calls: AtomicUsize::new(0),
            ledger: Mutex::default(),
            sent: Notify::new(),
        })
    }

    /// Does the same with each call.
    pub(crate) fn always(act: Act) -> Arc<Self> {
        Self::new(Abandon::Cancel, move |_| act.clone())
    }

    /// Does the same with each call, and wants abandoned ones read to their end.
    pub(crate) fn draining(act: Act) -> Arc<Self> {
        Self::new(Abandon::Drain, move |_| act.clone())
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(SeqCst)
    }

    /// The upstream's own ledger. It charges a call when it begins, whatever becomes of the answer.
    pub(crate) fn ledger(&self) -> Vec<UpstreamCall> {
        self.ledger.lock().unwrap().clone()
    }

    /// Both layers of a log around this.
    pub(crate) fn under(self: &Arc<Self>, log: &SqlxRequestLog) -> SharedProvider {
        log.request_layer().layer(log.attempt_layer().layer(self.clone()))
    }

    fn begin(&self, ctx: &CallContext) -> (Act, String) {
        let number = self.calls.fetch_add(1, SeqCst);
        let id = format!("gen-{number}");
        ctx.sent();
        ctx.upstream_id(&id);
        self.sent.notify_one();
        let act = (self.act)(number);
        if let (Some(attempt), Some(usage)) = (ctx.attempt_id(), act.charge()) {
            self.ledger.lock().unwrap().push(UpstreamCall::of_attempt(attempt, usage));
        }
        (act, id)
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

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        let (act, id) = self.begin(ctx);
        let usage = match act {
            Act::Answer(usage) => usage,
            Act::AnswerAfter(told, usage) => {
                told.notified().await;
                usage
            }
            Act::Fail(error) => return Err(error),
            _ => panic!("as ordered"),
        };
        let mut response = ChatResponse::of_text(format!("{}-dated", request.model), "hi");
        (response.id, response.usage, response.served_by) = (Some(id), usage, Some("Vendor".into()));
        response.provider = Some(self.name.clone());
        Ok(response)
    }

    async fn chat_stream(&self, ctx: &CallContext, _request: ChatRequest) -> Result<ChatStream> {
        let (act, _) = self.begin(ctx);
        match act {
            Act::Answer(usage) => Ok(events(whole(usage))),
            Act::Stream(first, told, then) => {
                let wait = stream::once(async move {
                    if let Some(told) = told {
                        told.notified().await;
                    }
                    stream::iter(then)
                });
                Ok(Box::pin(stream::iter(first).chain(wait.flatten())))
            }
            Act::StreamPanic(first) => {
                let bomb = stream::once(async { panic!("as ordered") });
                Ok(Box::pin(stream::iter(first.into_iter().map(Ok)).chain(bomb)))
            }
            Act::AnswerAfter(told, usage) => {
                told.notified().await;
                Ok(events(whole(usage)))
            }
            Act::Fail(error) => Err(error),
            Act::Panic => panic!("as ordered"),
        }
    }

    async fn embed(&self, ctx: &CallContext, request: EmbedRequest) -> Result<EmbedResponse> {
        let (act, id) = self.begin(ctx);
        match act {
            Act::Answer(usage) => {
                let mut response = EmbedResponse::default();
                (response.id, response.model, response.usage) = (Some(id), request.model, usage);
                Ok(response)
            }
            Act::Fail(error) => Err(error),
            _ => panic!("as ordered"),
        }
    }

    fn abandon(&self, _model: &str, _served_by: Option<&str>, _streamed: bool) -> Abandon {
        self.abandon
    }
}

/// Calls a second time after a failure, as a retry would.
#[derive(Debug)]
pub(crate) struct Again(SharedProvider);

impl Again {
    pub(crate) fn around(inner: SharedProvider) -> SharedProvider {
        Arc::new(Self(inner))
    }
}

#[async_trait]
impl Provider for Again {
    fn name(&self) -> &ProviderName {
        self.0.name()
    }

    fn capabilities(&self, model: &ModelId) -> Capabilities {
        self.0.capabilities(model)
    }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        match self.0.chat(ctx, request.clone()).await {
            Err(_) => {
                let wait = Arc::new(RetryWait(Duration::from_millis(250)));
                self.0.chat(&ctx.clone().with_extension(wait), request).await
            }
            answer => answer,
        }
    }

    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
        self.0.chat_stream(ctx, request).await
    }
}

/// Makes so many calls for one request, whatever becomes of each, then answers itself.
#[derive(Debug)]
pub(crate) struct Inside {
    inner: SharedProvider,
    calls: usize,
}

impl Inside {
    pub(crate) fn around(inner: SharedProvider, calls: usize) -> SharedProvider {
        Arc::new(Self { inner, calls })
    }
}

#[async_trait]
impl Provider for Inside {
    fn name(&self) -> &ProviderName {
        self.inner.name()
    }

    fn capabilities(&self, model: &ModelId) -> Capabilities {
        self.inner.capabilities(model)
    }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        self.inner.chat(ctx, request).await
    }

    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
        for _ in 0..self.calls {
            if let Ok(mut stream) = self.inner.chat_stream(ctx, request.clone()).await {
                // It is left where it does not go on by itself.
                while let Some(Some(_)) = stream.next().now_or_never() {}
            }
        }
        Ok(events(vec![started(), piece("hi"), finish()]))
    }
}

pub(crate) fn usage(picos: i64) -> Usage {
    Usage::new().with_tokens(10, 5).with_cost(Usd::from_picos(picos).unwrap(), CostSource::Provider)
}

pub(crate) fn started() -> ChatEvent {
    let mut started = Started::default();
    (started.model, started.served_by) = ("m-dated".into(), Some("Vendor".into()));
    ChatEvent::Started(started)
}

pub(crate) fn piece(text: &str) -> ChatEvent {
    ChatEvent::TextDelta { choice: 0, text: text.into() }
}

pub(crate) fn finish() -> ChatEvent {
    ChatEvent::Finished(Finish::of(FinishReason::Stop))
}

/// The events of a whole answer.
pub(crate) fn whole(usage: Usage) -> Vec<ChatEvent> {
    vec![started(), piece("hi"), ChatEvent::Usage(usage), finish()]
}

pub(crate) fn failure(kind: ErrorKind, stage: Stage) -> Error {
    Error::new(kind, "as ordered").with_stage(stage)
}

pub(crate) fn ctx() -> CallContext {
    CallContext::new(RequestId::new()).with_tenant("acme")
}

pub(crate) fn request() -> ChatRequest {
    ChatRequest::new("m").user("hello").with_user("ada")
}

/// A log in a folder of its own.
pub(crate) async fn log() -> (SqlxRequestLog, TempDir) {
    log_with(|config| config).await
}

pub(crate) async fn log_with(change: impl FnOnce(LedgerConfig) -> LedgerConfig) -> (SqlxRequestLog, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let log = SqlxRequestLog::open(change(config(&folder))).await.unwrap();
    (log, folder)
}

pub(crate) fn config(folder: &TempDir) -> LedgerConfig {
    LedgerConfig::new(format!("sqlite://{}", folder.path().join("llm.db").display()))
}

/// The rows of a request, once everything is on disk.
pub(crate) async fn rows(log: &SqlxRequestLog, ctx: &CallContext) -> (RequestRecord, Vec<AttemptRecord>) {
    log.written().await;
    log.get(ctx.request_id()).await.unwrap().unwrap()
}
