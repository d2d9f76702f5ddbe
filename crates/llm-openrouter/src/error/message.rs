//! The two texts of a refusal: one for a client, one for a log.

use std::borrow::Cow;

use llm_core::ErrorKind;
use llm_http::excerpt;
use serde_json::Value;

use super::Facts;

/// The most bytes of the vendor's sentence in a message, and of each part of a detail.
const SENTENCE: usize = 300;
/// The most bytes of what the vendor behind OpenRouter said. It is often the only useful text, and may be very long.
const RAW: usize = 1_000;
/// OpenRouter's sentence when the useful words are elsewhere.
const GENERIC: &str = "Provider returned error";

impl Facts {
    /// The outer message. It holds the vendor's sentence where that is about the call, and never what the vendor behind
    /// OpenRouter said, nor the state of the account.
    pub(super) fn message(&self, kind: ErrorKind) -> Cow<'static, str> {
        match kind {
            ErrorKind::Authentication => {
                "OpenRouter does not accept the configured key; check OPENROUTER_API_KEY".into()
            }
            ErrorKind::InsufficientCredits if self.says("max_tokens") => {
                "the credits at OpenRouter do not cover the longest answer that this call allows; \
                 send `max_tokens`, or a smaller one"
                    .into()
            }
            ErrorKind::InsufficientCredits => {
                "the credits at OpenRouter, or a budget there, are used up".into()
            }
            ErrorKind::ContentFiltered => self.filtered(),
            _ => self.plain(),
        }
    }

    /// What a content policy objected to, without the words that it objected to.
    fn filtered(&self) -> Cow<'static, str> {
        let reasons: Vec<&str> = match self.metadata("reasons") {
            Some(Value::Array(reasons)) => reasons.iter().filter_map(Value::as_str).take(8).collect(),
            _ => Vec::new(),
        };
        if reasons.is_empty() {
            return "a content policy at OpenRouter refused the prompt or the answer".into();
        }
        let reasons = excerpt(reasons.join(", ").as_bytes(), SENTENCE);
        format!("a content policy at OpenRouter refused the prompt or the answer: {reasons}").into()
    }

    fn plain(&self) -> Cow<'static, str> {
        if let Some(sentence) = self.sentence().filter(|sentence| *sentence != GENERIC) {
            return format!("OpenRouter: {}", excerpt(sentence.as_bytes(), SENTENCE)).into();
        }
        let who = match self.metadata_text("provider_name") {
            Some(name) => format!("{}, behind OpenRouter,", excerpt(name.as_bytes(), 64)),
            None => "OpenRouter".to_owned(),
        };
        match self.status() {
            Some(status) => format!("{who} answered with an error (status {status})").into(),
            None => format!("{who} answered with an error").into(),
        }
    }

    /// The inner text: the vendor's own words and names where the message does not have them, without the flagged words
    /// of the prompt.
    pub(super) fn detail(&self, message: &str) -> Option<String> {
        let mut parts = Vec::new();
        let mut part = |name: &str, value: Option<&Value>| {
            let text = match value {
                None | Some(Value::Null) => return,
                Some(Value::String(text)) => excerpt(text.as_bytes(), SENTENCE),
                Some(other) => excerpt(other.to_string().as_bytes(), SENTENCE),
            };
            parts.push(format!("{name}: {text}"));
        };
        for field in
            ["provider_name", "provider_code", "limit_source", "remedy_hint", "reasons", "previous_errors"]
        {
            part(field, self.metadata(field));
        }
        for field in
            ["code", "constraint", "excluded_by", "affected_providers", "fallback_models", "docs_url"]
        {
            part(field, self.availability(field));
        }
        let sentence = self.sentence().map(|sentence| excerpt(sentence.as_bytes(), SENTENCE));
        if let Some(sentence) = sentence.filter(|sentence| !message.ends_with(sentence)) {
            parts.insert(0, sentence);
        }
        if let Some(raw) = self.raw() {
            parts.push(format!("raw: {}", excerpt(raw.as_bytes(), RAW)));
        }
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}
