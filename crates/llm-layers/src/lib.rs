#![doc = include_str!("../README.md")]

mod deadlines;
mod retry;
mod trace;

pub use deadlines::{DeadlineLayer, Deadlines, deadline_for};
pub use retry::{Jitter, RetryBudget, RetryLayer, RetryPolicy, full_jitter};
pub use trace::TracingLayer;
