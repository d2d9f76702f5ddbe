//! What a caller asks of us rather than of the model.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a caller asks of us rather than of the model. None of it is sent to a provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CallOptions {
    /// Whether the response cache may answer, and keep the answer.
    pub cache: CacheMode,
    /// Limits on time that differ from the configured ones.
    pub limits: Limits,
    /// Drop what the provider cannot honour, and say so in the answer, instead of refusing the call.
    pub lenient: bool,
    /// What the call is for. Set by the facade.
    pub operation: Operation,
}

/// Whether the response cache may answer a request, and keep its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CacheMode {
    /// As configured; never for requests that ask for randomness.
    #[default]
    Default,
    /// Never.
    Off,
    /// Yes, for this long (the configured time if `None`), even for requests that ask for randomness.
    On {
        /// How long to keep the answer.
        ttl: Option<Duration>,
    },
}

/// Limits on time. `None` means the configured one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Limits {
    /// From the call to the first content of a stream.
    pub first_token: Option<Duration>,
    /// Between two signs of life in a stream.
    pub idle: Option<Duration>,
    /// The whole call with all its attempts.
    pub total: Option<Duration>,
}

/// What a call is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// A free answer.
    #[default]
    Chat,
    /// An answer that fits a schema, enforced by the ladder of structured output.
    Structured,
    /// Embeddings.
    Embed,
}

impl Operation {
    /// The name that stands in the ledger.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Structured => "structured",
            Self::Embed => "embed",
        }
    }
}
