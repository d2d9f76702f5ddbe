//! One message of a conversation.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Content, Extra, ToolCall, open_enum::open_enum};

open_enum! {
    /// Who speaks.
    Role {
        /// The application, to the model.
        System = "system",
        /// The application, to a model that ranks it below its own system text.
        Developer = "developer",
        /// The person.
        User = "user",
        /// The model.
        Assistant = "assistant",
        /// A tool, answering a call.
        Tool = "tool",
    }
}

/// One message of a conversation.
///
/// An assistant's message from an answer can be put into the next request as it is: reasoning items, annotations
/// and signatures travel in it verbatim, as providers demand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said. `None` where the vendor said `null` or nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// The speaker's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Tools that the model wants called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// The call that a tool's message answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    /// The model's refusal, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// The model's reasoning as plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// The model's reasoning as the vendor's own items, opaque, complete and in order. They carry the same text as
    /// `reasoning`: show one of the two. They go back to the vendor verbatim in the next turn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasoning_details: Vec<Value>,
    /// Fields that have no name here: `annotations`, `images`, `audio`, …
    #[serde(flatten)]
    pub extra: Extra,
}

impl Message {
    /// A message with content.
    #[must_use]
    pub fn new(role: Role, content: impl Into<Content>) -> Self {
        Self { content: Some(content.into()), ..Self::empty(role) }
    }

    /// A message that says nothing yet.
    #[must_use]
    pub fn empty(role: Role) -> Self {
        Self {
            role,
            content: None,
            name: None,
            tool_calls: Vec::new(),
            tool_call_id: None,
            refusal: None,
            reasoning: None,
            reasoning_details: Vec::new(),
            extra: Extra::new(),
        }
    }

    /// The application's instructions.
    #[must_use]
    pub fn system(content: impl Into<Content>) -> Self {
        Self::new(Role::System, content)
    }

    /// What the person says.
    #[must_use]
    pub fn user(content: impl Into<Content>) -> Self {
        Self::new(Role::User, content)
    }

    /// What the model said. As the last message of a request it is a prefill, which not every model takes.
    #[must_use]
    pub fn assistant(content: impl Into<Content>) -> Self {
        Self::new(Role::Assistant, content)
    }

    /// A tool's answer to the call with this id.
    #[must_use]
    pub fn tool(call_id: impl Into<String>, content: impl Into<Content>) -> Self {
        Self { tool_call_id: Some(call_id.into()), ..Self::new(Role::Tool, content) }
    }

    /// All the text in it; empty when there is none.
    #[must_use]
    pub fn text(&self) -> String {
        self.content.as_ref().map(Content::text).unwrap_or_default()
    }
}
