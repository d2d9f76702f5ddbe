//! What each recorded failure must become.

use std::time::Duration;

use llm_core::{
    Error,
    ErrorKind::{self, *},
    Stage,
};

/// What a failure must become.
pub(crate) struct Refusal {
    name: &'static str,
    kind: ErrorKind,
    retryable: bool,
    /// The text before the failure, for one that came midstream.
    part: Option<&'static str>,
    /// The wait that is asked for, in seconds.
    wait: Option<u64>,
    /// A phrase of the outer message.
    says: &'static str,
}

const fn refusal(name: &'static str, kind: ErrorKind, retryable: bool, says: &'static str) -> Refusal {
    Refusal { name, kind, retryable, part: None, wait: None, says }
}

const fn broken(name: &'static str, kind: ErrorKind, part: &'static str) -> Refusal {
    Refusal { name, kind, retryable: true, part: Some(part), wait: None, says: "" }
}

const fn waiting(refusal: Refusal, seconds: u64) -> Refusal {
    Refusal { wait: Some(seconds), ..refusal }
}

const REFUSALS: &[Refusal] = &[
    refusal("doc_error_400", InvalidRequest, false, "Invalid request parameters"),
    refusal("doc_error_401", Authentication, false, "OPENROUTER_API_KEY"),
    refusal("doc_error_402", InsufficientCredits, false, "used up"),
    refusal("doc_error_403_guardrail", ContentFiltered, false, "policy"),
    refusal("doc_error_404", ModelNotFound, false, "Resource not found"),
    refusal("doc_error_404_privacy_restricted", ModelNotFound, false, "data policy"),
    refusal("doc_error_408", Timeout, true, "timed out"),
    refusal("doc_error_413", InvalidRequest, false, "too large"),
    refusal("doc_error_422", InvalidRequest, false, "Invalid argument"),
    refusal("doc_error_429", RateLimited, true, "Rate limit exceeded"),
    waiting(refusal("doc_error_429_capacity_exhausted", RateLimited, true, "at capacity"), 40),
    refusal("doc_error_429_typed", RateLimited, true, "Rate limit exceeded"),
    refusal("doc_error_500", Provider, true, "Internal Server Error"),
    refusal("doc_error_502", Overloaded, true, "status 502"),
    refusal("doc_error_503", Overloaded, true, "temporarily unavailable"),
    refusal("doc_error_524", Timeout, true, "timed out"),
    refusal("doc_error_529", Overloaded, true, "status 529"),
    refusal("error_200_body_error_only", RateLimited, true, "Google"),
    refusal("error_400_context_length", ContextLength, false, "262000"),
    refusal("error_400_context_length_2025", ContextLength, false, "131072"),
    refusal("error_400_embedding_model", ModelNotFound, false, "no-such/embedding-model"),
    refusal("error_400_model_not_found", ModelNotFound, false, "not a valid model ID"),
    refusal("error_400_provider_raw_json_string", InvalidRequest, false, "OpenAI"),
    refusal("error_402_fewer_max_tokens", InsufficientCredits, false, "send `max_tokens`"),
    waiting(refusal("error_402_in_flight_budget", RateLimited, true, "in flight"), 3),
    refusal("error_403_moderation", ContentFiltered, false, "violence"),
    refusal("error_404_no_tool_endpoints", ModelNotFound, false, "support tool use"),
    refusal("error_429_platform_free_limit", RateLimited, true, "Rate limit exceeded"),
    refusal("error_429_upstream", RateLimited, true, "Google"),
    refusal("error_429_upstream_2026", RateLimited, true, "BaseTen"),
    refusal("error_502_html", Overloaded, true, "status 502"),
    broken("doc_200_partial_then_error", Overloaded, "partial output..."),
    broken("doc_stream_midstream_error", RateLimited, "Hello wor"),
    broken("doc_stream_midstream_error_string_code", Provider, "Hel"),
    broken("stream_no_done_cut", StreamInterrupted, ""),
];

pub(crate) fn find(name: &str) -> Option<&'static Refusal> {
    REFUSALS.iter().find(|refusal| refusal.name == name)
}

impl Refusal {
    pub(crate) fn check(&self, name: &str, error: &Error) {
        let report = error.report();
        assert_eq!((error.kind(), error.is_retryable()), (self.kind, self.retryable), "{name}: {report}");
        assert!(error.message().contains(self.says), "{name}: {report}");
        assert_eq!(error.retry_after(), self.wait.map(Duration::from_secs), "{name}: {report}");
        let stages: &[Stage] =
            if self.part.is_some() { &[Stage::Midstream, Stage::Truncated] } else { &[Stage::Answer] };
        assert!(stages.contains(&error.stage()), "{name}: {:?}: {report}", error.stage());
        assert_eq!(error.maybe_billed(), self.part.is_some(), "{name}: {report}");
        if let Some(part) = self.part {
            let text = error.partial().map(|partial| partial.text.as_str()).unwrap_or_default();
            assert!(text.starts_with(part), "{name}: {text:?}");
        }
        assert!(
            !error.message().contains("upstream. Please"),
            "{name}: what the vendor behind said is for the log"
        );
    }
}
