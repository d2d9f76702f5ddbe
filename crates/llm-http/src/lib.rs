#![doc = include_str!("../README.md")]

mod base_url;
mod client;
mod config;
mod decode;
mod excerpt;
mod lines;
mod ndjson;
mod request;
mod reqwest_transport;
mod response;
mod retry_after;
mod sse;
mod status;
mod transport;

pub use base_url::{base_url, join};
pub use client::Client;
pub use config::ClientConfig;
pub use excerpt::excerpt;
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
pub use ndjson::{NdjsonDecoder, NdjsonItem, ndjson};
pub use request::Request;
pub use response::Response;
pub use retry_after::retry_after;
pub use sse::{SseDecoder, SseEvent, SseItem, SseLimits, sse};
pub use status::classify_status;
pub use transport::{ByteStream, Transport};
pub use url::Url;
