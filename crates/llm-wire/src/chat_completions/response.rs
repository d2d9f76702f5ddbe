//! Whole answers, both ways.

use llm_core::{ChatResponse, Error, ErrorKind, Result};

use super::Reply;

/// Reads the body of an answer.
///
/// # Errors
///
/// `InvalidResponse` when it is neither an answer nor a failure.
pub fn decode_response(body: &[u8]) -> Result<Reply<ChatResponse>> {
    let _ = body;
    Err(Error::new(ErrorKind::InvalidResponse, "not written yet"))
}

/// The body of an answer. `id` is what the client shall know it by.
#[must_use]
pub fn encode_response(response: &ChatResponse, id: &str) -> Vec<u8> {
    let _ = (response, id);
    Vec::new()
}
