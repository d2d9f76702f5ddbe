//! Configuration: one TOML file, environment variables over it, flags over those.

mod check;
mod database_url;
mod environment;
mod errors;
mod file;
mod llm_config;
mod log_level;
mod names;
mod origin;
mod overlay;
mod reference;
mod render;
mod settings;
mod sources;
mod suggest;
mod units;
mod value;

pub use database_url::{DatabaseUrl, InvalidDatabaseUrl};
pub use environment::Environment;
pub use errors::{ConfigError, ConfigErrors};
pub use llm_config::{
    CacheSettings, DatabaseSettings, DeadlineSettings, LlmConfig, OpenRouterSettings, RetrySettings,
    ServerSettings,
};
pub use log_level::{InvalidLogLevel, LogLevel};
pub use origin::Origin;
pub use sources::{Flag, Sources};
