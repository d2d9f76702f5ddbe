//! Where answers are kept.

use std::{fmt::Debug, sync::Arc, time::Duration};

use async_trait::async_trait;
use llm_core::Result;
use serde::{Deserialize, Serialize};

use crate::{CacheKey, CachedAnswer};

/// Where answers are kept.
///
/// It may forget whatever it likes, whenever it likes. It must never give an answer past its time, nor one that was
/// put under another key. Whoever asks it gives up after [`CacheConfig::patience`](crate::CacheConfig::patience) and
/// drops the call.
#[async_trait]
pub trait ResponseCache: Debug + Send + Sync + 'static {
    /// Looks for an answer.
    ///
    /// # Errors
    ///
    /// When it cannot look. Its caller then goes on as if there were none.
    async fn get(&self, key: &CacheKey) -> Result<Option<Cached>>;

    /// Keeps an answer for at most `ttl`, in the place of an earlier one.
    ///
    /// # Errors
    ///
    /// When it cannot keep it. Its caller then goes on without.
    async fn put(&self, key: CacheKey, entry: CacheEntry, ttl: Duration) -> Result<()>;

    /// Forgets what was put until now.
    ///
    /// # Errors
    ///
    /// When it cannot be sure to have forgotten.
    async fn invalidate(&self, what: &Invalidation) -> Result<()>;
}

/// An answer to keep, with what it can be forgotten by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CacheEntry {
    /// Whose it is.
    pub tenant: Option<String>,
    /// The model that was asked for, as the caller named it.
    pub model: String,
    /// The answer.
    pub answer: Arc<CachedAnswer>,
}

impl CacheEntry {
    /// An answer of a model to a tenant.
    #[must_use]
    pub fn new(tenant: Option<&str>, model: impl Into<String>, answer: CachedAnswer) -> Self {
        Self { tenant: tenant.map(str::to_owned), model: model.into(), answer: Arc::new(answer) }
    }
}

/// An answer that was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Cached {
    /// The answer.
    pub answer: Arc<CachedAnswer>,
    /// How long ago it was put.
    pub age: Duration,
}

/// What to forget. The default forgets everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Invalidation {
    /// Only what this tenant got; every tenant's and what has none if `None`.
    pub tenant: Option<String>,
    /// Only answers to requests for models whose name, as the caller gave it, begins like this; all if `None`.
    pub model_prefix: Option<String>,
}

impl Invalidation {
    /// Forgets everything.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Spares what other tenants got.
    #[must_use]
    pub fn with_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// Spares models whose name begins otherwise.
    #[must_use]
    pub fn with_model_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.model_prefix = Some(prefix.into());
        self
    }

    /// Whether it covers an entry.
    #[must_use]
    pub fn covers(&self, entry: &CacheEntry) -> bool {
        let tenant = self.tenant.as_ref().is_none_or(|tenant| entry.tenant.as_ref() == Some(tenant));
        let model = self.model_prefix.as_ref().is_none_or(|prefix| entry.model.starts_with(prefix));
        tenant && model
    }
}
