//! The vendors of one model.

use llm_core::Prices;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

use super::pricing::Pricing;
use crate::Percentiles;

/// One vendor of a model, as OpenRouter sees it now.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ModelEndpoint {
    /// The vendor's display name, as in an answer's [`served_by`](llm_core::ChatResponse::served_by).
    #[serde(deserialize_with = "lenient")]
    pub provider_name: Option<String>,
    /// The slug by which [`ProviderPreferences`](crate::ProviderPreferences) name this very endpoint.
    #[serde(deserialize_with = "lenient")]
    pub tag: Option<String>,
    /// The endpoint's name for people.
    #[serde(deserialize_with = "lenient")]
    pub name: Option<String>,
    /// The model, by its upstream name.
    #[serde(deserialize_with = "lenient")]
    pub model_id: Option<String>,
    /// The precision of the weights: `fp8`, `bf16`, `unknown`, …
    #[serde(deserialize_with = "lenient")]
    pub quantization: Option<String>,
    /// How many tokens it reads and writes in all.
    #[serde(deserialize_with = "lenient")]
    pub context_length: Option<u64>,
    /// How many tokens it writes at most.
    #[serde(deserialize_with = "lenient")]
    pub max_completion_tokens: Option<u64>,
    /// How many tokens it reads at most.
    #[serde(deserialize_with = "lenient")]
    pub max_prompt_tokens: Option<u64>,
    /// Its prices for a token, where they do not change from call to call.
    #[serde(rename = "pricing", deserialize_with = "prices")]
    pub prices: Option<Prices>,
    /// The parameters that it takes.
    #[serde(deserialize_with = "lenient")]
    pub supported_parameters: Option<Vec<String>>,
    /// Whether it caches prompts unasked.
    #[serde(deserialize_with = "lenient")]
    pub supports_implicit_caching: Option<bool>,
    /// 0 is well; below it is degraded to off.
    #[serde(deserialize_with = "lenient")]
    pub status: Option<i64>,
    /// Per cent of the last five minutes that it was up.
    #[serde(deserialize_with = "lenient")]
    pub uptime_last_5m: Option<f64>,
    /// Per cent of the last half hour that it was up.
    #[serde(deserialize_with = "lenient")]
    pub uptime_last_30m: Option<f64>,
    /// Per cent of the last day that it was up.
    #[serde(deserialize_with = "lenient")]
    pub uptime_last_1d: Option<f64>,
    /// Time to the first token in the last half hour, in milliseconds.
    #[serde(deserialize_with = "lenient")]
    pub latency_last_30m: Option<Percentiles>,
    /// Tokens a second in the last half hour.
    #[serde(deserialize_with = "lenient")]
    pub throughput_last_30m: Option<Percentiles>,
}

/// A field, or nothing where the vendor gives something else than it says.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Value::deserialize(deserializer).map(|value| serde_json::from_value(value).ok())
}

fn prices<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Prices>, D::Error> {
    Value::deserialize(deserializer).map(|pricing| Pricing::read(&pricing).map(|pricing| pricing.base))
}

/// Reads the `data` of the answer.
pub(crate) fn decode_endpoints(mut data: Value) -> Vec<ModelEndpoint> {
    let Some(Value::Array(endpoints)) = data.get_mut("endpoints").map(Value::take) else { return Vec::new() };
    endpoints.into_iter().filter_map(|endpoint| serde_json::from_value(endpoint).ok()).collect()
}
