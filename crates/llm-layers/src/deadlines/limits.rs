//! How long a call may take.

use std::time::Duration;

use llm_core::CallOptions;
use tokio::time::Instant;

/// The longest limit: what is longer counts as this.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a call may take, where the request does not say ([`llm_core::Limits`]).
///
/// A limit of more than a day counts as a day. The time to connect (5 s) and to the response's head (60 s) are
/// `llm-http`'s to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deadlines {
    /// From the call to the first content of a stream; a unary answer comes whole and has none. Default 60 s.
    pub first_token: Duration,
    /// Between two signs of life in a stream. Default 60 s.
    pub idle: Duration,
    /// A unary call with all its attempts. Default 600 s.
    pub total_unary: Duration,
    /// A stream with all its attempts. Default 900 s.
    pub total_stream: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            first_token: Duration::from_secs(60),
            idle: Duration::from_secs(60),
            total_unary: Duration::from_secs(600),
            total_stream: Duration::from_secs(900),
        }
    }
}

impl Deadlines {
    /// Sets the limit from the call to the first content of a stream.
    #[must_use]
    pub const fn with_first_token(mut self, limit: Duration) -> Self {
        self.first_token = limit;
        self
    }

    /// Sets the limit between two signs of life in a stream.
    #[must_use]
    pub const fn with_idle(mut self, limit: Duration) -> Self {
        self.idle = limit;
        self
    }

    /// Sets the limit of a unary call with all its attempts.
    #[must_use]
    pub const fn with_total_unary(mut self, limit: Duration) -> Self {
        self.total_unary = limit;
        self
    }

    /// Sets the limit of a stream with all its attempts.
    #[must_use]
    pub const fn with_total_stream(mut self, limit: Duration) -> Self {
        self.total_stream = limit;
        self
    }

    /// These limits with the request's own in their place.
    pub(super) fn for_request(mut self, options: &CallOptions) -> Self {
        let total = options.limits.total;
        self.first_token = options.limits.first_token.unwrap_or(self.first_token).min(LONGEST);
        self.idle = options.limits.idle.unwrap_or(self.idle).min(LONGEST);
        self.total_unary = total.unwrap_or(self.total_unary).min(LONGEST);
        self.total_stream = total.unwrap_or(self.total_stream).min(LONGEST);
        self
    }
}

/// The moment until which a request that begins now may take, its own limit counted in.
///
/// Set it on the context where the request enters, so that all its attempts share one deadline.
#[must_use]
pub fn deadline_for(options: &CallOptions, deadlines: &Deadlines, streamed: bool) -> Instant {
    let limits = deadlines.for_request(options);
    Instant::now() + if streamed { limits.total_stream } else { limits.total_unary }
}
