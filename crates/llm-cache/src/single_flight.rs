//! One call for many who ask the same at the same time.

mod flight;
mod layer;

pub use layer::SingleFlightLayer;
