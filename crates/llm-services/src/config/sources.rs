//! Where a configuration is read from.

use std::{path::PathBuf, sync::Arc};

use super::{ConfigErrors, Environment, LlmConfig, file, overlay::Overlay};

/// The variable that names the file.
pub(super) const FILE_VARIABLE: &str = "LLM_CONFIG";

/// Where a configuration is read from. Flags win over the environment, it over the file, and that over the defaults.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Sources {
    /// The TOML file; else the one that the variable `LLM_CONFIG` names; else none.
    pub file: Option<PathBuf>,
    /// The environment.
    pub environment: Environment,
    /// Settings from the command line.
    pub flags: Vec<Flag>,
}

/// A setting from the command line.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Flag {
    /// The flag's name, dashes included, for messages: `--listen`.
    pub name: String,
    /// The setting: `server.listen`.
    pub setting: String,
    /// Its value, as text. It is not for secrets, which other users of the machine can see in a command line.
    pub value: String,
}

impl Sources {
    /// This environment, and the file that it may name.
    #[must_use]
    pub fn new(environment: Environment) -> Self {
        Self { environment, ..Self::default() }
    }

    /// Reads this file, whatever the environment names.
    #[must_use]
    pub fn with_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Lays one setting from the command line over all else.
    ///
    /// ```
    /// use llm_services::{LlmConfig, Sources};
    ///
    /// let sources = Sources::default().with_flag("--listen", "server.listen", "127.0.0.1:9000");
    /// assert_eq!(LlmConfig::load(sources)?.server.listen.port(), 9000);
    /// # Ok::<(), llm_services::ConfigErrors>(())
    /// ```
    #[must_use]
    pub fn with_flag(
        mut self,
        name: impl Into<String>,
        setting: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        self.flags.push(Flag { name: name.into(), setting: setting.into(), value: value.into() });
        self
    }
}

impl LlmConfig {
    /// The configuration of this process: the file that the variable `LLM_CONFIG` names, if it is set, and the
    /// environment over it.
    ///
    /// # Errors
    ///
    /// [`ConfigErrors`], which holds every problem at once.
    pub fn from_env() -> Result<Self, ConfigErrors> {
        Self::load(Sources::new(Environment::of_process()))
    }

    /// The configuration out of these sources, [validated](LlmConfig::validate).
    ///
    /// # Errors
    ///
    /// [`ConfigErrors`], which holds every problem of every source at once, also of values that a later source
    /// overrides.
    pub fn load(sources: Sources) -> Result<Self, ConfigErrors> {
        let mut overlay = Overlay::default();
        let named = sources.environment.get(FILE_VARIABLE).map(PathBuf::from);
        if let Some(path) = sources.file.or(named) {
            file::read(&mut overlay, &path);
        }
        overlay.environment(&sources.environment);
        for flag in sources.flags {
            overlay.flag(flag);
        }
        overlay.finish()
    }

    /// The configuration out of the text of a file alone, [validated](LlmConfig::validate). Errors call the file
    /// `name`.
    ///
    /// # Errors
    ///
    /// [`ConfigErrors`], which holds every problem at once.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, ConfigErrors> {
        let mut overlay = Overlay::default();
        file::parse(&mut overlay, Arc::from(name), text);
        overlay.finish()
    }
}
