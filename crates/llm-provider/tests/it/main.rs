//! Contexts keep to themselves; streams end exactly once.

mod context;
mod stream;
