//! What a provider says of its models.

use serde::{Deserialize, Serialize};

use crate::{Capabilities, Extra, Usage, Usd};

/// A model in a provider's list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelInfo {
    /// Its id as a caller names it, the provider's prefix in front.
    pub id: String,
    /// Its name for people.
    #[serde(default)]
    pub name: Option<String>,
    /// What it is, for people.
    #[serde(default)]
    pub description: Option<String>,
    /// When it appeared, in seconds since 1970.
    #[serde(default)]
    pub created: Option<i64>,
    /// What it can do.
    #[serde(default)]
    pub capabilities: Capabilities,
    /// What it costs; `None` if that is unknown or changes from call to call.
    #[serde(default)]
    pub prices: Option<Prices>,
    /// Fields that have no name here.
    #[serde(default)]
    pub extra: Extra,
}

impl ModelInfo {
    /// A model of which nothing but its id is known.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: None,
            description: None,
            created: None,
            capabilities: Capabilities::default(),
            prices: None,
            extra: Extra::new(),
        }
    }
}

/// Prices of a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Prices {
    /// Each token of the prompt.
    pub input: Usd,
    /// Each token of the answer.
    pub output: Usd,
    /// Each token read from the provider's cache; as `input` if `None`.
    pub cached: Option<Usd>,
    /// Each token written to the provider's cache; as `input` if `None`.
    pub cache_write: Option<Usd>,
    /// Each call.
    pub request: Usd,
}

impl Prices {
    /// Prices of a token of prompt and of answer, with no other charge.
    #[must_use]
    pub fn per_token(input: Usd, output: Usd) -> Self {
        Self { input, output, ..Self::default() }
    }

    /// What these token counts cost.
    ///
    /// `None` when the counts of prompt or answer are unknown, when the parts of the prompt are more than the
    /// whole, or when the amount would pass [`Usd::MAX`].
    ///
    /// ```
    /// use llm_core::{Prices, Usage};
    ///
    /// let prices = Prices::per_token("0.000003".parse()?, "0.000015".parse()?);
    /// let cost = prices.cost(&Usage::new().with_tokens(1_000, 200));
    /// assert_eq!(cost, Some("0.006".parse()?));
    /// # Ok::<(), llm_core::InvalidUsd>(())
    /// ```
    #[must_use]
    pub fn cost(&self, usage: &Usage) -> Option<Usd> {
        let cached = usage.cached_tokens.unwrap_or(0);
        let written = usage.cache_write_tokens.unwrap_or(0);
        let plain = usage.input_tokens?.checked_sub(cached)?.checked_sub(written)?;
        [
            self.input.checked_mul(plain)?,
            self.cached.unwrap_or(self.input).checked_mul(cached)?,
            self.cache_write.unwrap_or(self.input).checked_mul(written)?,
            self.output.checked_mul(usage.output_tokens?)?,
        ]
        .into_iter()
        .try_fold(self.request, Usd::checked_add)
    }
}
