//! Integration tests.

mod config;
mod config_errors;
mod config_reference;
mod config_secrets;
mod facade;
#[cfg(feature = "openrouter")]
mod faults;
