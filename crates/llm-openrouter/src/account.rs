//! The key and the account behind it.

use llm_core::Usd;
use serde::Deserialize;

use crate::wire::usd;

/// What OpenRouter says of a key. A limit that is `None` is none, or was not told.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct KeyInfo {
    /// The key's name, or its beginning and end.
    pub label: Option<String>,
    /// How much may be spent with it.
    #[serde(deserialize_with = "usd")]
    pub limit: Option<Usd>,
    /// How much of that is left. Overspent keys say less than nothing, which is `None` here.
    #[serde(deserialize_with = "usd")]
    pub limit_remaining: Option<Usd>,
    /// When the limit begins anew: `daily`, `weekly`, `monthly`.
    pub limit_reset: Option<String>,
    /// How much was spent with it.
    #[serde(deserialize_with = "usd")]
    pub usage: Option<Usd>,
    /// How much of that today (UTC).
    #[serde(deserialize_with = "usd")]
    pub usage_daily: Option<Usd>,
    /// How much of that this week.
    #[serde(deserialize_with = "usd")]
    pub usage_weekly: Option<Usd>,
    /// How much of that this month.
    #[serde(deserialize_with = "usd")]
    pub usage_monthly: Option<Usd>,
    /// How much the customer's own keys were charged upstream.
    #[serde(deserialize_with = "usd")]
    pub byok_usage: Option<Usd>,
    /// Whether that counts towards the limit.
    pub include_byok_in_limit: Option<bool>,
    /// Whether nothing was ever paid: free models then have a small daily limit.
    pub is_free_tier: Option<bool>,
    /// Whether it manages keys, and cannot make calls.
    pub is_management_key: Option<bool>,
    /// When it ends, in RFC 3339.
    pub expires_at: Option<String>,
}

/// What an account has bought and spent. Only a management key may ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Credits {
    /// How much was bought.
    #[serde(deserialize_with = "usd")]
    pub total_credits: Option<Usd>,
    /// How much was spent.
    #[serde(deserialize_with = "usd")]
    pub total_usage: Option<Usd>,
}

impl Credits {
    /// How much is left; zero when more was spent than bought.
    #[must_use]
    pub fn balance(&self) -> Option<Usd> {
        let left = self.total_credits?.picos().saturating_sub(self.total_usage?.picos());
        Some(Usd::from_picos(left).unwrap_or(Usd::ZERO))
    }
}
