//! The ledger under everything that can happen to a call.

mod admission;
mod database;
mod double;
mod drain;
mod forwarding;
mod outcomes;
mod postgres;
mod proxy;
mod reading;
mod recovery;
mod settlement;
mod storm;
mod sums;
