//! OpenAI Chat Completions, as OpenAI, OpenRouter, DeepSeek and a hundred compatible servers speak it.
//!
//! As a client: [`encode_request`], then [`decode_response`] for a whole answer, [`StreamDecoder`] for a stream, and
//! [`decode_failure`] for the body of an HTTP error. As a server: [`decode_request`], then [`encode_response`],
//! [`StreamEncoder`] and [`encode_error`]. The embeddings of the same API are [`encode_embed_request`] and its kin.

mod base64;
mod chunk;
mod content;
mod dialect;
mod embeddings;
mod error;
mod failure;
mod fields;
mod finish;
mod message;
mod object_writer;
mod raw_fields;
mod request;
mod response;
mod response_format;
mod stream_calls;
mod stream_decoder;
mod stream_encoder;
mod tolerant;
mod tool;
mod usage;

pub use dialect::{Dialect, MaxTokensField, ReasoningField, ReasoningText};
pub use embeddings::{
    EmbedFormat, decode_embed_request, decode_embed_response, encode_embed_request, encode_embed_response,
};
pub use error::encode_error;
pub use failure::{Failure, Reply, decode_failure};
pub use request::{Inbound, decode_request, encode_request, unsupported_fields};
pub use response::{decode_response, encode_response};
pub use stream_decoder::{StreamDecoder, StreamFailure};
pub use stream_encoder::StreamEncoder;
