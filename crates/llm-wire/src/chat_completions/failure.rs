//! What a server says when it fails, in every shape that was seen.

use llm_core::{Extra, Partial};
use serde_json::{Value, json};

/// An answer, or what stands in its place.
///
/// A status of 200 does not make an answer: a body may hold an error, with or without the part that was done.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply<T> {
    /// The answer.
    Answer(T),
    /// The server's failure.
    Failure(Box<Failure>),
}

impl<T> Reply<T> {
    pub(super) fn failure(failure: Failure) -> Self {
        Self::Failure(Box::new(failure))
    }
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
            // Gemini's compatible API wraps the error of a stream in a list.
            Value::Array(bodies) => bodies.into_iter().find_map(Self::from_body),
            Value::Object(fields) => Self::from_fields(fields),
            _ => None,
        }
    }

    /// The failure in a body that is an object: under `error` or `detail`, or the object itself.
    pub(super) fn from_fields(mut fields: Extra) -> Option<Self> {
        for name in ["error", "detail"] {
            if let Some(error) = fields.shift_remove(name).and_then(said) {
                return Some(Self::from_error(error, fields));
            }
        }
        let flat = is_flat_error(&fields) && !fields.contains_key("choices");
        flat.then(|| Self::from_error(Value::Object(fields), Extra::new()))
    }

    /// The failure that the value of `error` says, with the fields beside it.
    pub(super) fn from_error(error: Value, mut beside: Extra) -> Self {
        let mut failure = Self::default();
        match error {
            Value::Object(fields) => failure.take_fields(fields),
            Value::String(message) => failure.message = message,
            // FastAPI lists what it found wrong.
            Value::Array(findings) => failure.message = join(&findings),
            other => failure.message = other.to_string(),
        }
        failure.code = failure.code.or_else(|| take_word(&mut beside, "code"));
        failure.kind = failure.kind.or_else(|| take_word(&mut beside, "type").filter(|kind| kind != "error"));
        failure.status = failure.status.or_else(|| beside.get("status").and_then(status));
        failure.status =
            failure.status.or_else(|| failure.code.as_deref().and_then(|code| status(&code.into())));
        for (name, value) in beside {
            failure.extra.entry(name).or_insert(value);
        }
        failure
    }

    /// Takes the fields of an error object.
    fn take_fields(&mut self, mut fields: Extra) {
        self.message = match fields.shift_remove("message") {
            Some(Value::String(message)) => message,
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        };
        self.kind = take_word(&mut fields, "type");
        self.code = take_word(&mut fields, "code");
        self.param = take_word(&mut fields, "param");
        self.metadata = fields.shift_remove("metadata").filter(|metadata| !metadata.is_null());
        let named = ["http_status", "status", "status_code", "raw_status_code"];
        self.status = named.into_iter().find_map(|name| fields.get(name).and_then(status));
        fields.retain(|_, value| !value.is_null());
        self.extra = fields;
    }

    /// The vendor's stable name for it, where it gives one: `error_type`, in the error, in its metadata or beside it.
    #[must_use]
    pub fn error_type(&self) -> Option<&str> {
        let inside = self.metadata.as_ref().and_then(|metadata| metadata.get("error_type"));
        inside.or_else(|| self.extra.get("error_type")).and_then(Value::as_str)
    }

    /// Whether it says that the answer ran into the limit on tokens.
    pub(super) fn is_token_limit(&self) -> bool {
        let names = ["token_limit_exceeded", "max_tokens_exceeded"];
        let named = self.error_type().or(self.code.as_deref()).is_some_and(|name| names.contains(&name));
        named || self.status == Some(400) && self.message.to_ascii_lowercase().contains("token limit")
    }
}

/// Whether an object without an answer is an error itself, as at Mistral and vLLM.
pub(super) fn is_flat_error(fields: &Extra) -> bool {
    fields.get("message").is_some_and(Value::is_string)
}

/// The error of an answer whose finish reason says that the server broke, where nothing else does.
pub(super) fn broken_answer(reason: &str) -> Value {
    json!({"message": format!("the answer ended with the finish reason `{reason}`"), "code": reason})
}

/// The error in `x_groq`, where Groq's streams have it.
pub(super) fn groq_error(extra: &Extra) -> Option<Value> {
    extra.get("x_groq")?.get("error").cloned().and_then(said)
}

/// An error that says something: servers also put `null`, `false` and empty text where there is none.
pub(super) fn said(error: Value) -> Option<Value> {
    let nothing = error.is_null() || error == false || error == "";
    (!nothing).then_some(error)
}

/// Takes a word: text that is not empty, or a number.
fn take_word(fields: &mut Extra, name: &str) -> Option<String> {
    match fields.get(name)? {
        Value::String(_) | Value::Number(_) | Value::Null => {}
        _ => return None,
    }
    match fields.shift_remove(name)? {
        Value::String(text) => Some(text).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An HTTP status of a failure, as a number or as its text.
fn status(value: &Value) -> Option<u16> {
    let number = match value {
        Value::String(text) => text.parse().ok()?,
        other => other.as_u64()?,
    };
    u16::try_from(number).ok().filter(|status| (400..600).contains(status))
}

/// The messages of a list of findings, on one line.
fn join(findings: &[Value]) -> String {
    let message = |finding: &Value| {
        let text = finding.get("msg").or_else(|| finding.get("message")).unwrap_or(finding);
        text.as_str().map_or_else(|| text.to_string(), str::to_owned)
    };
    findings.iter().map(message).collect::<Vec<_>>().join("; ")
}
