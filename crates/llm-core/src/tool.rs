//! Tools: what a model may call, whether it must, and the calls.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{CacheControl, Extra};

/// Something that a model may call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Tool {
    /// A function of the caller's.
    Function(ToolFunction),
    /// A tool of the vendor's (a web search, say) or of a kind that has no name here, as it came.
    Other {
        /// The whole tool.
        value: Value,
    },
}

impl Tool {
    /// A function with its name, what it does, and the JSON Schema of its arguments.
    #[must_use]
    pub fn function(name: impl Into<String>, description: impl Into<String>, parameters: Value) -> Self {
        Self::Function(ToolFunction {
            name: name.into(),
            description: Some(description.into()),
            parameters: Some(parameters),
            ..ToolFunction::default()
        })
    }
}

/// A function that a model may call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ToolFunction {
    /// Its name, at most 64 bytes at most vendors.
    pub name: String,
    /// What it does, for the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The JSON Schema of its arguments; none if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Value>,
    /// Whether the vendor shall hold the model to the schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
    /// A breakpoint of the provider's cache behind this tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<CacheControl>,
    /// Fields of the function that have no name here.
    #[serde(default, skip_serializing_if = "Extra::is_empty")]
    pub function_extra: Extra,
    /// Fields beside the function that have no name here.
    #[serde(default, skip_serializing_if = "Extra::is_empty")]
    pub extra: Extra,
}

/// Whether the model may, must or must not call a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ToolChoice {
    /// It must not.
    None,
    /// It may.
    Auto,
    /// It must call one or more.
    Required,
    /// It must call this function.
    Function(String),
    /// A choice of a kind that has no name here, as it came.
    Other(Value),
}

/// A call that the model wants made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Its id, which the tool's message answers. Never empty: where a vendor sends none, one is made up.
    pub id: String,
    /// The function's name.
    pub name: String,
    /// The arguments, as the model wrote them: JSON in good answers, a part of it in cut ones.
    pub arguments: String,
    /// Fields of the function that have no name here.
    #[serde(default, skip_serializing_if = "Extra::is_empty")]
    pub function_extra: Extra,
    /// Fields beside the function that have no name here.
    #[serde(default, skip_serializing_if = "Extra::is_empty")]
    pub extra: Extra,
}

impl ToolCall {
    /// The arguments as JSON; empty ones are `{}`.
    ///
    /// # Errors
    ///
    /// When the model did not write JSON, or its answer was cut: do not run the tool then.
    pub fn parse_arguments(&self) -> serde_json::Result<Value> {
        if self.arguments.trim().is_empty() {
            return Ok(Value::Object(Extra::new()));
        }
        serde_json::from_str(&self.arguments)
    }
}
