//! What a model can do, as far as it is known.

use serde::{Deserialize, Serialize};

/// Whether a model can do a thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// It can.
    Yes,
    /// It cannot: asking for it is refused before any I/O.
    No,
    /// Nobody told us: asking for it is tried.
    #[default]
    Unknown,
}

impl Support {
    /// Whether it is known that it cannot.
    #[must_use]
    pub const fn is_no(self) -> bool {
        matches!(self, Self::No)
    }

    /// Whether it is known that it can.
    #[must_use]
    pub const fn is_yes(self) -> bool {
        matches!(self, Self::Yes)
    }
}

impl From<bool> for Support {
    fn from(known: bool) -> Self {
        if known { Self::Yes } else { Self::No }
    }
}

/// What a model can do, as far as it is known. The default knows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Capabilities {
    /// Stream its answer.
    pub streaming: Support,
    /// Call tools.
    pub tools: Support,
    /// Be made to call a certain tool.
    pub tool_choice: Support,
    /// Be held to a JSON Schema.
    pub json_schema: Support,
    /// Be held to some JSON object.
    pub json_object: Support,
    /// Read pictures.
    pub image_input: Support,
    /// Read sound.
    pub audio_input: Support,
    /// Read documents.
    pub file_input: Support,
    /// Reason before it answers.
    pub reasoning: Support,
    /// Make embeddings.
    pub embeddings: Support,
    /// How many tokens it reads and writes in all.
    pub context_length: Option<u64>,
    /// How many tokens it writes at most.
    pub max_output_tokens: Option<u64>,
}
