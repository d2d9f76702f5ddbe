//! One answer out of those that were asked for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Extra, Message, open_enum::open_enum};

open_enum! {
    /// Why an answer ended.
    FinishReason {
        /// The model was done.
        Stop = "stop",
        /// It ran into the limit on tokens: the text, or a tool call's arguments, are cut.
        Length = "length",
        /// It wants tools called.
        ToolCalls = "tool_calls",
        /// The vendor's filter stopped it.
        ContentFilter = "content_filter",
        /// Something broke upstream.
        Error = "error",
    }
}

/// One answer out of those that were asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Choice {
    /// Its number, from 0.
    pub index: u32,
    /// What the model said.
    pub message: Message,
    /// Why it ended.
    pub finish_reason: FinishReason,
    /// The reason in the words of the vendor behind the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub native_finish_reason: Option<String>,
    /// Log probabilities, in the vendor's own shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<Value>,
    /// Fields that have no name here.
    #[serde(default, skip_serializing_if = "Extra::is_empty")]
    pub extra: Extra,
}

impl Choice {
    /// An answer that ended for this reason.
    #[must_use]
    pub fn new(index: u32, message: Message, finish_reason: FinishReason) -> Self {
        Self {
            index,
            message,
            finish_reason,
            native_finish_reason: None,
            logprobs: None,
            extra: Extra::new(),
        }
    }
}
