//! Errors: a kind for programs, a message for people outside, a report for people inside.

use std::{borrow::Cow, error::Error as StdError, fmt, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{ErrorKind, ProviderName, RequestId, Usage};

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failed call.
///
/// It is one pointer wide and cheap to clone. [`Display`](fmt::Display) is the short outer message, fit for a client;
/// [`Error::report`] adds what only a log should see. Neither holds a key or a prompt. Making one never logs.
///
/// ```
/// use llm_core::{Error, ErrorKind, Stage};
///
/// let error = Error::new(ErrorKind::RateLimited, "the provider asks to slow down")
///     .with_status(429)
///     .with_stage(Stage::Answer)
///     .with_retry_after(std::time::Duration::from_secs(2));
/// assert!(error.is_retryable());
/// assert_eq!(size_of_val(&error), size_of::<usize>());
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    detail: Option<String>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    request_id: Option<RequestId>,
    provider: Option<ProviderName>,
    model: Option<String>,
    stage: Stage,
    status: Option<u16>,
    code: Option<String>,
    upstream_id: Option<String>,
    retry_after: Option<Duration>,
    retryable: Option<bool>,
    maybe_billed: bool,
    partial: Option<Box<Partial>>,
}

/// How far a call had come when it failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// It never left us.
    #[default]
    Local,
    /// No connection was made, or it broke before the provider answered.
    Connect,
    /// The provider answered with an error.
    Answer,
    /// The first content did not come in time.
    FirstToken,
    /// The stream fell silent.
    Idle,
    /// The call's own deadline passed.
    Deadline,
    /// An error came inside an answer that had begun well.
    Midstream,
    /// The stream ended before the answer did.
    Truncated,
    /// The bytes were not what the dialect allows.
    Protocol,
}

/// What a broken call had given before it broke.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Partial {
    /// Text so far, or the beginning of a long one. It may be the caller's; it does not appear in messages or reports.
    pub text: String,
    /// Usage so far.
    pub usage: Usage,
}

impl Partial {
    /// What a broken call had given.
    #[must_use]
    pub fn new(text: impl Into<String>, usage: Usage) -> Self {
        Self { text: text.into(), usage }
    }

    /// The most bytes of text that [`push`](Self::push) gathers: 64 KiB.
    pub const MOST_TEXT: usize = 64 * 1024;

    /// Adds the text that came next. Beyond [`MOST_TEXT`](Self::MOST_TEXT) nothing is added, so that an answer without
    /// an end does not fill the memory.
    pub fn push(&mut self, text: &str) {
        let room = Self::MOST_TEXT.saturating_sub(self.text.len());
        // Where no character is sure to fit, one may have been left out already: what follows it is not the next.
        if room >= char::MAX_LEN_UTF8 {
            self.text.push_str(&text[..text.floor_char_boundary(room)]);
        }
    }
}

impl Error {
    /// A failure with a message that a client may see: what was wrong, where, and what to do.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Arc::new(Inner {
            kind,
            message: message.into(),
            detail: None,
            source: None,
            request_id: None,
            provider: None,
            model: None,
            stage: Stage::default(),
            status: None,
            code: None,
            upstream_id: None,
            retry_after: None,
            retryable: None,
            maybe_billed: false,
            partial: None,
        }))
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The outer message alone.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What only a log should see: the vendor's own words, shortened.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The request that failed, as it stands in the log; `None` when it was refused before it was accepted.
    #[must_use]
    pub fn request_id(&self) -> Option<RequestId> {
        self.0.request_id
    }

    /// The provider that failed.
    #[must_use]
    pub fn provider(&self) -> Option<&ProviderName> {
        self.0.provider.as_ref()
    }

    /// The model that was asked, by its upstream name.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.0.model.as_deref()
    }

    /// How far the call had come.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.0.stage
    }

    /// The provider's HTTP status.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The provider's own code for it.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The provider's id of the call, if it gave one.
    #[must_use]
    pub fn upstream_id(&self) -> Option<&str> {
        self.0.upstream_id.as_deref()
    }

    /// How long the provider asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the same call may be made again: the vendor's own word, else the kind's.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.retryable.unwrap_or_else(|| self.0.kind.is_retryable())
    }

    /// Whether the provider may have done the work, and may charge for it.
    #[must_use]
    pub fn maybe_billed(&self) -> bool {
        self.0.maybe_billed
    }

    /// What the call had given before it broke.
    #[must_use]
    pub fn partial(&self) -> Option<&Partial> {
        self.0.partial.as_deref()
    }

    /// What the call had used before it broke; nothing known if it is not said.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.0.partial.as_ref().map(|partial| partial.usage.clone()).unwrap_or_default()
    }

    /// Everything that is known, on several lines, for a log.
    #[must_use]
    pub fn report(&self) -> String {
        use fmt::Write as _;
        let inner = &*self.0;
        let mut text = format!("{}: {}", inner.kind, inner.message);
        let mut line = |name: &str, value: Option<&dyn fmt::Display>| {
            if let Some(value) = value {
                let _ = write!(text, "\n  {name}: {value}");
            }
        };
        line("request", inner.request_id.as_ref().map(|r| r as _));
        line("provider", inner.provider.as_ref().map(|p| p as _));
        line("model", inner.model.as_ref().map(|m| m as _));
        line("status", inner.status.as_ref().map(|s| s as _));
        line("code", inner.code.as_ref().map(|c| c as _));
        line("upstream id", inner.upstream_id.as_ref().map(|i| i as _));
        line("detail", inner.detail.as_ref().map(|d| d as _));
        let mut cause = inner.source.as_deref().map(|source| source as &dyn StdError);
        while let Some(source) = cause {
            line("caused by", Some(&source));
            cause = source.source();
        }
        text
    }

    fn set(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Replaces the kind.
    #[must_use]
    pub fn with_kind(self, kind: ErrorKind) -> Self {
        self.set(|inner| inner.kind = kind)
    }

    /// Replaces the outer message.
    #[must_use]
    pub fn with_message(self, message: impl Into<Cow<'static, str>>) -> Self {
        self.set(|inner| inner.message = message.into())
    }

    /// Adds what only a log should see. It must hold neither a key nor a prompt.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        self.set(|inner| inner.detail = Some(detail.into()))
    }

    /// Adds the error below this one.
    #[must_use]
    pub fn with_source(self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.set(|inner| inner.source = Some(Arc::new(source)))
    }

    /// Names the request that failed.
    #[must_use]
    pub fn with_request_id(self, id: RequestId) -> Self {
        self.set(|inner| inner.request_id = Some(id))
    }

    /// Names the provider that failed.
    #[must_use]
    pub fn with_provider(self, provider: ProviderName) -> Self {
        self.set(|inner| inner.provider = Some(provider))
    }

    /// Names the model that was asked.
    #[must_use]
    pub fn with_model(self, model: impl Into<String>) -> Self {
        self.set(|inner| inner.model = Some(model.into()))
    }

    /// Says how far the call had come.
    #[must_use]
    pub fn with_stage(self, stage: Stage) -> Self {
        self.set(|inner| inner.stage = stage)
    }

    /// Adds the provider's HTTP status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        self.set(|inner| inner.status = Some(status))
    }

    /// Adds the provider's own code.
    #[must_use]
    pub fn with_code(self, code: impl Into<String>) -> Self {
        self.set(|inner| inner.code = Some(code.into()))
    }

    /// Adds the provider's id of the call.
    #[must_use]
    pub fn with_upstream_id(self, id: impl Into<String>) -> Self {
        self.set(|inner| inner.upstream_id = Some(id.into()))
    }

    /// Says how long the provider asks to wait.
    #[must_use]
    pub fn with_retry_after(self, wait: Duration) -> Self {
        self.set(|inner| inner.retry_after = Some(wait))
    }

    /// Overrides whether the same call may be made again.
    #[must_use]
    pub fn with_retryable(self, retryable: bool) -> Self {
        self.set(|inner| inner.retryable = Some(retryable))
    }

    /// Says whether the provider may have done the work.
    #[must_use]
    pub fn with_maybe_billed(self, maybe_billed: bool) -> Self {
        self.set(|inner| inner.maybe_billed = maybe_billed)
    }

    /// Adds what the call had given before it broke.
    #[must_use]
    pub fn with_partial(self, partial: Partial) -> Self {
        self.set(|inner| inner.partial = Some(Box::new(partial)))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<crate::InvalidModelId> for Error {
    fn from(invalid: crate::InvalidModelId) -> Self {
        Self::new(ErrorKind::InvalidRequest, invalid.to_string())
    }
}

#[cfg(test)]
mod tests;
