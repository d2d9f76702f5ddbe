//! What a request used: the sum of its attempts.

use llm_core::{CostSource, Usage, Usd};

use crate::AttemptRecord;

/// The sum of a request's attempts, made in one place so that every row's sum is made in the same way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    attempts: u32,
    sum: Option<Usage>,
}

impl Totals {
    /// Adds an attempt. One that cannot be billed and says no cost was free.
    pub(crate) fn add(&mut self, attempt: &AttemptRecord) {
        self.attempts = self.attempts.saturating_add(1);
        let mut usage = counts(&attempt.usage);
        if usage.cost.is_none() && !attempt.maybe_billed {
            // The provider's word, by which no other word is weakened.
            usage = usage.with_cost(Usd::ZERO, CostSource::Provider);
        }
        match &mut self.sum {
            Some(sum) => sum.add(&usage),
            None => self.sum = Some(usage),
        }
    }

    /// How many attempts.
    pub(crate) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The sum. Without any attempt the request cost nothing, by our own word.
    pub(crate) fn usage(&self) -> Usage {
        self.sum.clone().unwrap_or_else(|| Usage::new().with_cost(Usd::ZERO, CostSource::Catalogue))
    }
}

/// What of a usage stands in a row.
pub(crate) fn counts(usage: &Usage) -> Usage {
    let mut counts = Usage::new();
    counts.input_tokens = usage.input_tokens;
    counts.output_tokens = usage.output_tokens;
    counts.cached_tokens = usage.cached_tokens;
    counts.cache_write_tokens = usage.cache_write_tokens;
    counts.reasoning_tokens = usage.reasoning_tokens;
    counts.cost = usage.cost;
    counts.cost_source = if usage.cost.is_some() { usage.cost_source } else { CostSource::Unknown };
    counts
}
