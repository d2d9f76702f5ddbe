#![doc = include_str!("../README.md")]

mod builder;
mod config;
mod generated;
mod health;
mod pipeline;
mod reconcile;
mod router;
mod sense;
mod service;
#[cfg(feature = "structured")]
mod structured;

pub use builder::LlmServiceBuilder;
pub use config::{
    CacheSettings, ConfigError, ConfigErrors, DatabaseSettings, DatabaseUrl, DeadlineSettings, Environment,
    Flag, InvalidDatabaseUrl, InvalidLogLevel, LlmConfig, LogLevel, OpenRouterSettings, Origin,
    RetrySettings, ServerSettings, Sources,
};
pub use generated::{Generated, GeneratedStream, ModelList};
pub use health::ServiceHealth;
pub use llm_cache as cache;
pub use llm_core::*;
pub use llm_provider as provider;
pub use llm_request_log as request_log;
pub use reconcile::SettledCosts;
pub use router::{Route, Router, Routes};
pub use service::LlmService;
#[cfg(feature = "structured")]
pub use structured::{EnforcedBy, Schema, Structured};

/// The examples of the project's front page.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct FrontPage;
