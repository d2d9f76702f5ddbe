//! What a refusal says, read without trust in its shape.

use std::time::{Duration, SystemTime};

use llm_core::Partial;
use llm_http::{HeaderMap, retry_after};
use llm_wire::chat_completions::{Failure, decode_failure};
use serde_json::Value;

/// What is known of one refusal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    failure: Failure,
    /// The status line's, unless that was a success.
    http_status: Option<u16>,
    /// What the headers ask to wait.
    retry_after: Option<Duration>,
    /// How long until a limit of the platform's own is open again.
    reset: Option<Duration>,
}

impl From<Box<Failure>> for Facts {
    fn from(failure: Box<Failure>) -> Self {
        Self { failure: *failure, ..Self::default() }
    }
}

impl Facts {
    /// A refused call: its status, its headers, and its body, which may be HTML of a CDN or nothing at all.
    pub(crate) fn of_answer(status: u16, headers: &HeaderMap, body: &[u8], now: SystemTime) -> Self {
        Self {
            failure: decode_failure(body).unwrap_or_default(),
            http_status: Some(status),
            retry_after: retry_after(headers, now),
            reset: reset(headers, now),
        }
    }

    /// The call's id, where it stands beside the error.
    pub(crate) fn id(&self) -> Option<&str> {
        self.failure.extra.get("id")?.as_str()
    }

    /// What the answer had given before it broke.
    pub(super) fn take_partial(&mut self) -> Option<Partial> {
        self.failure.partial.take()
    }

    /// The status that the refusal names, else that of the status line.
    pub(super) fn status(&self) -> Option<u16> {
        self.failure.status.or(self.http_status)
    }

    /// Whether it is a 400, or does not tell.
    pub(super) fn may_be_400(&self) -> bool {
        matches!(self.status(), None | Some(400))
    }

    /// The stable name; the availability errors have it one floor higher.
    pub(super) fn error_type(&self) -> Option<&str> {
        self.failure.error_type()
    }

    /// A `code` that is a word, as one documented example has it.
    pub(super) fn word_code(&self) -> Option<&str> {
        self.failure.code.as_deref().filter(|code| code.parse::<i64>().is_err())
    }

    /// The vendor's most exact name for it.
    pub(super) fn code(&self) -> Option<&str> {
        self.availability_text("code").or_else(|| self.error_type()).or_else(|| self.word_code())
    }

    /// The vendor's sentence.
    pub(super) fn sentence(&self) -> Option<&str> {
        Some(self.failure.message.trim()).filter(|sentence| !sentence.is_empty())
    }

    /// What the vendor behind OpenRouter said, in any form: prose, or JSON in a string.
    pub(super) fn raw(&self) -> Option<String> {
        match self.metadata("raw")? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// Whether a phrase, in lower case, is in the sentence or in what the vendor behind said.
    pub(super) fn says(&self, phrase: &str) -> bool {
        let holds = |text: &str| text.to_lowercase().contains(phrase);
        self.sentence().is_some_and(holds) || self.raw().as_deref().is_some_and(holds)
    }

    /// How long to wait.
    pub(super) fn wait(&self) -> Option<Duration> {
        let seconds = |value: Option<&Value>| Duration::try_from_secs_f64(value?.as_f64()?).ok();
        self.retry_after
            .or_else(|| seconds(self.availability("retry_after")))
            .or_else(|| seconds(self.metadata("retry_after")))
            .or(self.reset)
    }

    /// The vendor's own word on another try.
    pub(super) fn vendor_retryable(&self) -> Option<bool> {
        self.availability("retryable")
            .or_else(|| self.failure.extra.get("retryable"))
            .or_else(|| self.metadata("retryable"))
            .and_then(Value::as_bool)
    }

    /// A field of `metadata` that is there and not null.
    pub(super) fn metadata(&self, field: &str) -> Option<&Value> {
        self.failure.metadata.as_ref()?.get(field).filter(|value| !value.is_null())
    }

    /// A text in `metadata`.
    pub(super) fn metadata_text(&self, field: &str) -> Option<&str> {
        self.metadata(field)?.as_str()
    }

    /// A field of `availability` that is there and not null.
    pub(super) fn availability(&self, field: &str) -> Option<&Value> {
        self.failure.extra.get("availability")?.get(field).filter(|value| !value.is_null())
    }

    /// A text in `availability`.
    pub(super) fn availability_text(&self, field: &str) -> Option<&str> {
        self.availability(field)?.as_str()
    }
}

/// `X-RateLimit-Reset`, in milliseconds since 1970, which only the platform's own 429s carry.
fn reset(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let millis = headers.get("x-ratelimit-reset")?.to_str().ok()?.trim().parse().ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis))?.duration_since(now).ok()
}
