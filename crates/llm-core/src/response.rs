//! A whole answer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Choice, Extra, FinishReason, Message, ProviderName, Role, ToolCall, Usage};

/// A whole answer: nothing here was cut, or `finish_reason` says so.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChatResponse {
    /// The provider's id of the call, if it gives one.
    pub id: Option<String>,
    /// The model that answered. It often differs from the one that was asked: aliases, dated versions, fallbacks.
    pub model: String,
    /// The provider that answered us.
    pub provider: Option<ProviderName>,
    /// The vendor behind the provider, as the provider displays it.
    pub served_by: Option<String>,
    /// When the provider began, in seconds since 1970.
    pub created: Option<i64>,
    /// The answers, one unless more were asked for.
    pub choices: Vec<Choice>,
    /// What the call used and cost.
    pub usage: Usage,
    /// The tier of service that was given.
    pub service_tier: Option<String>,
    /// The vendor's mark of its configuration.
    pub system_fingerprint: Option<String>,
    /// Set when the answer came out of our cache: it cost nothing.
    pub cached: Option<CacheHit>,
    /// Fields of the request that a `lenient` call lost because the provider cannot honour them.
    pub dropped: Vec<String>,
    /// Fields that have no name here.
    pub extra: Extra,
}

/// An answer out of our cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheHit {
    /// How old it is.
    pub age: Duration,
}

impl ChatResponse {
    /// An answer of one choice.
    #[must_use]
    pub fn new(model: impl Into<String>, message: Message, finish_reason: FinishReason) -> Self {
        Self { model: model.into(), choices: vec![Choice::new(0, message, finish_reason)], ..Self::default() }
    }

    /// A whole answer of plain text.
    #[must_use]
    pub fn of_text(model: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(model, Message::new(Role::Assistant, text.into()), FinishReason::Stop)
    }

    /// The text of the first answer; empty when it has none.
    #[must_use]
    pub fn text(&self) -> String {
        self.choices.first().map(|choice| choice.message.text()).unwrap_or_default()
    }

    /// The tools that the first answer wants called.
    #[must_use]
    pub fn tool_calls(&self) -> &[ToolCall] {
        self.choices.first().map_or(&[], |choice| &choice.message.tool_calls)
    }

    /// Why the first answer ended.
    #[must_use]
    pub fn finish_reason(&self) -> Option<&FinishReason> {
        self.choices.first().map(|choice| &choice.finish_reason)
    }
}
