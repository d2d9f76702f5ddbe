#![doc = include_str!("../README.md")]

mod context;
mod forward;
mod health;
mod layer;
mod provider;
mod stream;
mod wait;

pub use context::{AttemptObserver, CallContext};
#[doc(hidden)]
pub use forward::__private;
pub use health::{Health, HealthStatus};
pub use layer::{Layer, SharedProvider};
#[cfg(feature = "mock")]
pub use provider::MockProvider;
pub use provider::{Abandon, Provider};
pub use stream::{ChatStream, begin, events, seal};
pub use wait::RetryWait;
