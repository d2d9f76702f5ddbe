//! What is OpenRouter's own on the wire; the dialect itself is `llm-wire`'s.

use llm_core::{Error, ErrorKind, Result, Stage, Usd};
use llm_wire::chat_completions::{Dialect, MaxTokensField, ReasoningField, ReasoningText};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::value::RawValue;

/// How OpenRouter speaks Chat Completions. Usage with its cost comes unasked: the switches for it have no effect.
pub(crate) fn dialect() -> Dialect {
    Dialect::default()
        .with_max_tokens(MaxTokensField::MaxCompletionTokens)
        .with_reasoning(ReasoningField::Object)
        .with_reasoning_text(ReasoningText::Reasoning)
        .with_stream_usage(false)
}

/// What OpenRouter's own records come in.
#[derive(Deserialize)]
struct Envelope<T> {
    data: T,
}

/// Reads the `data` of a record.
///
/// # Errors
///
/// `InvalidResponse` when it is not what it should be.
pub(crate) fn decode_data<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let envelope: Envelope<T> = serde_json::from_slice(body).map_err(|error| {
        Error::new(ErrorKind::InvalidResponse, "OpenRouter's record cannot be understood")
            .with_stage(Stage::Protocol)
            .with_detail(format!("line {}, column {}", error.line(), error.column()))
    })?;
    Ok(envelope.data)
}

/// A vendor's figure as it is written, without the detour over a float: `None` for null and for what is no number.
pub(crate) fn figure<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    let text = raw.as_deref().map(RawValue::get).map(|text| text.trim_matches('"'));
    Ok(text.filter(|text| text.starts_with(|c: char| c.is_ascii_digit() || c == '-')).map(str::to_owned))
}

/// An amount of money, exactly; `None` for null, for what is no number, and for what money cannot be.
pub(crate) fn usd<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Usd>, D::Error> {
    Ok(figure(deserializer)?.and_then(|text| text.parse().ok()))
}

/// What a body holds, told by its first byte that is not blank. OpenRouter keeps slow connections open with blanks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looks {
    /// Only blanks so far.
    Blank,
    /// JSON.
    Json,
    /// A web page of something between us and OpenRouter.
    Page,
    /// Something else: events, on a stream.
    Other,
}

impl Looks {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        match bytes.trim_ascii_start().first() {
            None => Self::Blank,
            Some(b'{' | b'[') => Self::Json,
            Some(b'<') => Self::Page,
            Some(_) => Self::Other,
        }
    }
}

/// A 200 that nobody at OpenRouter wrote.
pub(crate) fn page() -> Error {
    Error::new(ErrorKind::InvalidResponse, "a web page came where OpenRouter's answer should be")
        .with_stage(Stage::Protocol)
        .with_maybe_billed(true)
}

#[cfg(test)]
mod tests;
