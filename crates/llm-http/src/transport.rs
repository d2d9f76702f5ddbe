//! The seam between what we ask of HTTP and who does it.

use std::{fmt::Debug, pin::Pin};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::Stream;
use llm_core::Result;

use crate::Request;

/// The bytes of a body as they come. Nothing is read unless it is polled; dropping it closes the exchange.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send + 'static>>;

/// Sends one request and gives what comes back: the one thing that [`Client`](crate::Client) leaves to a library.
///
/// An implementation sends a request once: it follows no redirect, tries nothing again after a byte of it may have
/// left, and keeps URLs and header values out of its errors. The limit on the wait for headers and all limits in size
/// are the client's.
#[async_trait]
pub trait Transport: Debug + Send + Sync + 'static {
    /// Resolves when the response's headers are there. Dropping the future cancels the exchange.
    ///
    /// The body's errors are [`ErrorKind::StreamInterrupted`](llm_core::ErrorKind::StreamInterrupted).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`](llm_core::ErrorKind::Unavailable) when no connection was made, or when it broke
    /// before the headers came; only in the second case `maybe_billed`.
    async fn send(&self, request: Request) -> Result<http::Response<ByteStream>>;
}
