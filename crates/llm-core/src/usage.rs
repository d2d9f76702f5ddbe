//! What a call used, and what it cost.

use serde::{Deserialize, Serialize};

use crate::{CostSource, Extra, Usd};

/// Tokens and money of one call. What the provider did not say is `None`, never zero.
///
/// The parts are parts: `cached_tokens` and `cache_write_tokens` are counted in `input_tokens`, and
/// `reasoning_tokens` in `output_tokens`, whatever the vendor's own convention.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens of the prompt, those read from and written to the provider's cache included.
    pub input_tokens: Option<u64>,
    /// Tokens of the answer, those of its reasoning included.
    pub output_tokens: Option<u64>,
    /// The provider's own total. Some count reasoning only here.
    pub total_tokens: Option<u64>,
    /// Tokens of the prompt that the provider read from its cache.
    pub cached_tokens: Option<u64>,
    /// Tokens of the prompt that the provider wrote to its cache.
    pub cache_write_tokens: Option<u64>,
    /// Tokens of the answer that were spent on reasoning.
    pub reasoning_tokens: Option<u64>,
    /// What the call costs us in all.
    pub cost: Option<Usd>,
    /// Who said so.
    pub cost_source: CostSource,
    /// How the cost came about, where the provider tells.
    pub cost_details: Option<CostDetails>,
    /// A vendor's figure that could not be money (negative, overflowing, no number), as it came, shortened
    /// to 64 bytes. The cost is then what the next source says, or unknown.
    pub rejected_cost: Option<String>,
    /// What else the provider reported.
    pub extra: Extra,
}

/// The parts of a cost, as a provider that resells others reports them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CostDetails {
    /// What the provider itself charged to the account.
    pub charged: Option<Usd>,
    /// What the upstream behind the provider charges. Part of the total only if `own_key`.
    pub upstream: Option<Usd>,
    /// The prompt's share of `upstream`.
    pub upstream_input: Option<Usd>,
    /// The answer's share of `upstream`.
    pub upstream_output: Option<Usd>,
    /// The customer's own key was used upstream: the total is `charged` (a fee) plus `upstream` (a bill).
    pub own_key: bool,
}

impl Usage {
    /// Nothing known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the tokens of prompt and answer, and their sum as the total.
    #[must_use]
    pub fn with_tokens(mut self, input: u64, output: u64) -> Self {
        self.input_tokens = Some(input);
        self.output_tokens = Some(output);
        self.total_tokens = input.checked_add(output);
        self
    }

    /// Sets the cost and who said so.
    #[must_use]
    pub fn with_cost(mut self, cost: Usd, source: CostSource) -> Self {
        self.cost = Some(cost);
        self.cost_source = source;
        self
    }

    /// Whether nothing at all is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes over everything that `later` knows: providers repeat and extend their counts during a stream,
    /// and the last word counts.
    pub fn update(&mut self, later: Self) {
        fn take<T>(slot: &mut Option<T>, later: Option<T>) {
            if later.is_some() {
                *slot = later;
            }
        }
        take(&mut self.input_tokens, later.input_tokens);
        take(&mut self.output_tokens, later.output_tokens);
        take(&mut self.total_tokens, later.total_tokens);
        take(&mut self.cached_tokens, later.cached_tokens);
        take(&mut self.cache_write_tokens, later.cache_write_tokens);
        take(&mut self.reasoning_tokens, later.reasoning_tokens);
        take(&mut self.cost_details, later.cost_details);
        take(&mut self.rejected_cost, later.rejected_cost);
        if later.cost.is_some() {
            self.cost = later.cost;
            self.cost_source = later.cost_source;
        }
        self.extra.extend(later.extra);
    }

    /// Adds another call's tokens and money to these: the sum of a request's attempts.
    ///
    /// A count that only one side knows is taken as it is. The cost stays known only if both are: a sum with
    /// an unknown part is unknown. The weaker of the two sources is kept.
    pub fn add(&mut self, other: &Self) {
        fn plus(slot: &mut Option<u64>, other: Option<u64>) {
            *slot = match (*slot, other) {
                (Some(a), Some(b)) => Some(a.saturating_add(b)),
                (a, b) => a.or(b),
            };
        }
        plus(&mut self.input_tokens, other.input_tokens);
        plus(&mut self.output_tokens, other.output_tokens);
        plus(&mut self.total_tokens, other.total_tokens);
        plus(&mut self.cached_tokens, other.cached_tokens);
        plus(&mut self.cache_write_tokens, other.cache_write_tokens);
        plus(&mut self.reasoning_tokens, other.reasoning_tokens);
        self.cost = match (self.cost, other.cost) {
            (Some(a), Some(b)) => a.checked_add(b),
            _ => None,
        };
        let rank = |source| match source {
            CostSource::Provider => 0,
            CostSource::Catalogue => 1,
            CostSource::Estimate => 2,
            CostSource::Unknown => 3,
        };
        if self.cost.is_none() {
            self.cost_source = CostSource::Unknown;
        } else if rank(other.cost_source) > rank(self.cost_source) {
            self.cost_source = other.cost_source;
        }
    }
}
