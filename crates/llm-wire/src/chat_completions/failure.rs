//! What a server says when it fails, in every shape that was seen.

use llm_core::{Extra, Partial};
use serde_json::Value;

/// An answer, or what stands in its place.
///
/// A status of 200 does not make an answer: a body may hold an error, with or without the part that was done.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply<T> {
    /// The answer.
    Answer(T),
    /// The server's failure.
    Failure(Failure),
}

/// A server's failure in its own words. The provider's table makes an [`llm_core::Error`] of it.
///
/// The words are the vendor's: they may quote the prompt, and belong into a log's detail, not to a client.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// What it says, maybe empty.
    pub message: String,
    /// Its `type`.
    pub kind: Option<String>,
    /// Its `code`, numbers as decimal text.
    pub code: Option<String>,
    /// The HTTP status that the body names: `http_status`, `status`, or a `code` between 400 and 599.
    pub status: Option<u16>,
    /// The field of the request that it is about.
    pub param: Option<String>,
    /// `metadata`, in the vendor's own shape.
    pub metadata: Option<Value>,
    /// What a whole body gave beside the error: text and usage. In a stream they came as events before.
    pub partial: Option<Partial>,
    /// Fields of the error, and beside it, that have no name here.
    pub extra: Extra,
}

/// Reads the body of a failed call.
///
/// `None` when it holds no error in any shape that is known: HTML, nothing at all, an answer.
#[must_use]
pub fn decode_failure(body: &[u8]) -> Option<Failure> {
    Failure::from_body(serde_json::from_slice(body).ok()?)
}

impl Failure {
    /// The failure in a body that is JSON.
    fn from_body(body: Value) -> Option<Self> {
        match body {
            Value::Array(bodies) => bodies.into_iter().find_map(Self::from_body),
            Value::Object(fields) => Self::from_fields(fields),
            _ => None,
        }
    }

    /// The failure in a body that is an object: under `error` or `detail`, or the object itself.
    fn from_fields(mut fields: Extra) -> Option<Self> {
        if let Some(error) = fields.remove("error").filter(|error| !error.is_null()) {
            return Some(Self::from_error(error, fields));
        }
        if let Some(detail) = fields.remove("detail").filter(|detail| !detail.is_null()) {
            return Some(Self::from_error(detail, fields));
        }
        let flat = fields.get("message").is_some_and(Value::is_string) && !fields.contains_key("choices");
        flat.then(|| Self::from_error(Value::Object(fields), Extra::new()))
    }

    /// The failure that the value of `error` says, and the fields beside it.
    pub(super) fn from_error(error: Value, beside: Extra) -> Self {
        let _ = beside;
        Self { message: error.to_string(), ..Self::default() }
    }
}
