//! What a stream is made of.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Extra, FinishReason, ProviderName, Usage};

/// One event of a streamed answer.
///
/// A stream is: any number of events, then exactly one terminal item, which is [`ChatEvent::Finished`] for a whole
/// answer or an error for a broken one, then nothing. A stream that ends without either does not occur.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChatEvent {
    /// What is known of the answer before its content. At most once, before any content.
    Started(Started),
    /// A piece of text.
    TextDelta {
        /// Which answer it belongs to, from 0.
        choice: u32,
        /// The piece, never empty.
        text: String,
    },
    /// A piece of a refusal, in the model's words.
    RefusalDelta {
        /// Which answer it belongs to.
        choice: u32,
        /// The piece, never empty.
        text: String,
    },
    /// A piece of reasoning: the same text twice, once plain and once in the vendor's opaque items.
    ReasoningDelta {
        /// Which answer it belongs to.
        choice: u32,
        /// The plain piece, maybe empty.
        text: String,
        /// The pieces of the vendor's items, maybe none. See [`Collector`](crate::Collector) for how they join.
        details: Vec<Value>,
    },
    /// A piece of a tool call.
    ToolCallDelta {
        /// Which answer it belongs to.
        choice: u32,
        /// Which call of the answer it belongs to, from 0.
        index: u32,
        /// The call's id, in its first piece. Never empty there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// The function's name, in its first piece.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// A piece of the arguments' JSON, maybe empty.
        arguments: String,
        /// Fields of the call that have no name here, function-level ones under `function`.
        #[serde(default, skip_serializing_if = "Extra::is_empty")]
        extra: Extra,
    },
    /// A piece of the message that has no name here: `images`, `audio`, `annotations`, …
    ExtraDelta {
        /// Which answer it belongs to.
        choice: u32,
        /// The fields, in the vendor's own shape.
        fields: Extra,
    },
    /// Log probabilities of the pieces just given, in the vendor's own shape.
    Logprobs {
        /// Which answer they belong to.
        choice: u32,
        /// The vendor's value.
        value: Value,
    },
    /// What the call used so far. It may come more than once; the last counts.
    Usage(Usage),
    /// A sign of life without content, a comment or a ping. It resets the idle clock, not the first-token clock,
    /// and does not leave the deadlines layer.
    Alive,
    /// The end of a whole answer.
    Finished(Finish),
}

impl ChatEvent {
    /// Whether it is content, so that the answer counts as begun: text, reasoning, refusal, a tool call, media.
    #[must_use]
    pub const fn is_content(&self) -> bool {
        matches!(
            self,
            Self::TextDelta { .. }
                | Self::RefusalDelta { .. }
                | Self::ReasoningDelta { .. }
                | Self::ToolCallDelta { .. }
                | Self::ExtraDelta { .. }
        )
    }

    /// Its text, if it is a [`ChatEvent::TextDelta`] of the first answer.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::TextDelta { choice: 0, text } => Some(text),
            _ => None,
        }
    }
}

/// What is known of an answer before its content.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Started {
    /// The provider's id of the call.
    pub id: Option<String>,
    /// The model that answers.
    pub model: String,
    /// The provider that answers us.
    pub provider: Option<ProviderName>,
    /// The vendor behind the provider, as the provider displays it.
    pub served_by: Option<String>,
    /// When the provider began, in seconds since 1970.
    pub created: Option<i64>,
    /// The vendor's mark of its configuration.
    pub system_fingerprint: Option<String>,
    /// Set when the answer comes out of our cache.
    pub cached: Option<crate::CacheHit>,
    /// Fields of the request that a `lenient` call lost.
    pub dropped: Vec<String>,
    /// Fields that have no name here.
    pub extra: Extra,
}

/// How a whole answer ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Finish {
    /// Each answer's end, in the order of their numbers. Never empty in a stream of ours.
    pub choices: Vec<ChoiceFinish>,
    /// The tier of service that was given.
    pub service_tier: Option<String>,
    /// Fields that have no name here and came at the end.
    pub extra: Extra,
}

impl Finish {
    /// The end of a single answer.
    #[must_use]
    pub fn of(reason: FinishReason) -> Self {
        Self { choices: vec![ChoiceFinish { index: 0, reason, native: None }], ..Self::default() }
    }

    /// Why the first answer ended.
    #[must_use]
    pub fn reason(&self) -> Option<&FinishReason> {
        self.choices.first().map(|choice| &choice.reason)
    }
}

/// How one answer ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChoiceFinish {
    /// The answer's number, from 0.
    pub index: u32,
    /// Why it ended.
    pub reason: FinishReason,
    /// The reason in the words of the vendor behind the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub native: Option<String>,
}
