//! Which models there are.

use llm_core::{Error, ErrorKind, Result};

/// A built-in model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MockModel {
    /// Says what the last message said.
    Echo,
    /// Writes placeholder text.
    Lorem,
    /// As echo, two seconds late.
    Slow,
    /// Refuses every call with 429.
    RateLimited,
    /// Refuses every call with 500.
    Broken,
    /// As echo, but breaks off in the middle.
    Cut,
}

impl MockModel {
    /// Every model, in the order of the list.
    pub const ALL: &'static [Self] =
        &[Self::Echo, Self::Lorem, Self::Slow, Self::RateLimited, Self::Broken, Self::Cut];

    /// Its name, without the provider's prefix.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Lorem => "lorem",
            Self::Slow => "slow",
            Self::RateLimited => "rate-limited",
            Self::Broken => "broken",
            Self::Cut => "cut",
        }
    }

    /// What it does, in a line.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Echo => "says what the last message said",
            Self::Lorem => "writes placeholder text, the same for the same request and seed",
            Self::Slow => "as echo, two seconds late",
            Self::RateLimited => "refuses every call: 429, retry-after 1 s",
            Self::Broken => "refuses every call: 500",
            Self::Cut => "as echo, but the answer breaks off in the middle",
        }
    }

    /// The model of this name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ModelNotFound`], listing those that there are.
    pub fn from_name(name: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|model| model.name() == name).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|model| format!("mock/{}", model.name())).collect();
            Error::new(
                ErrorKind::ModelNotFound,
                format!("there is no built-in model `mock/{name}`; there are {}", names.join(", ")),
            )
        })
    }
}
