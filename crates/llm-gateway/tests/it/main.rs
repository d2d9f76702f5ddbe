//! The gateway as its users meet it: the binary, its exit codes, its HTTP, and what is left when it is killed.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod cli;
mod gateway;
mod kill;
mod postgres;
mod serve;
mod stop;
