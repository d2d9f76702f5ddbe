//! Limits on time, for the whole call and for its silences.

mod layer;
mod limits;
mod timed;

pub use layer::DeadlineLayer;
pub use limits::{Deadlines, deadline_for};
