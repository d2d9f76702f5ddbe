#![doc = include_str!("../README.md")]

mod answer;
mod canonical;
mod config;
mod key;
mod layer;
mod moka_cache;
mod recording;
mod single_flight;
mod store;

pub use answer::CachedAnswer;
pub use config::CacheConfig;
pub use key::CacheKey;
pub use layer::CacheLayer;
pub use moka_cache::MokaCache;
pub use single_flight::SingleFlightLayer;
pub use store::{CacheEntry, Cached, Invalidation, ResponseCache};
