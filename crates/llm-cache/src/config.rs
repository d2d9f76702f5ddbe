//! When the cache answers.

use std::time::Duration;

use llm_core::{CacheMode, ChatRequest};

/// When the cache answers, and how long it keeps an answer.
///
/// A request's own [`CacheMode`] goes before it. A request asks for randomness when it sets a temperature above 0 or
/// wants more than one answer; it is then served and kept only under [`CacheMode::On`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheConfig {
    /// Whether requests that do not say ([`CacheMode::Default`]) are served and kept. Default `false`.
    pub enabled_by_default: bool,
    /// How long an answer is kept, where the request does not say. Default one hour; zero keeps nothing.
    pub ttl: Duration,
    /// How long a look into the cache, or a write to it, may take before it counts as failed. Default 20 ms.
    pub patience: Duration,
    /// The largest answer that is kept, in bytes of its JSON. Default 1 MiB.
    pub max_answer_bytes: usize,
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self {
            enabled_by_default: false,
            ttl: Duration::from_secs(3600),
            patience: Duration::from_millis(20),
            max_answer_bytes: 1 << 20,
        }
    }
}

impl CacheConfig {
    /// Sets whether requests that do not say are served and kept.
    #[must_use]
    pub const fn with_enabled_by_default(mut self, enabled: bool) -> Self {
        self.enabled_by_default = enabled;
        self
    }

    /// Sets how long an answer is kept, where the request does not say.
    #[must_use]
    pub const fn with_ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// Sets how long a look into the cache, or a write to it, may take.
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sets the largest answer that is kept, in bytes of its JSON.
    #[must_use]
    pub const fn with_max_answer_bytes(mut self, bytes: usize) -> Self {
        self.max_answer_bytes = bytes;
        self
    }

    /// How long the answer to this request may be kept; `None` when the cache has nothing to do with it.
    pub(crate) fn ttl_for(&self, request: &ChatRequest) -> Option<Duration> {
        let ttl = match request.options.cache {
            CacheMode::On { ttl } => ttl.unwrap_or(self.ttl),
            CacheMode::Default if self.enabled_by_default && !asks_for_randomness(request) => self.ttl,
            // A mode that is not known here is no leave to serve an old answer.
            _ => return None,
        };
        (!ttl.is_zero()).then_some(ttl)
    }
}

fn asks_for_randomness(request: &ChatRequest) -> bool {
    request.temperature.is_some_and(|temperature| temperature > 0.0) || request.n.is_some_and(|n| n > 1)
}
