//! Integration tests.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic and tell"
)]

mod answers;
mod clients;
mod corpus;
mod embeddings;
mod failures;
mod generated;
mod payload;
mod replay;
mod requests;
mod robustness;
mod streams;
