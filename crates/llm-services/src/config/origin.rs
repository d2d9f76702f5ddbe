//! Where a setting's value came from.

use std::{fmt, sync::Arc};

/// Where a setting's value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The program set it, in the field.
    Code,
    /// A file.
    File {
        /// Its name, as it was given.
        name: Arc<str>,
        /// The line and the column, both from 1, where it is known.
        position: Option<(usize, usize)>,
    },
    /// An environment variable.
    Environment {
        /// Its name.
        variable: String,
    },
    /// A command line flag.
    Flag {
        /// Its name, dashes included.
        name: String,
    },
}

impl Origin {
    /// The order in which problems are told: from the file, from top to bottom, then from the environment, then from
    /// the command line.
    pub(super) fn rank(&self) -> (u8, Option<(usize, usize)>) {
        match self {
            Self::File { position, .. } => (0, *position),
            Self::Environment { .. } => (1, None),
            Self::Flag { .. } => (2, None),
            Self::Default | Self::Code => (3, None),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Code => f.write_str("set in code"),
            Self::File { name, position: None } => f.write_str(name),
            Self::File { name, position: Some((line, column)) } => write!(f, "{name}:{line}:{column}"),
            Self::Environment { variable } => write!(f, "environment variable {variable}"),
            Self::Flag { name } => write!(f, "flag {name}"),
        }
    }
}
