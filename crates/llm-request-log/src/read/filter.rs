//! Which requests to read, and how many at a time.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use llm_core::{Error, ErrorKind, RequestId};

use crate::{RequestRecord, RequestStatus};

/// Which requests to read. What is `None` does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestFilter {
    /// Of this tenant.
    pub tenant: Option<String>,
    /// Of this end user.
    pub user: Option<String>,
    /// That asked for this model.
    pub model: Option<String>,
    /// That ended like this.
    pub status: Option<RequestStatus>,
    /// That this provider answered.
    pub provider: Option<String>,
    /// That began at this time or later.
    pub since: Option<Timestamp>,
    /// That began before this time.
    pub until: Option<Timestamp>,
    /// That came out of the cache, or did not.
    pub cached: Option<bool>,
}

impl RequestFilter {
    /// Every request.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only of this tenant.
    #[must_use]
    pub fn with_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// Only of this end user.
    #[must_use]
    pub fn with_user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// Only those that asked for this model.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Only those that ended like this.
    #[must_use]
    pub fn with_status(mut self, status: RequestStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Only those that this provider answered.
    #[must_use]
    pub fn with_provider(mut self, provider: impl Into<String>) -> Self {
        self.provider = Some(provider.into());
        self
    }

    /// Only those that began at this time or later.
    #[must_use]
    pub fn with_since(mut self, since: Timestamp) -> Self {
        self.since = Some(since);
        self
    }

    /// Only those that began before this time.
    #[must_use]
    pub fn with_until(mut self, until: Timestamp) -> Self {
        self.until = Some(until);
        self
    }

    /// Only those that came out of the cache, or only those that did not.
    #[must_use]
    pub fn with_cached(mut self, cached: bool) -> Self {
        self.cached = Some(cached);
        self
    }
}

/// Which page of a list to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// Begin behind this place; `None` begins with the newest.
    pub after: Option<Cursor>,
    /// How many to read, 1 to [`Page::MAX_LIMIT`].
    pub limit: u32,
}

impl Page {
    /// The most that one page holds.
    pub const MAX_LIMIT: u32 = 1_000;

    /// The first page.
    #[must_use]
    pub fn first(limit: u32) -> Self {
        Self { after: None, limit: limit.clamp(1, Self::MAX_LIMIT) }
    }

    /// The page behind a place.
    #[must_use]
    pub fn after(cursor: Cursor, limit: u32) -> Self {
        Self { after: Some(cursor), ..Self::first(limit) }
    }
}

impl Default for Page {
    /// The first 50.
    fn default() -> Self {
        Self::first(50)
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct PageOf<T> {
    /// What it holds.
    pub items: Vec<T>,
    /// Where the next page begins; `None` when there is no more.
    pub next: Option<Cursor>,
}

/// A place in the list of requests: right behind one of them.
///
/// It stays where it is, whatever is added. As text it travels through a URL:
///
/// ```
/// use llm_request_log::Cursor;
/// let text = "1767225600000000-01971f6d-7c3a-7b62-8d7c-2f60a3f1a0aa";
/// assert_eq!(text.parse::<Cursor>()?.to_string(), text);
/// # Ok::<(), llm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) created_at: i64,
    pub(crate) id: RequestId,
}

impl Cursor {
    pub(crate) fn behind(record: &RequestRecord) -> Self {
        Self { created_at: record.created_at.as_microsecond(), id: record.id }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.created_at, self.id)
    }
}

impl FromStr for Cursor {
    type Err = Error;

    /// Reads the text of a cursor.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidRequest`] when it is not one.
    fn from_str(text: &str) -> Result<Self, Error> {
        let parse = || {
            let (created_at, id) = text.split_once('-')?;
            Some(Self { created_at: created_at.parse().ok()?, id: id.parse().ok()? })
        };
        parse().ok_or_else(|| {
            Error::new(ErrorKind::InvalidRequest, "the cursor is not one of ours; begin with the first page")
        })
    }
}
