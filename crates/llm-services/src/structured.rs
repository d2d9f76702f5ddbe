//! Answers that fit a schema.

mod ladder;
mod rung;
mod schema;
mod strict;

use std::ops::Deref;

use llm_core::{ChatResponse, RequestId};
use serde::{Deserialize, Serialize};

pub(crate) use ladder::{StructuredLayer, rung_of};
pub use schema::Schema;

/// An answer that fits a schema, as a value of a type.
///
/// It dereferences to the [`ChatResponse`] that it was read from. `usage` is that of all the turns that it took.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Structured<T> {
    /// The value.
    pub value: T,
    /// The request, as it stands in the log.
    pub request_id: RequestId,
    /// What made the answer fit.
    pub enforced_by: EnforcedBy,
    /// The answer itself; its text is the value's JSON.
    pub response: ChatResponse,
}

impl<T> Deref for Structured<T> {
    type Target = ChatResponse;

    fn deref(&self) -> &ChatResponse {
        &self.response
    }
}

/// What made an answer fit its schema: the rungs of the ladder, the strictest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EnforcedBy {
    /// The provider held the model to the schema.
    JsonSchema,
    /// The model was made to call a tool whose arguments are the answer.
    ToolCall,
    /// The model was told to write JSON and shown the schema; we checked what came.
    JsonMode,
}

impl EnforcedBy {
    /// Its name in answers and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JsonSchema => "json_schema",
            Self::ToolCall => "tool_call",
            Self::JsonMode => "json_mode",
        }
    }
}
