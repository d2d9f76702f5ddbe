//! A provider that waits to be let go, and caches that fail.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use llm_cache::{CacheConfig, CacheEntry, CacheKey, Cached, Invalidation, MokaCache, ResponseCache};
use llm_core::{
    Capabilities, ChatRequest, ChatResponse, CostSource, Error, ErrorKind, ModelId, ProviderName, RequestId,
    Result, Usage,
};
use llm_provider::{CallContext, ChatStream, Provider};
use tokio::sync::Semaphore;

/// Makes each call wait until it is let go.
#[derive(Debug)]
pub(crate) struct Gate {
    name: ProviderName,
    calls: AtomicUsize,
    open: AtomicUsize,
    permits: Semaphore,
    outcome: fn(&CallContext) -> Result<ChatResponse>,
}

impl Gate {
    pub(crate) fn new(outcome: fn(&CallContext) -> Result<ChatResponse>) -> Arc<Self> {
        Arc::new(Self {
            name: ProviderName::new("gate").unwrap(),
            calls: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            permits: Semaphore::new(0),
            outcome,
        })
    }

    pub(crate) fn let_go(&self, calls: usize) {
        self.permits.add_permits(calls);
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// How many calls are under way.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}

/// Counts a call as over when it is done or dropped.
struct Open<'a>(&'a AtomicUsize);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Provider for Gate {
    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn capabilities(&self, _model: &ModelId) -> Capabilities {
        Capabilities::default()
    }

    async fn chat(&self, ctx: &CallContext, _request: ChatRequest) -> Result<ChatResponse> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.open.fetch_add(1, Ordering::SeqCst);
        let _open = Open(&self.open);
        let passing = self.permits.acquire();
        match ctx.deadline() {
            Some(deadline) => tokio::time::timeout_at(deadline, passing).await.map_err(|_| late())?,
            None => passing.await,
        }
        .unwrap()
        .forget();
        (self.outcome)(ctx)
    }

    async fn chat_stream(&self, _ctx: &CallContext, _request: ChatRequest) -> Result<ChatStream> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        Ok(llm_provider::events(answer().into_events()))
    }
}

/// As the deadlines layer says it.
fn late() -> Error {
    Error::new(ErrorKind::Timeout, "late").with_stage(llm_core::Stage::Deadline).with_retryable(false)
}

/// A cache that cannot do anything, or takes for ever.
#[derive(Debug)]
pub(crate) enum BadCache {
    Failing,
    Hanging,
}

impl BadCache {
    async fn fail<T>(&self) -> Result<T> {
        match self {
            Self::Failing => Err(Error::new(ErrorKind::Unavailable, "the cache is away")),
            Self::Hanging => std::future::pending().await,
        }
    }
}

#[async_trait]
impl ResponseCache for BadCache {
    async fn get(&self, _key: &CacheKey) -> Result<Option<Cached>> {
        self.fail().await
    }

    async fn put(&self, _key: CacheKey, _entry: CacheEntry, _ttl: Duration) -> Result<()> {
        self.fail().await
    }

    async fn invalidate(&self, _what: &Invalidation) -> Result<()> {
        self.fail().await
    }
}

/// A cache that takes ten milliseconds to keep an answer.
#[derive(Debug)]
pub(crate) struct SlowToKeep(pub(crate) MokaCache);

#[async_trait]
impl ResponseCache for SlowToKeep {
    async fn get(&self, key: &CacheKey) -> Result<Option<Cached>> {
        self.0.get(key).await
    }

    async fn put(&self, key: CacheKey, entry: CacheEntry, ttl: Duration) -> Result<()> {
        tokio::time::sleep(Duration::from_millis(10)).await;
        self.0.put(key, entry, ttl).await
    }

    async fn invalidate(&self, what: &Invalidation) -> Result<()> {
        self.0.invalidate(what).await
    }
}

pub(crate) fn answer() -> ChatResponse {
    let mut answer = ChatResponse::of_text("m-1", "hello");
    answer.id = Some("gen-1".into());
    answer.usage = Usage::new().with_tokens(7, 2).with_cost("0.25".parse().unwrap(), CostSource::Provider);
    answer
}

pub(crate) fn ctx() -> CallContext {
    CallContext::new(RequestId::new())
}

pub(crate) fn ask() -> ChatRequest {
    ChatRequest::new("m-1").user("hi")
}

/// A cache that is on unless a request says otherwise.
pub(crate) fn on() -> CacheConfig {
    CacheConfig::default().with_enabled_by_default(true)
}

pub(crate) const fn secs(count: u64) -> Duration {
    Duration::from_secs(count)
}
