//! What kinds of failure there are, and what each means to those above.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a request may go after a failure, if a fallback is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FallsOver {
    /// To the next model, whatever it is.
    Anywhere,
    /// To a model of another provider only.
    OtherProvider,
    /// To a model with a larger context only.
    LargerModel,
    /// Nowhere.
    Nowhere,
}

/// Defines [`ErrorKind`] and its tables from one list, so that a kind cannot lack a row.
macro_rules! error_kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $name:literal, $status:literal, $openai:literal,
       retried: $retried:literal, falls_over: $falls:ident;)+) => {
        /// What kind of failure an [`Error`](crate::Error) is.
        ///
        /// A failure is classified once, where it arises; everything above matches on the kind.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum ErrorKind {
            $(
                $(#[doc = $doc])+
                #[doc = concat!("\n\nRetried: ", stringify!($retried), ". Falls over: [`FallsOver::", stringify!($falls),
                    "`]. HTTP status ", stringify!($status), ", OpenAI error type `", $openai, "`.")]
                $kind,
            )+
        }

        impl ErrorKind {
            /// Every kind, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// Its name in the ledger, in metrics and in error bodies.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }

            /// The HTTP status that a server answers with.
            #[must_use]
            pub const fn http_status(self) -> u16 {
                match self { $(Self::$kind => $status,)+ }
            }

            /// The `error.type` of an OpenAI-shaped body, which picks the exception that an SDK raises.
            #[must_use]
            pub const fn openai_type(self) -> &'static str {
                match self { $(Self::$kind => $openai,)+ }
            }

            /// Whether the same call may be made again. A vendor's own word overrides it, see
            /// [`Error::is_retryable`](crate::Error::is_retryable).
            #[must_use]
            pub const fn is_retryable(self) -> bool {
                match self { $(Self::$kind => $retried,)+ }
            }

            /// Where the request may go instead.
            #[must_use]
            pub const fn falls_over(self) -> FallsOver {
                match self { $(Self::$kind => FallsOver::$falls,)+ }
            }

            /// What it means, in a sentence or two.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $(Self::$kind => concat!($($doc),+),)+ }
            }
        }
    };
}

error_kinds! {
    /// The provider does not accept our key. The caller cannot mend it: the operator must.
    Authentication = "authentication", 401, "authentication_error", retried: false, falls_over: OtherProvider;
    /// The key is good, but may not do this: a region, a model, a management call.
    PermissionDenied = "permission_denied", 403, "permission_error", retried: false, falls_over: OtherProvider;
    /// The account at the provider, or its budget there, is used up. Naming fewer output tokens sometimes helps.
    InsufficientCredits = "insufficient_credits", 402, "insufficient_quota", retried: false, falls_over: OtherProvider;
    /// Too many calls. `retry_after` says how long to wait, where the provider told.
    RateLimited = "rate_limited", 429, "rate_limit_error", retried: true, falls_over: Anywhere;
    /// The conversation is longer than the model can read.
    ContextLength = "context_length", 400, "invalid_request_error", retried: false, falls_over: LargerModel;
    /// The request makes no sense to the provider, or to us.
    InvalidRequest = "invalid_request", 400, "invalid_request_error", retried: false, falls_over: Nowhere;
    /// There is no such model, or no endpoint that offers this combination of model and parameters.
    ModelNotFound = "model_not_found", 404, "invalid_request_error", retried: false, falls_over: Anywhere;
    /// A content policy refused the prompt or the answer.
    ContentFiltered = "content_filtered", 400, "content_filter", retried: false, falls_over: Nowhere;
    /// Nothing came in time.
    Timeout = "timeout", 504, "timeout_error", retried: true, falls_over: Anywhere;
    /// The provider has too much to do.
    Overloaded = "overloaded", 503, "overloaded_error", retried: true, falls_over: Anywhere;
    /// The provider cannot be reached, or says that it is not there.
    Unavailable = "unavailable", 503, "service_unavailable_error", retried: true, falls_over: Anywhere;
    /// The provider broke.
    Provider = "provider", 502, "api_error", retried: true, falls_over: Anywhere;
    /// The provider's answer cannot be understood, or does not fit the schema that it must fit.
    InvalidResponse = "invalid_response", 502, "api_error", retried: false, falls_over: Anywhere;
    /// The stream broke before its end: what came is a part, not an answer.
    StreamInterrupted = "stream_interrupted", 502, "api_error", retried: true, falls_over: Anywhere;
    /// The provider cannot do this.
    Unsupported = "unsupported", 400, "invalid_request_error", retried: false, falls_over: Anywhere;
    /// A setting is missing; the message names the variable to set.
    NotConfigured = "not_configured", 503, "configuration_error", retried: false, falls_over: Anywhere;
    /// A budget of ours is used up.
    BudgetExceeded = "budget_exceeded", 402, "insufficient_quota", retried: false, falls_over: Nowhere;
    /// The caller went away, or the service is stopping.
    Cancelled = "cancelled", 499, "cancelled", retried: false, falls_over: Nowhere;
    /// We broke.
    Internal = "internal", 500, "server_error", retried: false, falls_over: Nowhere;
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
