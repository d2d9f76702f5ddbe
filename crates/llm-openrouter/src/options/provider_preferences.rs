//! Which vendors may serve a call, and which of them first.

use serde::{Deserialize, Serialize};

use super::MaxPrice;

/// Which vendors may serve a call, and which of them first. What is unset is left to OpenRouter: it balances by price
/// over the vendors that are well, and falls back to the rest.
///
/// Vendors are named by slug: `google-vertex` means all its variants, `google-vertex/us-east5` one of them. The
/// [`served_by`](llm_core::ChatResponse::served_by) of an answer is a display name, not a slug.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ProviderPreferences {
    /// Try these first, in this order. Balancing and sticky routing are off then.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// Whether others may serve when those fail. OpenRouter's default is yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_fallbacks: Option<bool>,
    /// Whether only vendors may serve that know every parameter of the call. OpenRouter's default is no: a parameter
    /// that a vendor does not know is dropped there, and nobody is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_parameters: Option<bool>,
    /// Whether vendors may serve that keep prompts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_collection: Option<DataCollection>,
    /// Whether only endpoints may serve that retain no data at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zdr: Option<bool>,
    /// Whether only models may serve whose text may be used for training.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enforce_distillable_text: Option<bool>,
    /// Only these may serve.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// None of these may serve.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
    /// Only models of these precisions may serve.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quantizations: Vec<Quantization>,
    /// What puts vendors in order. Balancing is off then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<Sort>,
    /// Put vendors last that give fewer tokens a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_min_throughput: Option<Threshold>,
    /// Put vendors last that take more seconds to the first token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_max_latency: Option<Threshold>,
    /// Refuse vendors that charge more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_price: Option<MaxPrice>,
}

fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Vec<String> {
    texts.into_iter().map(Into::into).collect()
}

impl ProviderPreferences {
    /// Tries these first, in this order.
    #[must_use]
    pub fn with_order<T: Into<String>>(mut self, slugs: impl IntoIterator<Item = T>) -> Self {
        self.order = texts(slugs);
        self
    }

    /// Says whether others may serve when the first fail.
    #[must_use]
    pub fn with_fallbacks(mut self, allowed: bool) -> Self {
        self.allow_fallbacks = Some(allowed);
        self
    }

    /// Admits only vendors that know every parameter of the call.
    #[must_use]
    pub fn with_required_parameters(mut self) -> Self {
        self.require_parameters = Some(true);
        self
    }

    /// Says whether vendors may serve that keep prompts.
    #[must_use]
    pub fn with_data_collection(mut self, policy: DataCollection) -> Self {
        self.data_collection = Some(policy);
        self
    }

    /// Admits only endpoints that retain no data at all.
    #[must_use]
    pub fn with_zero_data_retention(mut self) -> Self {
        self.zdr = Some(true);
        self
    }

    /// Admits only models whose text may be used for training.
    #[must_use]
    pub fn with_distillable_text(mut self) -> Self {
        self.enforce_distillable_text = Some(true);
        self
    }

    /// Admits only these.
    #[must_use]
    pub fn with_only<T: Into<String>>(mut self, slugs: impl IntoIterator<Item = T>) -> Self {
        self.only = texts(slugs);
        self
    }

    /// Admits none of these.
    #[must_use]
    pub fn with_ignored<T: Into<String>>(mut self, slugs: impl IntoIterator<Item = T>) -> Self {
        self.ignore = texts(slugs);
        self
    }

    /// Admits only these precisions.
    #[must_use]
    pub fn with_quantizations(mut self, precisions: impl IntoIterator<Item = Quantization>) -> Self {
        self.quantizations = precisions.into_iter().collect();
        self
    }

    /// Puts vendors in order.
    #[must_use]
    pub fn with_sort(mut self, sort: impl Into<Sort>) -> Self {
        self.sort = Some(sort.into());
        self
    }

    /// Puts vendors last that give fewer tokens a second.
    #[must_use]
    pub fn with_preferred_min_throughput(mut self, tokens_per_second: impl Into<Threshold>) -> Self {
        self.preferred_min_throughput = Some(tokens_per_second.into());
        self
    }

    /// Puts vendors last that take more seconds to the first token.
    #[must_use]
    pub fn with_preferred_max_latency(mut self, seconds: impl Into<Threshold>) -> Self {
        self.preferred_max_latency = Some(seconds.into());
        self
    }

    /// Refuses vendors that charge more.
    #[must_use]
    pub fn with_max_price(mut self, price: MaxPrice) -> Self {
        self.max_price = Some(price);
        self
    }
}

/// Whether vendors may serve that keep prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataCollection {
    /// They may.
    Allow,
    /// They may not.
    Deny,
}

/// A precision of a model's weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are all that there is to say")]
pub enum Quantization {
    Int4,
    Int8,
    Fp4,
    Mxfp4,
    Nvfp4,
    Fp6,
    Fp8,
    Mxfp8,
    Fp16,
    Bf16,
    Fp32,
    /// The vendor does not tell.
    Unknown,
}

/// What puts vendors in order: a word, or a word and how far it reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Sort {
    /// Within each model.
    By(SortBy),
    /// As the rule says.
    Rule(SortRule),
}

impl From<SortBy> for Sort {
    fn from(by: SortBy) -> Self {
        Self::By(by)
    }
}

impl From<SortRule> for Sort {
    fn from(rule: SortRule) -> Self {
        Self::Rule(rule)
    }
}

/// An order and how far it reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SortRule {
    /// By what.
    pub by: SortBy,
    /// How far.
    pub partition: SortPartition,
}

/// By what vendors are put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SortBy {
    /// The cheapest first.
    Price,
    /// The most tokens a second first.
    Throughput,
    /// The quickest first token first.
    Latency,
    /// The best at tool calls first.
    Exacto,
}

/// How far an order reaches when there are fallback models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortPartition {
    /// All vendors of the first model, then all of the next.
    Model,
    /// The vendors of all models in one row.
    None,
}

/// A bound on a measured figure: one for all, or one for each percentile.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Threshold {
    /// For the median.
    Number(f64),
    /// For each percentile that is set.
    Percentiles(Percentiles),
}

impl From<f64> for Threshold {
    fn from(bound: f64) -> Self {
        Self::Number(bound)
    }
}

impl From<Percentiles> for Threshold {
    fn from(bounds: Percentiles) -> Self {
        Self::Percentiles(bounds)
    }
}

/// Figures for percentiles of the last half hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Percentiles {
    /// Half of the calls are at least as good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50: Option<f64>,
    /// Three quarters are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p75: Option<f64>,
    /// Nine tenths are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90: Option<f64>,
    /// All but a hundredth are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99: Option<f64>,
}
