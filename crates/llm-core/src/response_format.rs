//! What shape the answer shall have.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Extra;

/// What shape the answer shall have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ResponseFormat {
    /// Free text.
    Text,
    /// Some JSON object. Several vendors want the word "JSON" in the messages too.
    JsonObject,
    /// JSON that fits a schema.
    JsonSchema(JsonSchemaFormat),
    /// A shape of a kind that has no name here, as it came.
    Other(Value),
}

/// A schema that the answer shall fit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JsonSchemaFormat {
    /// Its name: letters, digits, `_` and `-`, at most 64.
    pub name: String,
    /// What it describes, for the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The JSON Schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
    /// Whether the vendor shall hold the model to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
    /// Fields that have no name here.
    #[serde(default, skip_serializing_if = "Extra::is_empty")]
    pub extra: Extra,
}
