//! Our errors, as OpenAI's clients know them.

use llm_core::{Error, ErrorKind};
use serde_json::json;

/// The HTTP status and the body for an error: `{"error":{"message","type","param","code"}}`.
///
/// The message is the outer one alone, never the detail. In a stream the same body is the data of one event; whatever
/// status it went out with stands then.
#[must_use]
pub fn encode_error(error: &Error) -> (u16, Vec<u8>) {
    let kind = error.kind();
    let body = json!({"error": {
        "message": error.message(),
        "type": kind.openai_type(),
        "param": null,
        "code": code(kind),
    }});
    (kind.http_status(), body.to_string().into_bytes())
}

/// The code that OpenAI's clients look for, or our own name where OpenAI has none.
fn code(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ContextLength => "context_length_exceeded",
        ErrorKind::RateLimited => "rate_limit_exceeded",
        ErrorKind::InsufficientCredits | ErrorKind::BudgetExceeded => "insufficient_quota",
        ErrorKind::ContentFiltered => "content_filter",
        other => other.as_str(),
    }
}
