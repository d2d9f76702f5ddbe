//! Requests, both ways.

use llm_core::{ChatRequest, Error, ErrorKind, Result};

use super::Dialect;

/// A request as it came from a client.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Inbound {
    /// What is asked.
    pub request: ChatRequest,
    /// Whether the answer shall be a stream.
    pub stream: bool,
    /// Whether the stream shall end with a chunk of usage.
    pub include_usage: bool,
}

/// The body of a request.
///
/// # Errors
///
/// `Unsupported` for what the dialect cannot say.
pub fn encode_request(request: &ChatRequest, stream: bool, dialect: &Dialect) -> Result<Vec<u8>> {
    let _ = (request, stream, dialect);
    Err(Error::new(ErrorKind::Unsupported, "not written yet"))
}

/// The fields of a request that the dialect cannot say.
#[must_use]
pub fn unsupported_fields(request: &ChatRequest, dialect: &Dialect) -> Vec<String> {
    let _ = (request, dialect);
    Vec::new()
}

/// Reads the body of a request.
///
/// # Errors
///
/// `InvalidRequest`, naming the field.
pub fn decode_request(body: &[u8]) -> Result<Inbound> {
    let _ = body;
    Err(Error::new(ErrorKind::InvalidRequest, "not written yet"))
}
