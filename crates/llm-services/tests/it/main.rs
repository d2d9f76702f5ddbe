//! The facade as applications meet it.

#[cfg(all(feature = "openrouter", feature = "structured"))]
mod cached;
mod config;
mod config_errors;
mod config_reference;
mod config_secrets;
#[cfg(all(feature = "mock", feature = "structured"))]
mod facade;
#[cfg(feature = "openrouter")]
mod faults;
#[cfg(feature = "mock")]
mod panics;
#[cfg(feature = "openrouter")]
mod start;
#[cfg(all(feature = "openrouter", feature = "structured"))]
mod structured;
