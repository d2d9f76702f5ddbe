//! What differs between servers that speak the dialect.

/// What a server that speaks Chat Completions wants to be told, and under which name.
///
/// The default is what OpenAI documents today. Servers differ by what they were copied from and when; the switches are
/// neutral, and a provider sets those that its vendor needs.
///
/// ```
/// use llm_wire::chat_completions::{Dialect, MaxTokensField};
///
/// let older = Dialect::default().with_max_tokens(MaxTokensField::MaxTokens);
/// assert_eq!(older.max_tokens, MaxTokensField::MaxTokens);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dialect {
    /// The name of the limit on the answer's tokens.
    pub max_tokens: MaxTokensField,
    /// How much to think, as an object or as a word.
    pub reasoning: ReasoningField,
    /// Where the plain reasoning of an earlier turn stands when it is sent back.
    pub reasoning_text: ReasoningText,
    /// Whether to ask for usage in streams by `stream_options.include_usage`. Without it most servers give none;
    /// a few refuse the field.
    pub stream_usage: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            max_tokens: MaxTokensField::MaxCompletionTokens,
            reasoning: ReasoningField::Effort,
            reasoning_text: ReasoningText::Reasoning,
            stream_usage: true,
        }
    }
}

impl Dialect {
    /// Names the limit on the answer's tokens.
    #[must_use]
    pub fn with_max_tokens(mut self, field: MaxTokensField) -> Self {
        self.max_tokens = field;
        self
    }

    /// Says how reasoning is asked for.
    #[must_use]
    pub fn with_reasoning(mut self, field: ReasoningField) -> Self {
        self.reasoning = field;
        self
    }

    /// Says where the plain reasoning of an earlier turn is sent back.
    #[must_use]
    pub fn with_reasoning_text(mut self, place: ReasoningText) -> Self {
        self.reasoning_text = place;
        self
    }

    /// Says whether to ask for usage in streams.
    #[must_use]
    pub fn with_stream_usage(mut self, ask: bool) -> Self {
        self.stream_usage = ask;
        self
    }
}

/// The name of the limit on the answer's tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MaxTokensField {
    /// `max_completion_tokens`: OpenAI's own, whose reasoning models refuse the older name, and OpenRouter's.
    #[default]
    MaxCompletionTokens,
    /// `max_tokens`: the only name that most compatible servers know.
    MaxTokens,
}

/// How much to think, as an object or as a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReasoningField {
    /// `reasoning_effort`, a word. It cannot say a number of tokens, nor that the text be left out.
    #[default]
    Effort,
    /// `reasoning`, an object that says all of it, as at OpenRouter.
    Object,
}

/// Where the plain reasoning of an earlier turn stands in an assistant's message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReasoningText {
    /// In `reasoning`, beside `reasoning_details`.
    #[default]
    Reasoning,
    /// In `reasoning_content`. DeepSeek refuses a turn with tool calls that comes back without it.
    ReasoningContent,
    /// Nowhere, `reasoning_details` neither: for servers that refuse fields which they do not know.
    Omitted,
}
