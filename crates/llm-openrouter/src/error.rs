//! Every way in which OpenRouter says no: one table from what it says to a kind.
//!
//! The same object stands under `error` of a refused call, of a body with status 200, of a choice and of a stream's
//! event: it is read in one place, [`Facts`], and judged in one place, here.

use std::time::Duration;

use llm_core::{Error, ErrorKind, Partial, Stage};

mod facts;
mod message;

pub(crate) use facts::Facts;

/// What tells one refusal from another.
#[derive(Clone, Copy, Debug)]
enum Sign {
    /// `metadata.limit_source`: whose limit it was.
    Limit(&'static str),
    /// A field of `metadata` that is there at all.
    Metadata(&'static str),
    /// `availability.code`, since August 2026.
    Availability(&'static str),
    /// A 400 whose sentence begins so and holds this, in lower case: for refusals that have no stable name.
    Says400(&'static str, &'static str),
    /// A 400 with this phrase in its sentence, or in what the vendor behind OpenRouter said.
    Quotes400(&'static str),
    /// `error_type`, the stable name; or a `code` that is a string.
    Type(&'static str),
}

use ErrorKind::{
    Authentication, ContentFiltered, ContextLength, InsufficientCredits, InvalidRequest, ModelNotFound,
    Overloaded, PermissionDenied, Provider, RateLimited, Timeout,
};
use Sign::{Availability, Limit, Metadata, Quotes400, Says400, Type};

/// The first row that fits decides. What fits none, `unmapped` among it, is judged by its status.
const TABLE: &[(Sign, ErrorKind)] = &[
    // A 402 that passes by itself: paid calls under way hold the balance.
    (Limit("openrouter_in_flight_budget"), RateLimited),
    (Limit("openrouter_credits"), InsufficientCredits),
    (Limit("openrouter_key_limit"), InsufficientCredits),
    // Budgets are a 403 by status, but they are about money, not about permission.
    (Limit("openrouter_guardrail_budget"), InsufficientCredits),
    (Limit("openrouter_workspace_budget"), InsufficientCredits),
    (Limit("upstream_provider_shared_pool"), RateLimited),
    (Metadata("limit_usd"), InsufficientCredits),
    // A 403 of the moderation and of a guardrail.
    (Metadata("reasons"), ContentFiltered),
    (Metadata("flagged_input"), ContentFiltered),
    (Metadata("patterns"), ContentFiltered),
    (Availability("model_not_found"), ModelNotFound),
    (Availability("wrong_endpoint"), ModelNotFound),
    // The model is there; no endpoint of it fits this call.
    (Availability("no_endpoints"), ModelNotFound),
    (Availability("constraint_filtered"), ModelNotFound),
    (Availability("privacy_restricted"), ModelNotFound),
    (Availability("free_variant_ended"), ModelNotFound),
    (Availability("model_deprecated"), ModelNotFound),
    (Availability("model_unavailable_upstream"), ModelNotFound),
    (Availability("region_restricted"), PermissionDenied),
    (Availability("capacity_exhausted"), RateLimited),
    (Availability("temporarily_unavailable"), Overloaded),
    // Unknown models and overlong prompts are plain 400s; only the words tell.
    (Says400("", "is not a valid model id"), ModelNotFound),
    (Says400("model ", "does not exist"), ModelNotFound),
    (Quotes400("maximum context length"), ContextLength),
    (Quotes400("context_length_exceeded"), ContextLength),
    (Type("context_length_exceeded"), ContextLength),
    (Type("max_tokens_exceeded"), InvalidRequest),
    (Type("token_limit_exceeded"), InvalidRequest),
    (Type("string_too_long"), InvalidRequest),
    (Type("authentication"), Authentication),
    (Type("permission_denied"), PermissionDenied),
    (Type("region_restricted"), PermissionDenied),
    (Type("payment_required"), InsufficientCredits),
    (Type("rate_limit_exceeded"), RateLimited),
    (Type("provider_overloaded"), Overloaded),
    (Type("provider_unavailable"), Overloaded),
    (Type("invalid_request"), InvalidRequest),
    (Type("invalid_prompt"), InvalidRequest),
    (Type("not_found"), ModelNotFound),
    (Type("precondition_failed"), InvalidRequest),
    (Type("payload_too_large"), InvalidRequest),
    (Type("unprocessable"), InvalidRequest),
    (Type("content_policy_violation"), ContentFiltered),
    (Type("refusal"), ContentFiltered),
    (Type("invalid_image"), InvalidRequest),
    (Type("image_too_large"), InvalidRequest),
    (Type("image_too_small"), InvalidRequest),
    (Type("unsupported_image_format"), InvalidRequest),
    (Type("image_not_found"), InvalidRequest),
    (Type("image_download_failed"), InvalidRequest),
    (Type("server"), Provider),
    // The string code of the documented stream that breaks.
    (Type("server_error"), Provider),
    (Type("timeout"), Timeout),
];

/// What a status means when nothing else tells.
const fn by_status(status: u16) -> ErrorKind {
    match status {
        401 => Authentication,
        402 => InsufficientCredits,
        403 => PermissionDenied,
        404 => ModelNotFound,
        408 | 504 | 524 => Timeout,
        429 => RateLimited,
        // 502 is the vendor behind OpenRouter that broke, 529 the one that has too much to do.
        502 | 503 | 529 => Overloaded,
        400..=499 => InvalidRequest,
        _ => Provider,
    }
}

impl Sign {
    fn fits(self, facts: &Facts) -> bool {
        let is = |seen: Option<&str>, name: &str| seen == Some(name);
        match self {
            Limit(name) => is(facts.metadata_text("limit_source"), name),
            Metadata(name) => facts.metadata(name).is_some(),
            Availability(name) => is(facts.availability_text("code"), name),
            Says400(begin, phrase) => {
                let sentence = facts.sentence().unwrap_or_default().to_lowercase();
                facts.may_be_400() && sentence.starts_with(begin) && sentence.contains(phrase)
            }
            Quotes400(phrase) => facts.may_be_400() && facts.says(phrase),
            Type(name) => is(facts.error_type(), name) || is(facts.word_code(), name),
        }
    }
}

impl Facts {
    /// What kind of refusal it is.
    pub(crate) fn kind(&self) -> ErrorKind {
        TABLE
            .iter()
            .find(|(sign, _)| sign.fits(self))
            .map_or_else(|| by_status(self.status().unwrap_or(500)), |(_, kind)| *kind)
    }

    /// The error of a call that was refused, or of an answer that had begun and broke.
    pub(crate) fn into_error(mut self) -> Error {
        let kind = self.kind();
        let message = self.message(kind);
        let detail = self.detail(&message);
        let mut error = Error::new(kind, message).with_stage(Stage::Answer);
        if let Some(status) = self.status() {
            error = error.with_status(status);
        }
        if let Some(code) = self.code() {
            error = error.with_code(code);
        }
        if let Some(detail) = detail {
            error = error.with_detail(detail);
        }
        if let Some(wait) = self.wait() {
            error = error.with_retry_after(wait);
        }
        if let Some(retryable) = self.retryable() {
            error = error.with_retryable(retryable);
        }
        match self.take_partial() {
            Some(partial) => broken(error, partial),
            None => error,
        }
    }

    /// Whether the same call may be made again, where OpenRouter says so itself, or where its kind would mislead.
    fn retryable(&self) -> Option<bool> {
        // The day's free calls are used up: waiting for the next second does not help.
        if self.kind() == RateLimited && (self.says("per-day") || self.wait() > Some(DAILY)) {
            return Some(false);
        }
        self.vendor_retryable()
    }
}

/// The error of an answer that had begun: what came is a part of it, and is billed.
pub(crate) fn broken(error: Error, partial: Partial) -> Error {
    error.with_stage(Stage::Midstream).with_maybe_billed(true).with_partial(partial)
}

/// A limit that is open again only after this long is not one for each minute.
const DAILY: Duration = Duration::from_secs(15 * 60);

#[cfg(test)]
mod tests;
