//! How long a server asks to wait.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, header};

/// The longest wait that is passed on. Longer ones are a server's mistake, or mean "not today".
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a response asks to wait: from `retry-after-ms` (milliseconds), else from `retry-after` (seconds, whole or
/// with a fraction, or an HTTP date, which is counted from `now`).
///
/// A date that has passed is a wait of zero. Anything negative, empty or otherwise not understood is `None`. A wait is
/// at most 24 hours; how much of it to honour is the caller's choice.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use llm_http::{HeaderMap, header, retry_after};
///
/// let mut headers = HeaderMap::new();
/// headers.insert(header::RETRY_AFTER, "2".parse()?);
/// assert_eq!(retry_after(&headers, SystemTime::now()), Some(Duration::from_secs(2)));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let millis = text("retry-after-ms").and_then(decimal).map(|millis| millis / 1000.0);
    let wait = millis.map(bounded).or_else(|| {
        let text = text(header::RETRY_AFTER.as_str())?;
        decimal(text).map(bounded).or_else(|| until(text, now))
    })?;
    Some(wait.min(LONGEST))
}

/// A plain decimal number: no sign, no exponent, no `inf`.
fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if plain { text.parse().ok() } else { None }
}

/// Bounded before it becomes a duration: so many digits that they overflow still mean a long wait.
fn bounded(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST)
}

fn until(date: &str, now: SystemTime) -> Option<Duration> {
    let date = httpdate::parse_http_date(date).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests;
