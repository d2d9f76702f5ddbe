//! Embeddings.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Extra, Usage};

/// A request for embeddings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EmbedRequest {
    /// The model, as in a [`ChatRequest`](crate::ChatRequest).
    pub model: String,
    /// What to embed.
    pub input: EmbedInput,
    /// How many numbers each vector shall have.
    pub dimensions: Option<u32>,
    /// The end user.
    pub user: Option<String>,
    /// Fields that have no name here.
    pub extra: Extra,
}

impl EmbedRequest {
    /// A request for the embedding of one or several texts.
    #[must_use]
    pub fn new(model: impl Into<String>, input: impl Into<EmbedInput>) -> Self {
        Self { model: model.into(), input: input.into(), ..Self::default() }
    }
}

/// What to embed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum EmbedInput {
    /// One text.
    Text(String),
    /// Several texts.
    Texts(Vec<String>),
    /// Tokens, or parts of other kinds, in the vendor's own shape.
    Other(Value),
}

impl Default for EmbedInput {
    fn default() -> Self {
        Self::Texts(Vec::new())
    }
}

impl From<&str> for EmbedInput {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<String>> for EmbedInput {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

/// Embeddings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EmbedResponse {
    /// The provider's id of the call, if it gives one.
    pub id: Option<String>,
    /// The model that answered.
    pub model: String,
    /// One vector for each input, in the order of the inputs.
    pub embeddings: Vec<Embedding>,
    /// What the call used and cost.
    pub usage: Usage,
    /// Fields that have no name here.
    pub extra: Extra,
}

/// One vector.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Embedding {
    /// Which input it belongs to, from 0.
    pub index: u32,
    /// Its numbers.
    pub vector: Vec<f32>,
}
