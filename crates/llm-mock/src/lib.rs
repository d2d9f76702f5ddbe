#![doc = include_str!("../README.md")]

mod answer;
mod model;
mod provider;

pub use model::MockModel;
pub use provider::Mock;
