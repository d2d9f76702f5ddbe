//! Configuration: one TOML file, environment variables over it, flags over those.

mod database_url;
mod llm_config;
mod log_level;

pub use database_url::{DatabaseUrl, InvalidDatabaseUrl};
pub use llm_config::{
    CacheSettings, DatabaseSettings, DeadlineSettings, LlmConfig, OpenRouterSettings, RetrySettings, ServerSettings,
};
pub use log_level::{InvalidLogLevel, LogLevel};
