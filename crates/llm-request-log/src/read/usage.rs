//! Sums over many requests.

use jiff::Timestamp;
use llm_core::Usd;

/// Which requests to sum up. What is `None` does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsageFilter {
    /// Of this tenant.
    pub tenant: Option<String>,
    /// Of this end user.
    pub user: Option<String>,
    /// That asked for this model.
    pub model: Option<String>,
    /// That began at this time or later.
    pub since: Option<Timestamp>,
    /// That began before this time.
    pub until: Option<Timestamp>,
}

impl UsageFilter {
    /// Every request.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only of this tenant.
    #[must_use]
    pub fn with_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// Only of this end user.
    #[must_use]
    pub fn with_user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// Only those that asked for this model.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Only those that began at this time or later.
    #[must_use]
    pub fn with_since(mut self, since: Timestamp) -> Self {
        self.since = Some(since);
        self
    }

    /// Only those that began before this time.
    #[must_use]
    pub fn with_until(mut self, until: Timestamp) -> Self {
        self.until = Some(until);
        self
    }
}

/// What to sum up by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UsageBy {
    /// One sum over all.
    #[default]
    Total,
    /// One for each end user.
    User,
    /// One for each model that was asked for.
    Model,
    /// One for each provider. A request counts where its answer came from, an attempt where it was made.
    Provider,
    /// One for each day, in UTC, by the time the request began.
    Day,
}

/// The sum over some requests and all their attempts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsageSum {
    /// What they have in common: a user, a model, a provider, or a day as `2026-01-31`. `None` for the total, and for
    /// those that have none.
    pub group: Option<String>,
    /// How many requests.
    pub requests: u64,
    /// How many of them came out of the cache.
    pub cached: u64,
    /// How many upstream calls.
    pub attempts: u64,
    /// Tokens of the prompts.
    pub input_tokens: u64,
    /// Tokens of the answers.
    pub output_tokens: u64,
    /// Tokens of the prompts that providers read from their caches.
    pub cached_tokens: u64,
    /// Tokens of the prompts that providers wrote to their caches.
    pub cache_write_tokens: u64,
    /// Tokens of the answers that were spent on reasoning.
    pub reasoning_tokens: u64,
    /// What the calls of known cost cost together, in picodollars. Read it beside `unknown_costs`.
    pub known_cost_picos: i128,
    /// How many calls may be billed without anyone knowing how much. The true sum is known only when it is 0.
    pub unknown_costs: u64,
}

impl UsageSum {
    /// The true sum; `None` when a part of it is unknown, or when it passes [`Usd::MAX`].
    #[must_use]
    pub fn cost(&self) -> Option<Usd> {
        (self.unknown_costs == 0).then(|| self.known_cost()).flatten()
    }

    /// What the calls of known cost cost together; `None` when it passes [`Usd::MAX`].
    #[must_use]
    pub fn known_cost(&self) -> Option<Usd> {
        i64::try_from(self.known_cost_picos).ok().and_then(Usd::from_picos)
    }
}
