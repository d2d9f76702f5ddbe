//! How much is logged.

use std::{fmt, str::FromStr};

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LogLevel {
    /// What failed.
    Error,
    /// And what may fail soon.
    Warn,
    /// And what happens. The default.
    #[default]
    Info,
    /// And how.
    Debug,
    /// And every step of it.
    Trace,
}

/// A text that names no log level.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no log level; use `error`, `warn`, `info`, `debug` or `trace`")]
pub struct InvalidLogLevel(String);

impl LogLevel {
    /// Its name, as a tracing filter wants it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

impl FromStr for LogLevel {
    type Err = InvalidLogLevel;

    /// Capitals do not matter, and Python's `WARNING` and `CRITICAL` are understood.
    fn from_str(name: &str) -> Result<Self, InvalidLogLevel> {
        match name.to_ascii_lowercase().as_str() {
            "error" | "critical" => Ok(Self::Error),
            "warn" | "warning" => Ok(Self::Warn),
            "info" => Ok(Self::Info),
            "debug" => Ok(Self::Debug),
            "trace" => Ok(Self::Trace),
            _ => Err(InvalidLogLevel(name.to_owned())),
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
