//! OpenRouter's record of one call.

use llm_core::{CostDetails, CostSource, Usage, Usd};
use serde::Deserialize;

use crate::wire::{figure, usd};

/// OpenRouter's record of one call. It may not be there in the first seconds after the call.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Generation {
    /// The call's id.
    pub id: Option<String>,
    /// The model that served.
    pub model: Option<String>,
    /// The vendor that served, by its display name.
    pub provider_name: Option<String>,
    /// What OpenRouter charged, as it is written. See [`Generation::usage`] for the money.
    #[serde(deserialize_with = "figure")]
    pub total_cost: Option<String>,
    /// What the vendor behind OpenRouter charged.
    #[serde(deserialize_with = "usd")]
    pub upstream_inference_cost: Option<Usd>,
    /// Whether the customer's own key was used there.
    pub is_byok: Option<bool>,
    /// Tokens of the prompt, as the model counts.
    pub native_tokens_prompt: Option<u64>,
    /// Tokens of the answer, as the model counts.
    pub native_tokens_completion: Option<u64>,
    /// Those of them that were spent on reasoning.
    pub native_tokens_reasoning: Option<u64>,
    /// Tokens of the prompt that came out of the vendor's cache.
    pub native_tokens_cached: Option<u64>,
    /// Tokens of the prompt, as OpenRouter counts for all models alike.
    pub tokens_prompt: Option<u64>,
    /// Tokens of the answer, as OpenRouter counts for all models alike.
    pub tokens_completion: Option<u64>,
    /// Milliseconds to the first token.
    pub latency: Option<f64>,
    /// Milliseconds of writing.
    pub generation_time: Option<f64>,
    /// Milliseconds of moderation before it.
    pub moderation_latency: Option<f64>,
    /// Why it ended, in OpenRouter's words.
    pub finish_reason: Option<String>,
    /// Why it ended, in the vendor's words.
    pub native_finish_reason: Option<String>,
    /// Whether it was a stream.
    pub streamed: Option<bool>,
    /// Whether the caller hung up, and the vendor stopped.
    pub cancelled: Option<bool>,
    /// The tier of service that was given.
    pub service_tier: Option<String>,
    /// The vendor's own id of the call.
    pub upstream_id: Option<String>,
    /// When it began, in RFC 3339.
    pub created_at: Option<String>,
}

impl Generation {
    /// The record as usage: the model's own token counts, and the cost in all.
    ///
    /// With the customer's own key OpenRouter charges a fee only, and the vendor's bill comes on top; without it the
    /// vendor's price is part of what OpenRouter charged.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let charged = self.total_cost.as_deref().map(str::parse::<Usd>);
        let own_key = self.is_byok.unwrap_or(false);
        let mut usage = Usage::new();
        usage.input_tokens = self.native_tokens_prompt;
        usage.output_tokens = self.native_tokens_completion;
        usage.total_tokens = usage.input_tokens.zip(usage.output_tokens).and_then(|(a, b)| a.checked_add(b));
        usage.cached_tokens = self.native_tokens_cached;
        usage.reasoning_tokens = self.native_tokens_reasoning;
        usage.cost = match (&charged, own_key) {
            (Some(Ok(charged)), false) => Some(*charged),
            // A fee without the bill that comes on top is not the cost.
            (Some(Ok(fee)), true) => self.upstream_inference_cost.and_then(|bill| fee.checked_add(bill)),
            _ => None,
        };
        if usage.cost.is_some() {
            usage.cost_source = CostSource::Provider;
        }
        if let (Some(Err(_)), Some(text)) = (&charged, &self.total_cost) {
            usage.rejected_cost = Some(text.chars().take(64).collect());
        }
        let mut details = CostDetails::default();
        details.charged = charged.and_then(Result::ok);
        details.upstream = self.upstream_inference_cost;
        details.own_key = own_key;
        usage.cost_details = (details != CostDetails::default()).then_some(details);
        usage
    }
}

#[cfg(test)]
mod tests;
