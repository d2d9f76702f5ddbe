//! What can be set, with its defaults.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use llm_core::ProviderName;
use secrecy::SecretString;
use url::Url;

use super::{DatabaseUrl, LogLevel, Origin, render};

/// Everything that can be set. Its default works as it stands, without any key: the built-in models answer.
///
/// Read it with [`LlmConfig::from_env`] or [`LlmConfig::load`], or set its fields; then [`LlmConfig::validate`] says
/// what does not fit together. Its `Debug` shows no secret.
///
/// ```
/// use llm_services::LlmConfig;
///
/// let mut config = LlmConfig::default();
/// config.cache.enabled = true;
/// config.aliases.insert("fast".into(), "openrouter/google/gemini-2.5-flash".into());
/// config.validate()?;
/// # Ok::<(), llm_services::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LlmConfig {
    /// The OpenRouter provider.
    pub openrouter: OpenRouterSettings,
    /// The provider that takes every name which nothing else claims. Default: none, such names are refused.
    pub default_provider: Option<ProviderName>,
    /// The model of requests that name none. Default: `openrouter/auto` if OpenRouter has a key, else `mock/echo`.
    pub default_model: Option<String>,
    /// Models by role, such as `creator`: names that a request can ask for.
    pub roles: BTreeMap<String, String>,
    /// Names that stand for other names, such as `fast`.
    pub aliases: BTreeMap<String, String>,
    /// Models whose provider is not in their name, as `<provider>/<model>`.
    pub models: BTreeMap<String, String>,
    /// Where the ledger is kept.
    pub database: DatabaseSettings,
    /// The cache of answers.
    pub cache: CacheSettings,
    /// How long each part of a call may take.
    pub deadlines: DeadlineSettings,
    /// When and how often a failed attempt is made again.
    pub retry: RetrySettings,
    /// The least that is logged.
    pub log_level: LogLevel,
    /// Whether errors and logs say more than a user needs. It never shows secrets or prompts. Default: `false`.
    pub debug: bool,
    /// The server.
    pub server: ServerSettings,
    /// Where each value came from, by its path; what is not here is the default, or was set in code.
    pub(super) origins: BTreeMap<String, Origin>,
    pub(super) warnings: Vec<String>,
}

impl LlmConfig {
    /// Where the value of a setting such as `cache.ttl` came from.
    #[must_use]
    pub fn origin(&self, setting: &str) -> Origin {
        match self.origins.get(setting) {
            Some(origin) => origin.clone(),
            None if render::shown(self, setting) == render::shown(&Self::default(), setting) => {
                Origin::Default
            }
            None => Origin::Code,
        }
    }

    /// What is not wrong, but not as it seems either, a line each: variables of ours that have no effect in this
    /// version or are overruled by another, a key that would travel in the clear. Log them at start-up.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// The OpenRouter provider.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OpenRouterSettings {
    /// The key. Without one, calls to OpenRouter are refused.
    pub api_key: Option<SecretString>,
    /// Where its API is, without a trailing `/`. Default: `https://openrouter.ai/api/v1`.
    pub base_url: Url,
    /// The name of your application in OpenRouter's rankings. Default: none is sent.
    pub title: Option<String>,
    /// The address of your application in OpenRouter's rankings. Default: none is sent.
    pub referer: Option<String>,
    /// The categories of your application in OpenRouter's rankings: lower-case words joined by `-`, at most 30 bytes
    /// each. Default: none are sent.
    pub categories: Vec<String>,
    /// Whether the key is checked at start-up by a free call. Default: `false`.
    pub check_key_at_start: bool,
}

impl Default for OpenRouterSettings {
    fn default() -> Self {
        Self {
            api_key: None,
            base_url: openrouter_base_url(),
            title: None,
            referer: None,
            categories: Vec::new(),
            check_key_at_start: false,
        }
    }
}

#[expect(clippy::expect_used, reason = "a constant, parsed by the first test that makes a configuration")]
fn openrouter_base_url() -> Url {
    Url::parse("https://openrouter.ai/api/v1").expect("a constant")
}

/// Where the ledger is kept.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DatabaseSettings {
    /// The database. Default: the SQLite file `llm.db` in the working directory.
    pub url: DatabaseUrl,
    /// The local file that holds records on their way to a PostgreSQL server. An SQLite database is its own spool and
    /// does not use it. Default: `llm-spool.db` in the working directory.
    pub spool: PathBuf,
    /// The most bytes that may wait in the spool; at this size new requests are refused before they cost money.
    /// Default: 1 GiB.
    pub spool_max_bytes: u64,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self {
            url: DatabaseUrl::default(),
            spool: PathBuf::from("llm-spool.db"),
            spool_max_bytes: 1024 * 1024 * 1024,
        }
    }
}

/// The cache of answers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CacheSettings {
    /// Whether answers are cached when a request does not say. Default: `false`.
    pub enabled: bool,
    /// How long an answer is kept when a request does not say. Default: 5 minutes.
    pub ttl: Duration,
    /// The most bytes that the cache in this process holds. Default: 64 MiB.
    pub max_bytes: u64,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self { enabled: false, ttl: Duration::from_secs(5 * 60), max_bytes: 64 * 1024 * 1024 }
    }
}

/// How long each part of a call may take. None is zero.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeadlineSettings {
    /// To connect. Default: 5 s.
    pub connect: Duration,
    /// From the request to the head of the answer. Default: 60 s.
    pub headers: Duration,
    /// From the request to the first content. Default: 60 s.
    pub first_token: Duration,
    /// Between two signs of life of a stream. Default: 60 s.
    pub idle: Duration,
    /// A whole call that is not streamed, every attempt included. Default: 600 s.
    pub total_unary: Duration,
    /// A whole stream, every attempt included. Default: 900 s.
    pub total_stream: Duration,
}

impl Default for DeadlineSettings {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            headers: Duration::from_secs(60),
            first_token: Duration::from_secs(60),
            idle: Duration::from_secs(60),
            total_unary: Duration::from_secs(600),
            total_stream: Duration::from_secs(900),
        }
    }
}

/// When and how often a failed attempt is made again.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RetrySettings {
    /// The most attempts for one model, the first included. Default: 3; at least 1, at most 10.
    pub max_attempts: u32,
    /// The wait before the second attempt, before jitter; it doubles from there. Default: 250 ms.
    pub base: Duration,
    /// The longest wait between attempts, unless the provider asks for more. Default: 8 s.
    pub cap: Duration,
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self { max_attempts: 3, base: Duration::from_millis(250), cap: Duration::from_secs(8) }
    }
}

/// The server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerSettings {
    /// Where it listens. Default: `127.0.0.1:8100`, which only this machine can reach.
    pub listen: SocketAddr,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8100)) }
    }
}
