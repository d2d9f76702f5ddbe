//! How a request, or one upstream call, ended: one table from errors to classes.

use llm_core::{Error, ErrorKind, Stage};

/// Defines an enum whose variants have a name in the ledger.
macro_rules! named {
    ($(#[$meta:meta])* $type:ident { $($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $type { $($(#[doc = $doc])+ $variant,)+ }

        impl $type {
            /// Every one, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name that stands in the ledger.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The one of this name; `None` when there is none.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|status| status.as_str() == name)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

named! {
    /// How a request ended.
    RequestStatus {
        /// It has not ended.
        Running = "running",
        /// The caller got a whole answer.
        Ok = "ok",
        /// The caller got an error.
        Failed = "failed",
        /// The caller went away before the end.
        ClientClosed = "client_closed",
        /// We stopped it: the service shut down.
        Cancelled = "cancelled",
        /// We broke: a panic passed through.
        Internal = "internal",
        /// The process died while it ran.
        Interrupted = "interrupted",
    }
}

named! {
    /// How one upstream call ended.
    AttemptStatus {
        /// It has not ended.
        Running = "running",
        /// The whole answer came.
        Ok = "ok",
        /// No connection was made, or it broke before the provider answered.
        ConnectError = "connect_error",
        /// The provider asked to slow down.
        RateLimited = "rate_limited",
        /// The provider answered with a status of 500 or above.
        Upstream5xx = "upstream_5xx",
        /// The provider refused the call, or it never left us.
        Rejected = "rejected",
        /// The first content did not come in time.
        TimeoutFirstToken = "timeout_first_token",
        /// The answer ended before it was whole.
        Truncated = "truncated",
        /// An error came inside an answer that had begun well.
        FailedMidstream = "failed_midstream",
        /// The answer fell silent.
        IdleTimeout = "idle_timeout",
        /// The bytes were not what the dialect allows.
        ProtocolError = "protocol_error",
        /// The caller went away.
        ClientClosed = "client_closed",
        /// The request's deadline passed, or the service shut down.
        Cancelled = "cancelled",
        /// We broke: a panic passed through.
        Internal = "internal",
        /// The process died while the call ran: nobody knows how it ended.
        Interrupted = "interrupted",
    }
}

impl AttemptStatus {
    /// The class of a call that failed with this error.
    #[must_use]
    pub fn of_error(error: &Error) -> Self {
        match error.stage() {
            Stage::Connect => Self::ConnectError,
            Stage::Answer if error.kind() == ErrorKind::RateLimited => Self::RateLimited,
            Stage::Answer if error.status().is_some_and(|status| status >= 500) => Self::Upstream5xx,
            Stage::Answer | Stage::Local => Self::Rejected,
            Stage::FirstToken => Self::TimeoutFirstToken,
            Stage::Idle => Self::IdleTimeout,
            Stage::Deadline => Self::Cancelled,
            Stage::Midstream => Self::FailedMidstream,
            Stage::Truncated => Self::Truncated,
            Stage::Protocol => Self::ProtocolError,
            // A stage that is younger than this table: the call failed, that much is known.
            _ => Self::FailedMidstream,
        }
    }
}

#[cfg(test)]
mod tests;
