//! Model ids: what a caller names, taken apart without I/O.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// The prefix that routes to OpenRouter, and is also the author of OpenRouter's own models.
const OPENROUTER: &str = "openrouter/";

/// The name of a model, checked for sense: `openrouter/anthropic/claude-sonnet-4`, `gpt-4o`, `fast`.
///
/// Between 1 and [`ModelId::MAX_LEN`] bytes, no white space, no control characters, no empty path segment.
/// Suffixes (`:free`, `:nitro`, …), presets (`@preset/…`) and aliases (`~author/family-latest`) are part of the
/// name and survive. Cloning costs one reference count.
///
/// ```
/// use llm_core::ModelId;
///
/// let id: ModelId = "openrouter/anthropic/claude-3-opus:nitro".parse()?;
/// assert_eq!(id.provider(), Some("openrouter"));
/// assert_eq!(id.upstream(), "anthropic/claude-3-opus:nitro");
///
/// // OpenRouter's own ids stay whole, however they are asked for.
/// let auto: ModelId = "openrouter/auto".parse()?;
/// assert_eq!((auto.provider(), auto.upstream()), (Some("openrouter"), "openrouter/auto"));
/// let twice: ModelId = "openrouter/openrouter/auto".parse()?;
/// assert_eq!(twice.upstream(), "openrouter/auto");
///
/// assert!("openrouter/".parse::<ModelId>().is_err());
/// # Ok::<(), llm_core::InvalidModelId>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelId(Arc<str>);

impl ModelId {
    /// The longest id, in bytes. The longest seen in a catalogue is under 100.
    pub const MAX_LEN: usize = 256;

    /// Checks a name.
    ///
    /// # Errors
    ///
    /// [`InvalidModelId`] says what is wrong with it.
    pub fn new(name: impl Into<Arc<str>>) -> Result<Self, InvalidModelId> {
        let name = name.into();
        if name.is_empty() {
            return Err(InvalidModelId::Empty);
        }
        if name.len() > Self::MAX_LEN {
            return Err(InvalidModelId::TooLong(name.len()));
        }
        if let Some(character) =
            name.chars().find(|c| c.is_control() || c.is_whitespace() || is_invisible(*c))
        {
            return Err(InvalidModelId::Character(character));
        }
        if name.split('/').any(str::is_empty) {
            return Err(InvalidModelId::EmptySegment(name));
        }
        Ok(Self(name))
    }

    /// The whole name, as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the first `/`: the provider, if the name is meant to have one.
    ///
    /// `None` for names without a `/`. Whether there is a provider of that name is the router's to say:
    /// `anthropic/claude-3-opus` may well be an OpenRouter id.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.0.split_once('/').map(|(provider, _)| provider)
    }

    /// The name that is sent to the provider: without the first segment, which is stripped once.
    ///
    /// OpenRouter's own ids (`openrouter/auto` and its kin, with any suffix) stay whole: every id of OpenRouter's
    /// is `author/slug`, so one segment behind `openrouter/` is a slug whose author is OpenRouter itself. A name
    /// without a `/` is its own upstream name.
    #[must_use]
    pub fn upstream(&self) -> &str {
        match self.0.strip_prefix(OPENROUTER) {
            Some(rest) if rest.contains('/') => rest,
            Some(_own) => &self.0,
            None => self.0.split_once('/').map_or(&*self.0, |(_, rest)| rest),
        }
    }
}

/// Characters that nobody sees, and that make two names look alike.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Why a name cannot be a model's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidModelId {
    /// It is empty.
    #[error("the model name is empty; name one such as `openrouter/anthropic/claude-sonnet-4`")]
    Empty,
    /// It is longer than [`ModelId::MAX_LEN`] bytes.
    #[error("the model name has {0} bytes; the longest that is accepted has {max}", max = ModelId::MAX_LEN)]
    TooLong(usize),
    /// It holds white space, or a character that cannot be seen.
    #[error(
        "the model name holds the character {0:?}; white space and invisible characters are not accepted"
    )]
    Character(char),
    /// It begins or ends with `/`, or holds `//`.
    #[error("the model name `{0}` has an empty part beside a `/`; write `<provider>/<model>`")]
    EmptySegment(Arc<str>),
}

impl FromStr for ModelId {
    type Err = InvalidModelId;

    fn from_str(name: &str) -> Result<Self, InvalidModelId> {
        Self::new(name)
    }
}

impl TryFrom<String> for ModelId {
    type Error = InvalidModelId;

    fn try_from(name: String) -> Result<Self, InvalidModelId> {
        Self::new(name)
    }
}

impl AsRef<str> for ModelId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl Serialize for ModelId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ModelId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
