//! Calling again after a failure that may pass.

mod bucket;
mod layer;
mod policy;

pub use layer::RetryLayer;
pub(crate) use policy::LEAST_TIME;
pub use policy::{Jitter, RetryBudget, RetryPolicy, full_jitter};
