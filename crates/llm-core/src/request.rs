//! A request for an answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    CacheControl, CallOptions, Content, Extra, Message, ResponseFormat, Tool, ToolChoice,
    open_enum::open_enum,
};

/// A request for an answer of a model.
///
/// What is `None` or empty is not sent: the vendor's default stands. What has no field here travels in `extra`,
/// under the vendor's own name, to the vendor that it is meant for.
///
/// ```
/// use llm_core::ChatRequest;
///
/// let request = ChatRequest::new("openrouter/anthropic/claude-sonnet-4")
///     .system("You answer in one sentence.")
///     .user("Why is the sky blue?")
///     .with_max_output_tokens(200)
///     .with_temperature(0.2);
/// assert_eq!(request.messages.len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChatRequest {
    /// The model, alias or role that is asked for. It is checked when the call begins, before any I/O; a provider
    /// finds its own, upstream name here.
    pub model: String,
    /// The conversation, oldest message first.
    pub messages: Vec<Message>,
    /// The most tokens that the answer may have, its reasoning included.
    pub max_output_tokens: Option<u64>,
    /// Randomness, 0 to 2.
    pub temperature: Option<f64>,
    /// Nucleus sampling, 0 to 1.
    pub top_p: Option<f64>,
    /// Sampling from the k likeliest tokens only.
    pub top_k: Option<u64>,
    /// The least probability relative to the likeliest token, 0 to 1.
    pub min_p: Option<f64>,
    /// As `min_p`, by the square of the likeliest token's probability, 0 to 1.
    pub top_a: Option<f64>,
    /// -2 to 2.
    pub frequency_penalty: Option<f64>,
    /// -2 to 2.
    pub presence_penalty: Option<f64>,
    /// 0 to 2.
    pub repetition_penalty: Option<f64>,
    /// A seed for the sampling, best effort everywhere.
    pub seed: Option<i64>,
    /// Texts that end the answer, at most 4 at most vendors.
    pub stop: Vec<String>,
    /// Bias by token id, -100 to 100.
    pub logit_bias: Option<BTreeMap<String, f64>>,
    /// Whether to report log probabilities.
    pub logprobs: Option<bool>,
    /// How many alternatives to report for each token, 0 to 20.
    pub top_logprobs: Option<u32>,
    /// How many answers to give.
    pub n: Option<u32>,
    /// The shape of the answer.
    pub response_format: Option<ResponseFormat>,
    /// What the model may call.
    pub tools: Vec<Tool>,
    /// Whether it must.
    pub tool_choice: Option<ToolChoice>,
    /// Whether it may make several calls at once.
    pub parallel_tool_calls: Option<bool>,
    /// How much to think.
    pub reasoning: Option<Reasoning>,
    /// How much to say: `low`, `medium`, `high`, …
    pub verbosity: Option<String>,
    /// What the answer may hold: `text`, `image`, `audio`.
    pub modalities: Vec<String>,
    /// Voice and format of spoken answers, in the vendor's own shape.
    pub audio: Option<Value>,
    /// Text that the answer is expected to repeat, in the vendor's own shape.
    pub prediction: Option<Value>,
    /// The tier of service: `auto`, `flex`, `priority`, …
    pub service_tier: Option<String>,
    /// The end user, for the vendor's abuse handling and for our log.
    pub user: Option<String>,
    /// The conversation, for sticky routing.
    pub session_id: Option<String>,
    /// Pairs for the vendor's own records and our log, at most 16 at most vendors.
    pub metadata: BTreeMap<String, String>,
    /// Where the vendor may cut the prompt for its cache, for the request as a whole.
    pub cache_control: Option<CacheControl>,
    /// Fields that have no name here.
    pub extra: Extra,
    /// What is asked of us rather than of the model.
    pub options: CallOptions,
}

impl ChatRequest {
    /// A request to a model, alias or role, with nothing said yet.
    #[must_use]
    pub fn new(model: impl Into<String>) -> Self {
        Self { model: model.into(), ..Self::default() }
    }

    /// Adds a message.
    #[must_use]
    pub fn message(mut self, message: Message) -> Self {
        self.messages.push(message);
        self
    }

    /// Adds instructions.
    #[must_use]
    pub fn system(self, content: impl Into<Content>) -> Self {
        self.message(Message::system(content))
    }

    /// Adds what the person says.
    #[must_use]
    pub fn user(self, content: impl Into<Content>) -> Self {
        self.message(Message::user(content))
    }

    /// Adds what the model said.
    #[must_use]
    pub fn assistant(self, content: impl Into<Content>) -> Self {
        self.message(Message::assistant(content))
    }

    /// Bounds the answer's tokens.
    #[must_use]
    pub fn with_max_output_tokens(mut self, tokens: u64) -> Self {
        self.max_output_tokens = Some(tokens);
        self
    }

    /// Sets the randomness, 0 to 2.
    #[must_use]
    pub fn with_temperature(mut self, temperature: f64) -> Self {
        self.temperature = Some(temperature);
        self
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(mut self, seed: i64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Adds a tool.
    #[must_use]
    pub fn with_tool(mut self, tool: Tool) -> Self {
        self.tools.push(tool);
        self
    }

    /// Sets whether the model may, must or must not call a tool.
    #[must_use]
    pub fn with_tool_choice(mut self, choice: ToolChoice) -> Self {
        self.tool_choice = Some(choice);
        self
    }

    /// Sets the shape of the answer.
    #[must_use]
    pub fn with_response_format(mut self, format: ResponseFormat) -> Self {
        self.response_format = Some(format);
        self
    }

    /// Sets how much to think.
    #[must_use]
    pub fn with_reasoning(mut self, reasoning: Reasoning) -> Self {
        self.reasoning = Some(reasoning);
        self
    }

    /// Names the end user.
    #[must_use]
    pub fn with_user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// Adds a pair for the vendor's records and our log.
    #[must_use]
    pub fn with_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }

    /// Sets a field that has no name here.
    #[must_use]
    pub fn with_extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// Sets what is asked of us rather than of the model.
    #[must_use]
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }
}

/// How much to think before the answer. Set `effort` or `max_tokens`, not both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reasoning {
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// In tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    /// Whether to leave the reasoning out of the answer. It is billed all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude: Option<bool>,
    /// Whether to think at all, with the vendor's default effort.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Fields that have no name here.
    #[serde(flatten)]
    pub extra: Extra,
}

open_enum! {
    /// How much to think, in words. Each model takes some of these.
    Effort {
        /// Not at all.
        None = "none",
        /// Hardly.
        Minimal = "minimal",
        /// A little.
        Low = "low",
        /// Some.
        Medium = "medium",
        /// Much.
        High = "high",
        /// Very much.
        Xhigh = "xhigh",
        /// As much as it can.
        Max = "max",
    }
}
