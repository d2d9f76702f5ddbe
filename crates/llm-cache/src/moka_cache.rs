//! A cache in this process.

use std::time::Duration;

use async_trait::async_trait;
use llm_core::{Error, ErrorKind, Result};
use moka::{Expiry, future::Cache};
use tokio::time::Instant;

use crate::{CacheEntry, CacheKey, Cached, Invalidation, ResponseCache};

/// What an entry takes beside its JSON: its key, its place in the map and in the lists.
const OVERHEAD: usize = 256;

/// A cache in this process, bounded by bytes: what is used least goes first.
///
/// Bytes are those of the answers' JSON and a little for each entry; in memory an answer takes somewhat more.
#[derive(Debug)]
pub struct MokaCache {
    entries: Cache<CacheKey, Stored>,
}

#[derive(Clone, Debug)]
struct Stored {
    entry: CacheEntry,
    ttl: Duration,
    since: Instant,
    bytes: u32,
}

impl MokaCache {
    /// A cache of at most `max_bytes`. One of 0 bytes keeps nothing.
    #[must_use]
    pub fn new(max_bytes: u64) -> Self {
        let entries = Cache::builder()
            .name("llm-cache")
            .max_capacity(max_bytes)
            .weigher(|_, stored: &Stored| stored.bytes)
            .expire_after(OwnTtl)
            .support_invalidation_closures()
            .build();
        Self { entries }
    }

    /// A cache of at most so many mebibytes.
    #[must_use]
    pub fn mebibytes(count: u64) -> Self {
        Self::new(count.saturating_mul(1 << 20))
    }
}

#[async_trait]
impl ResponseCache for MokaCache {
    async fn get(&self, key: &CacheKey) -> Result<Option<Cached>> {
        let Some(stored) = self.entries.get(key).await else { return Ok(None) };
        let age = stored.since.elapsed();
        // moka cleans up by its own clock; whether an answer is too old is ours to say.
        Ok((age < stored.ttl).then_some(Cached { answer: stored.entry.answer, age }))
    }

    async fn put(&self, key: CacheKey, entry: CacheEntry, ttl: Duration) -> Result<()> {
        let bytes = entry.answer.bytes().saturating_add(entry.model.len()).saturating_add(OVERHEAD);
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.entries.insert(key, Stored { entry, ttl, since: Instant::now(), bytes }).await;
        Ok(())
    }

    async fn invalidate(&self, what: &Invalidation) -> Result<()> {
        let what = what.clone();
        let set = self.entries.invalidate_entries_if(move |_, stored| what.covers(&stored.entry));
        set.map(drop).map_err(|error| {
            Error::new(ErrorKind::Internal, "the cache could not be cleared").with_source(error)
        })
    }
}

/// Lets each entry have its own time.
struct OwnTtl;

impl Expiry<CacheKey, Stored> for OwnTtl {
    fn expire_after_create(&self, _: &CacheKey, stored: &Stored, _: std::time::Instant) -> Option<Duration> {
        Some(stored.ttl)
    }

    fn expire_after_update(
        &self,
        _: &CacheKey,
        stored: &Stored,
        _: std::time::Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(stored.ttl)
    }
}

#[cfg(test)]
mod tests;
