//! What is wrong with a configuration: all of it, each with its place.

use std::fmt;

use llm_core::{Error, ErrorKind};

use super::Origin;

/// One thing that is wrong: where, what, and what to do. It never repeats a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigError {
    /// Where the value came from.
    pub origin: Origin,
    /// The setting, such as `cache.ttl`; `None` where it is about a whole file.
    pub setting: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub advice: Option<String>,
}

impl ConfigError {
    pub(super) fn new(origin: Origin, problem: impl Into<String>) -> Self {
        Self { origin, setting: None, problem: problem.into(), advice: None }
    }

    /// Says what is wrong with a setting: the problem goes on after the setting's name.
    pub(super) fn about(origin: Origin, setting: impl Into<String>, problem: &str) -> Self {
        let setting = setting.into();
        let problem = format!("`{setting}` {problem}");
        Self { origin, setting: Some(setting), problem, advice: None }
    }

    pub(super) fn advise(mut self, advice: impl Into<Option<String>>) -> Self {
        self.advice = advice.into();
        self
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.problem)?;
        self.advice.iter().try_for_each(|advice| write!(f, "; {advice}"))
    }
}

impl std::error::Error for ConfigError {}

/// Everything that is wrong with a configuration, one line each: the file's, from top to bottom, the
/// environment's, the command line's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// `Ok` if nothing is wrong.
    pub(super) fn none_or(errors: Vec<ConfigError>) -> Result<(), Self> {
        if errors.is_empty() { Ok(()) } else { Err(Self(errors)) }
    }

    /// The errors; there is at least one.
    #[must_use]
    pub fn as_slice(&self) -> &[ConfigError] {
        &self.0
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("the configuration has a problem")?,
            count => write!(f, "the configuration has {count} problems")?,
        }
        self.0.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

impl std::error::Error for ConfigErrors {}

impl From<ConfigErrors> for Error {
    /// [`ErrorKind::NotConfigured`], with every problem in the message: it is shown at start-up, to an operator.
    fn from(errors: ConfigErrors) -> Self {
        Self::new(ErrorKind::NotConfigured, errors.to_string()).with_source(errors)
    }
}
