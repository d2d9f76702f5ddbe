//! The layer that answers out of a cache.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures_util::FutureExt as _;
use llm_core::{ChatRequest, ChatResponse, Result};
use llm_provider::{CallContext, ChatStream, Layer, Provider, SharedProvider, forward};
use tracing::Instrument as _;

use crate::{CacheConfig, CacheEntry, CacheKey, Cached, CachedAnswer, ResponseCache, recording::Recording};

/// Answers out of a cache, and keeps whole answers in it.
///
/// [`CacheConfig`] and the request's [`CacheMode`](llm_core::CacheMode) say when. Only whole, successful answers are
/// kept: every choice ended with `stop`, `length` or `tool_calls`. A hit says so (`cached`), has its counts of tokens
/// and costs nothing. A cache that fails or is slow is a miss, never an error. Conversations alone are cached.
///
/// **Streams** are written down while they pass, within [`CacheConfig::max_answer_bytes`], and kept once their end was
/// given. A hit replays them event for event, all at once. A stream and a unary call share an answer.
///
/// **Dropping** a call or a stream keeps nothing of it.
///
/// **Order:** inside the request log, which writes down hits too; outside single flight, retries and the router, which
/// a hit must not trouble. Outside the log hits would have no row; inside the router one answer would be kept once for
/// each route.
#[derive(Clone, Debug)]
pub struct CacheLayer {
    cache: Arc<dyn ResponseCache>,
    config: CacheConfig,
}

impl CacheLayer {
    /// Answers out of this cache.
    #[must_use]
    pub fn new(cache: Arc<dyn ResponseCache>, config: CacheConfig) -> Self {
        Self { cache, config }
    }
}

impl Layer for CacheLayer {
    fn layer(&self, inner: SharedProvider) -> SharedProvider {
        Arc::new(Caching { inner, cache: self.cache.clone(), config: self.config })
    }
}

/// See [`CacheLayer`].
#[derive(Debug)]
struct Caching {
    inner: SharedProvider,
    cache: Arc<dyn ResponseCache>,
    config: CacheConfig,
}

impl Caching {
    /// Where the answer to this request is kept; `None` when the cache has nothing to do with it.
    fn place(&self, ctx: &CallContext, request: &ChatRequest) -> Option<Place> {
        let ttl = self.config.ttl_for(request)?;
        Some(Place {
            key: CacheKey::of(ctx.tenant(), request)?,
            ttl,
            tenant: ctx.tenant().map(str::to_owned),
            model: request.model.clone(),
            cache: self.cache.clone(),
            patience: self.config.patience,
        })
    }
}

/// Where an answer is kept.
pub(crate) struct Place {
    key: CacheKey,
    ttl: Duration,
    tenant: Option<String>,
    model: String,
    cache: Arc<dyn ResponseCache>,
    patience: Duration,
}

impl Place {
    /// Looks for the answer.
    async fn look(&self) -> Option<Cached> {
        match tokio::time::timeout(self.patience, self.cache.get(&self.key)).await {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => {
                tracing::debug!(?error, "the cache could not be read: a miss");
                None
            }
            Err(_) => {
                tracing::debug!(patience = ?self.patience, "the cache was too slow: a miss");
                None
            }
        }
    }

    /// Keeps an answer.
    async fn keep(self, answer: CachedAnswer) {
        let entry = CacheEntry::new(self.tenant.as_deref(), self.model, answer);
        match tokio::time::timeout(self.patience, self.cache.put(self.key, entry, self.ttl)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(?error, "the answer could not be kept"),
            Err(_) => tracing::debug!(patience = ?self.patience, "the cache was too slow to keep the answer"),
        }
    }

    /// Keeps an answer without waiting: at once where the cache is in this process, else behind the caller's back.
    pub(crate) fn keep_behind(self, answer: CachedAnswer) {
        let mut keeping = Box::pin(self.keep(answer).in_current_span());
        if (&mut keeping).now_or_never().is_none() {
            tokio::spawn(keeping);
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Provider for Caching {
    forward! { inner: name, capabilities, embed, generate_image, generate_audio, search_recent_news, list_models, health, look_up_call, abandon }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        let Some(place) = self.place(ctx, &request) else { return self.inner.chat(ctx, request).await };
        if let Some(hit) = place.look().await.and_then(|Cached { answer, age }| answer.response(age)) {
            return Ok(hit);
        }
        let response = self.inner.chat(ctx, request).await?;
        let answer = CachedAnswer::of_response(&response);
        if let Some(answer) = answer.filter(|answer| answer.bytes() <= self.config.max_answer_bytes) {
            place.keep_behind(answer);
        }
        Ok(response)
    }

    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
        let Some(place) = self.place(ctx, &request) else {
            return self.inner.chat_stream(ctx, request).await;
        };
        if let Some(Cached { answer, age }) = place.look().await {
            return Ok(answer.stream(age));
        }
        let stream = self.inner.chat_stream(ctx, request).await?;
        Ok(Box::pin(Recording::new(stream, place, self.config.max_answer_bytes)))
    }
}
