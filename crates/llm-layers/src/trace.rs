//! Spans around calls.

mod fields;
mod layer;
mod span;
mod stream;

pub use layer::TracingLayer;
