//! Errors by status.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use llm_core::{Error, ErrorKind, Stage};
use llm_testkit::conformance::KEY;

use super::Flaw;

pub(super) fn error(flaw: Flaw, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    let body = String::from_utf8_lossy(body);
    let detail = if flaw == Flaw::LeaksKey { body.to_string() } else { body.replace(KEY, "[redacted]") };
    let kind = if flaw == Flaw::MistakesKinds { ErrorKind::Internal } else { kind(status, &body) };
    let error = Error::new(kind, format!("the provider answered {status}"))
        .with_stage(Stage::Answer)
        .with_status(status.as_u16())
        .with_detail(detail);
    match wait(headers) {
        Some(wait) if flaw != Flaw::IgnoresRetryAfter => error.with_retry_after(wait),
        None if flaw == Flaw::MakesUpWaits => error.with_retry_after(Duration::from_secs(60)),
        _ => error,
    }
}

fn kind(status: StatusCode, body: &str) -> ErrorKind {
    match status.as_u16() {
        400 if body.contains("context_length_exceeded") => ErrorKind::ContextLength,
        403 if body.contains("content_policy_violation") => ErrorKind::ContentFiltered,
        401 => ErrorKind::Authentication,
        402 => ErrorKind::InsufficientCredits,
        403 => ErrorKind::PermissionDenied,
        404 => ErrorKind::ModelNotFound,
        429 => ErrorKind::RateLimited,
        503 | 529 => ErrorKind::Overloaded,
        500.. => ErrorKind::Provider,
        _ => ErrorKind::InvalidRequest,
    }
}

/// Seconds, or far away for a date: enough for these tests.
fn wait(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    if text.ends_with("GMT") {
        return Some(Duration::from_secs(10 * 365 * 86_400));
    }
    text.parse().ok().map(Duration::from_secs)
}
