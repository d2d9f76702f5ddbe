//! Embeddings, both ways.

use llm_core::{EmbedRequest, EmbedResponse, Error, ErrorKind, Result};

use super::Reply;

/// The body of a request for embeddings.
///
/// # Errors
///
/// `InvalidRequest`.
pub fn encode_embed_request(request: &EmbedRequest) -> Result<Vec<u8>> {
    let _ = request;
    Err(Error::new(ErrorKind::InvalidRequest, "not written yet"))
}

/// Reads the body of a request for embeddings.
///
/// # Errors
///
/// `InvalidRequest`, naming the field.
pub fn decode_embed_request(body: &[u8]) -> Result<EmbedRequest> {
    let _ = body;
    Err(Error::new(ErrorKind::InvalidRequest, "not written yet"))
}

/// Reads the body of embeddings.
///
/// # Errors
///
/// `InvalidResponse`.
pub fn decode_embed_response(body: &[u8]) -> Result<Reply<EmbedResponse>> {
    let _ = body;
    Err(Error::new(ErrorKind::InvalidResponse, "not written yet"))
}

/// The body of embeddings.
#[must_use]
pub fn encode_embed_response(response: &EmbedResponse) -> Vec<u8> {
    let _ = response;
    Vec::new()
}
