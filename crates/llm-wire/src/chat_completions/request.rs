//! Requests, both ways.

mod decode;
mod encode;

pub use decode::decode_request;
pub use encode::{encode_request, unsupported_fields};
use llm_core::ChatRequest;

/// A request as it came from a client.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Inbound {
    /// What is asked. The model is empty when the client named none.
    pub request: ChatRequest,
    /// Whether the answer shall be a stream.
    pub stream: bool,
    /// Whether the stream shall end with a chunk of usage: `stream_options.include_usage`, or OpenRouter's older
    /// `usage.include`.
    pub include_usage: bool,
}
