//! The environment: the one place where it is read.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Environment variables: the process's, or a map's.
///
/// A variable that is empty, or white space, counts as not set. `Debug` shows names alone, for the values are keys
/// more often than not.
///
/// ```
/// use llm_services::{Environment, LlmConfig, Sources};
///
/// let environment = Environment::from_iter([("CACHE_ENABLED", "true"), ("CACHE_TTL", "90s")]);
/// let config = LlmConfig::load(Sources::new(environment))?;
/// assert_eq!(config.cache.ttl.as_secs(), 90);
/// # Ok::<(), llm_services::ConfigErrors>(())
/// ```
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    unreadable: BTreeSet<String>,
}

impl Environment {
    /// The variables of this process, as they are now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one file that reads the environment")]
    pub fn of_process() -> Self {
        let mut environment = Self::default();
        // `vars` would panic at a variable that is not UTF-8, even at one that is nothing to us.
        for (name, value) in std::env::vars_os() {
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => environment.insert(name, &value),
                Err(_) => {
                    environment.unreadable.insert(name);
                }
            }
        }
        environment
    }

    /// The value of a variable, without white space around it; `None` if it is not set, or is empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The names of the variables that are set.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// The names of the variables that are set, but not to text.
    pub(super) fn unreadable(&self) -> impl Iterator<Item = &str> {
        self.unreadable.iter().map(String::as_str)
    }

    fn insert(&mut self, name: String, value: &str) {
        let value = value.trim();
        if !value.is_empty() {
            self.variables.insert(name, value.to_owned());
        }
    }
}

impl<K: Into<String>, V: AsRef<str>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let mut environment = Self::default();
        for (name, value) in variables {
            environment.insert(name.into(), value.as_ref());
        }
        environment
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests;
