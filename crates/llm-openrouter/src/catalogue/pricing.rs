//! Prices out of the list, exactly.

use llm_core::{Prices, Usage, Usd};
use serde_json::{Map, Value};

/// What a model costs, as far as it can be said before a call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pricing {
    /// Prices of a short prompt.
    pub(crate) base: Prices,
    /// Prices of longer prompts; a later one that fits wins.
    longer: Vec<Longer>,
    /// Whether tokens alone do not tell the cost: prices by the hour, or pictures and sound that cost otherwise.
    open: bool,
}

/// Prices of prompts that have more than this many tokens.
#[derive(Clone, Debug, PartialEq)]
struct Longer {
    than: u64,
    fields: Map<String, Value>,
}

impl Pricing {
    /// Reads `pricing`. `None` where it is missing, or dynamic: routers have the price `-1`.
    ///
    /// It is no map of texts: `discount` is a number and `overrides` a list.
    pub(crate) fn read(pricing: &Value) -> Option<Self> {
        let fields = pricing.as_object()?;
        let base = Prices::per_token(price(fields, "prompt")?, price(fields, "completion")?);
        let mut longer = Vec::new();
        let mut open = ["image_output", "audio_output"].iter().any(|field| is_charged(fields, field));
        for rule in fields.get("overrides").and_then(Value::as_array).into_iter().flatten() {
            let Some(fields) = rule.as_object() else { continue };
            match fields.get("min_prompt_tokens").and_then(Value::as_u64) {
                Some(than) if !fields.contains_key("utc_start") => {
                    longer.push(Longer { than, fields: fields.clone() });
                }
                _ => open = true,
            }
        }
        Some(Self { base: with_fields(base, fields), longer, open })
    }

    /// What these tokens cost; `None` where tokens alone do not tell.
    pub(crate) fn cost(&self, usage: &Usage) -> Option<Usd> {
        if self.open || usage.extra.get("server_tool_use_details").is_some_and(|fees| !fees.is_null()) {
            return None;
        }
        let tokens = usage.input_tokens?;
        let fitting = self.longer.iter().filter(|rule| tokens > rule.than);
        fitting.fold(self.base, |prices, rule| with_fields(prices, &rule.fields)).cost(usage)
    }
}

/// The prices with those replaced that `fields` names.
fn with_fields(mut prices: Prices, fields: &Map<String, Value>) -> Prices {
    prices.input = price(fields, "prompt").unwrap_or(prices.input);
    prices.output = price(fields, "completion").unwrap_or(prices.output);
    prices.cached = price(fields, "input_cache_read").or(prices.cached);
    prices.cache_write = price(fields, "input_cache_write").or(prices.cache_write);
    prices.request = price(fields, "request").unwrap_or(prices.request);
    prices
}

/// A price, which is a decimal text; its digits are read as they are.
fn price(fields: &Map<String, Value>, name: &str) -> Option<Usd> {
    match fields.get(name)? {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

fn is_charged(fields: &Map<String, Value>, name: &str) -> bool {
    price(fields, name).is_some_and(|price| price > Usd::ZERO)
}
