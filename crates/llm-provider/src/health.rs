//! How a provider is.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How a provider is, as far as it can be told without a paid call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Health {
    /// In a word.
    pub status: HealthStatus,
    /// How long the look took; `None` when nobody looked.
    pub latency: Option<Duration>,
    /// Why, when it is not up.
    pub message: Option<String>,
}

impl Health {
    /// A state without a reason.
    #[must_use]
    pub fn new(status: HealthStatus) -> Self {
        Self { status, ..Self::default() }
    }

    /// Says how long the look took.
    #[must_use]
    pub fn with_latency(mut self, latency: Duration) -> Self {
        self.latency = Some(latency);
        self
    }

    /// Says why.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }
}

/// How a provider is, in a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HealthStatus {
    /// It answers.
    Up,
    /// It answers, but not every call.
    Degraded,
    /// It does not answer, or does not accept our key.
    Down,
    /// Nobody looked.
    #[default]
    Unknown,
}
