//! What a status means where a provider says nothing else.

use llm_core::ErrorKind;

/// The kind of failure that an HTTP status stands for.
///
/// It is the generic table: a provider's own table stands before it, since vendors give statuses meanings of their
/// own. Nothing but an answer that is not 2xx should come here; any other status is an
/// [`ErrorKind::InvalidResponse`].
///
/// ```
/// use llm_core::ErrorKind;
///
/// assert_eq!(llm_http::classify_status(429), ErrorKind::RateLimited);
/// assert_eq!(llm_http::classify_status(529), ErrorKind::Overloaded);
/// ```
#[must_use]
pub fn classify_status(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::Authentication,
        402 => ErrorKind::InsufficientCredits,
        403 => ErrorKind::PermissionDenied,
        404 => ErrorKind::ModelNotFound,
        // 524: a proxy in front of the provider gave up waiting for it.
        408 | 504 | 524 => ErrorKind::Timeout,
        429 => ErrorKind::RateLimited,
        400..=499 => ErrorKind::InvalidRequest,
        // 521 to 523: a proxy in front of the provider cannot reach it.
        502 | 503 | 521..=523 => ErrorKind::Unavailable,
        529 => ErrorKind::Overloaded,
        500..=599 => ErrorKind::Provider,
        _ => ErrorKind::InvalidResponse,
    }
}

#[cfg(test)]
mod tests;
