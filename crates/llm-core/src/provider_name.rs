//! The name of a provider.

use std::{borrow::Borrow, fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// The name of a provider: `openrouter`, `mock`, or that of a platform team's own.
///
/// Between 1 and 64 lower-case letters, digits, `-` and `_`. There is no list of providers anywhere: a name is
/// all that makes one.
///
/// ```
/// use llm_core::ProviderName;
///
/// let name = ProviderName::new("in-house")?;
/// assert_eq!(name.as_str(), "in-house");
/// assert!(ProviderName::new("In House").is_err());
/// # Ok::<(), llm_core::InvalidProviderName>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProviderName(Arc<str>);

impl ProviderName {
    /// Checks a name.
    ///
    /// # Errors
    ///
    /// [`InvalidProviderName`] when it is empty, longer than 64 bytes, or holds another character.
    pub fn new(name: impl Into<Arc<str>>) -> Result<Self, InvalidProviderName> {
        let name = name.into();
        let fits = (1..=64).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
        if fits { Ok(Self(name)) } else { Err(InvalidProviderName(name)) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that cannot name a provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot name a provider: use 1 to 64 lower-case letters, digits, `-` and `_`")]
pub struct InvalidProviderName(Arc<str>);

impl FromStr for ProviderName {
    type Err = InvalidProviderName;

    fn from_str(name: &str) -> Result<Self, InvalidProviderName> {
        Self::new(name)
    }
}

impl Borrow<str> for ProviderName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl Serialize for ProviderName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ProviderName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
