//! What a message holds: text, or parts of several kinds.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Extra;

/// The content of a message.
///
/// Text and a list with one text part mean the same to a model, and are not the same bytes: providers cache
/// prompts by their bytes, so what came as one is sent on as one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// Plain text.
    Text(String),
    /// Parts, in order.
    Parts(Vec<ContentPart>),
}

impl Content {
    /// All the text in it, joined without a separator.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Parts(parts) => parts.iter().filter_map(ContentPart::as_text).collect(),
        }
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Parts(parts) => parts.is_empty(),
        }
    }

    /// Its parts, text being one.
    #[must_use]
    pub fn into_parts(self) -> Vec<ContentPart> {
        match self {
            Self::Text(text) => vec![ContentPart::text(text)],
            Self::Parts(parts) => parts,
        }
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<ContentPart>> for Content {
    fn from(parts: Vec<ContentPart>) -> Self {
        Self::Parts(parts)
    }
}

/// One part of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContentPart {
    /// Text.
    Text(TextPart),
    /// A picture.
    Image(ImagePart),
    /// Sound.
    Audio(AudioPart),
    /// A film.
    Video(VideoPart),
    /// A document.
    File(FilePart),
    /// A model's refusal, in place of text.
    Refusal(RefusalPart),
    /// A part of a kind that has no name here, as it came.
    Other {
        /// The whole part.
        value: Value,
    },
}

impl ContentPart {
    /// A text part.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(TextPart { text: text.into(), ..TextPart::default() })
    }

    /// A picture by its address (`https:`) or its bytes (`data:image/png;base64,…`). It is never fetched by us.
    #[must_use]
    pub fn image(url: impl Into<String>) -> Self {
        Self::Image(ImagePart { url: url.into(), ..ImagePart::default() })
    }

    /// Sound: base64 bytes without a `data:` prefix, and their format (`wav`, `mp3`, …).
    #[must_use]
    pub fn audio(data: impl Into<String>, format: impl Into<String>) -> Self {
        Self::Audio(AudioPart { data: data.into(), format: format.into(), ..AudioPart::default() })
    }

    /// A document by its name and its address or `data:` bytes.
    #[must_use]
    pub fn file(filename: impl Into<String>, data: impl Into<String>) -> Self {
        Self::File(FilePart {
            filename: Some(filename.into()),
            data: Some(data.into()),
            ..FilePart::default()
        })
    }

    /// Its text, if it is a text part.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(part) => Some(&part.text),
            _ => None,
        }
    }
}

/// Where a provider may cut the prompt for its cache.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CacheControl {
    /// The kind of cache, `ephemeral` everywhere so far.
    #[serde(rename = "type")]
    pub kind: String,
    /// How long to keep it, in the vendor's own spelling (`5m`, `1h`); the vendor's default if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<String>,
    /// Fields that have no name here.
    #[serde(flatten)]
    pub extra: Extra,
}

impl CacheControl {
    /// A breakpoint with the vendor's default time to live.
    #[must_use]
    pub fn ephemeral() -> Self {
        Self { kind: "ephemeral".to_owned(), ttl: None, extra: Extra::new() }
    }
}

/// Text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TextPart {
    /// The text.
    pub text: String,
    /// A breakpoint of the provider's cache behind this part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<CacheControl>,
    /// Fields that have no name here.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImagePart {
    /// An `https:` address, or the bytes as a `data:` URL.
    pub url: String,
    /// How closely to look: `auto`, `low`, `high`, `original`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// A breakpoint of the provider's cache behind this part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<CacheControl>,
    /// Fields that have no name here.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Sound.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AudioPart {
    /// Base64 bytes, without a `data:` prefix.
    pub data: String,
    /// `wav`, `mp3`, …
    pub format: String,
    /// A breakpoint of the provider's cache behind this part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<CacheControl>,
    /// Fields that have no name here.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A film.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VideoPart {
    /// An `https:` address, or the bytes as a `data:` URL.
    pub url: String,
    /// A breakpoint of the provider's cache behind this part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<CacheControl>,
    /// Fields that have no name here.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A document: its bytes, or the id that the provider gave it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FilePart {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// An `https:` address, or the bytes as a `data:` URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// The id under which the provider already has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_id: Option<String>,
    /// A breakpoint of the provider's cache behind this part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<CacheControl>,
    /// Fields that have no name here.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A refusal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RefusalPart {
    /// The model's words.
    pub refusal: String,
    /// Fields that have no name here.
    #[serde(flatten)]
    pub extra: Extra,
}
