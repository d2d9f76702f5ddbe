//! Calls whose answer is not a conversation: pictures, speech, news.

use serde::{Deserialize, Serialize};

use crate::{Extra, Usage};

/// A request for pictures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageRequest {
    /// The model, as in a [`ChatRequest`](crate::ChatRequest).
    pub model: String,
    /// What to draw.
    pub prompt: String,
    /// Fields that have no name here: number, size, quality, …
    pub extra: Extra,
}

/// Pictures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ImageResponse {
    /// Their addresses, or their bytes as `data:` URLs.
    pub urls: Vec<String>,
    /// What the call used and cost.
    pub usage: Usage,
    /// Fields that have no name here.
    pub extra: Extra,
}

/// A request for speech.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AudioRequest {
    /// The model, as in a [`ChatRequest`](crate::ChatRequest).
    pub model: String,
    /// What to say.
    pub text: String,
    /// Whose voice, in the vendor's own names.
    pub voice: Option<String>,
    /// Fields that have no name here: format, speed, …
    pub extra: Extra,
}

/// Speech.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AudioResponse {
    /// The sound, encoded as `format` says.
    pub bytes: Vec<u8>,
    /// `mp3`, `wav`, …
    pub format: String,
    /// What the call used and cost.
    pub usage: Usage,
    /// Fields that have no name here.
    pub extra: Extra,
}

/// A request for recent news.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NewsRequest {
    /// The model, as in a [`ChatRequest`](crate::ChatRequest).
    pub model: String,
    /// What to look for.
    pub query: String,
    /// Fields that have no name here.
    pub extra: Extra,
}

/// Recent news.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NewsResponse {
    /// The findings, in the vendor's order.
    pub items: Vec<NewsItem>,
    /// What the call used and cost.
    pub usage: Usage,
    /// Fields that have no name here.
    pub extra: Extra,
}

/// One piece of news.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NewsItem {
    /// Its headline.
    pub title: String,
    /// Where it stands.
    pub url: String,
    /// What it says.
    pub summary: String,
    /// Fields that have no name here.
    pub extra: Extra,
}
