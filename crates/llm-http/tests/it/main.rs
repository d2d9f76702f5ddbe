//! The client over real sockets; its limits on a transport of our own; the decoders against any chunking.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod chunking;
mod client;
mod fixtures;
mod limits;
mod proxy;
mod server;
mod streams;
