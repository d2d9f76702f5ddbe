//! The most that a call may cost for each unit.

use std::fmt;

use llm_core::Usd;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The most that a vendor may charge. No vendor below it is an error of the call.
///
/// Prices of tokens are in dollars for each **million** tokens, unlike those of the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MaxPrice {
    /// A million tokens of prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<PriceCap>,
    /// A million tokens of answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completion: Option<PriceCap>,
    /// A call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<PriceCap>,
    /// A picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<PriceCap>,
    /// Sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<PriceCap>,
}

impl MaxPrice {
    /// Bounds the price of a million tokens of prompt, and of answer.
    #[must_use]
    pub fn tokens(prompt: Usd, completion: Usd) -> Self {
        Self { prompt: Some(PriceCap(prompt)), completion: Some(PriceCap(completion)), ..Self::default() }
    }
}

/// Dollars for the unit that the field of [`MaxPrice`] counts.
///
/// It is written as a decimal string, which is what OpenRouter's schema says; a number, which is what its guide shows,
/// is read too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PriceCap(pub Usd);

impl From<Usd> for PriceCap {
    fn from(price: Usd) -> Self {
        Self(price)
    }
}

impl fmt::Debug for PriceCap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl<'de> Deserialize<'de> for PriceCap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A number's own digits, not its value: prices have few, and these survive.
        let text = match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            other => other.to_string(),
        };
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}
