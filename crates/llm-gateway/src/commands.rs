//! What each command does.

pub(crate) mod chat;
pub(crate) mod check_config;
pub(crate) mod completions;
pub(crate) mod migrate;
pub(crate) mod models;
pub(crate) mod reconcile;
pub(crate) mod requests;
pub(crate) mod serve;
mod start;
pub(crate) mod usage;
