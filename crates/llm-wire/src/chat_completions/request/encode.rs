//! From a request to a server's bytes.

use llm_core::{ChatRequest, Effort, Error, ErrorKind, Extra, Reasoning, Result};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::chat_completions::{
    Dialect, MaxTokensField, ReasoningField,
    message::MessageBody,
    object_writer::ObjectWriter,
    response_format::FormatBody,
    tool::{ToolBody, encode_tool_choice},
};

/// The body of a request, its fields in a fixed order, so that equal requests are equal bytes.
///
/// What is not set is not sent. Fields in `extra` follow the known ones in their own order; a known field that is set
/// wins over one of the same name there. `options` are ours, and are not sent. When the request is `lenient`,
/// the [`unsupported_fields`] are left out.
///
/// # Errors
///
/// `Unsupported`, naming the [`unsupported_fields`], when the request is not `lenient`.
pub fn encode_request(request: &ChatRequest, stream: bool, dialect: &Dialect) -> Result<Vec<u8>> {
    let unsupported = unsupported_fields(request, dialect);
    if !unsupported.is_empty() && !request.options.lenient {
        let message = format!(
            "the provider's API cannot say `{}`; leave it out, or make the request lenient",
            unsupported.join("`, `")
        );
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    serde_json::to_vec(&Body { request, stream, dialect }).map_err(|_| {
        Error::new(
            ErrorKind::Unsupported,
            "the request holds a kind of part that the provider's API cannot say",
        )
    })
}

/// The fields of a request that the dialect cannot say: those that a `lenient` call loses.
///
/// ```
/// use llm_core::{ChatRequest, Reasoning};
/// use llm_wire::chat_completions::{Dialect, unsupported_fields};
///
/// let mut reasoning = Reasoning::default();
/// reasoning.max_tokens = Some(2000);
/// let request = ChatRequest::new("o4-mini").user("Hello!").with_reasoning(reasoning);
/// assert_eq!(unsupported_fields(&request, &Dialect::default()), ["reasoning.max_tokens"]);
/// ```
#[must_use]
pub fn unsupported_fields(request: &ChatRequest, dialect: &Dialect) -> Vec<String> {
    let (Some(reasoning), ReasoningField::Effort) = (&request.reasoning, dialect.reasoning) else {
        return Vec::new();
    };
    let fields = [
        ("reasoning.max_tokens", reasoning.max_tokens.is_some()),
        ("reasoning.exclude", reasoning.exclude == Some(true)),
        // Switched on without a word for how much.
        ("reasoning.enabled", reasoning.enabled == Some(true) && reasoning.effort.is_none()),
    ];
    let named = fields.into_iter().filter(|(_, set)| *set).map(|(name, _)| name.to_owned());
    named.chain(reasoning.extra.keys().map(|name| format!("reasoning.{name}"))).collect()
}

struct Body<'a> {
    request: &'a ChatRequest,
    stream: bool,
    dialect: &'a Dialect,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { request, dialect, .. } = self;
        let mut object = ObjectWriter::new(serializer)?;
        if !request.model.is_empty() {
            object.put("model", &request.model)?;
        }
        let message = |message| MessageBody { message, reasoning: dialect.reasoning_text };
        object.put("messages", &request.messages.iter().map(message).collect::<Vec<_>>())?;
        self.put_stream(&mut object)?;
        object.some(max_tokens_name(dialect), &request.max_output_tokens)?;
        put_sampling(&mut object, request)?;
        object.some("response_format", &request.response_format.as_ref().map(FormatBody))?;
        object.list("tools", &request.tools.iter().map(ToolBody).collect::<Vec<_>>())?;
        object.some("tool_choice", &request.tool_choice.as_ref().map(encode_tool_choice))?;
        object.some("parallel_tool_calls", &request.parallel_tool_calls)?;
        put_reasoning(&mut object, request.reasoning.as_ref(), dialect)?;
        object.some("verbosity", &request.verbosity)?;
        object.list("modalities", &request.modalities)?;
        object.some("audio", &request.audio)?;
        object.some("prediction", &request.prediction)?;
        object.some("service_tier", &request.service_tier)?;
        object.some("user", &request.user)?;
        object.some("session_id", &request.session_id)?;
        if !request.metadata.is_empty() {
            object.put("metadata", &request.metadata)?;
        }
        object.some("cache_control", &request.cache_control)?;
        object.rest(&request.extra)?;
        object.end()
    }
}

impl Body<'_> {
    /// Writes `stream` and its options. OpenAI refuses options without `stream`.
    fn put_stream<M: serde::ser::SerializeMap>(&self, object: &mut ObjectWriter<M>) -> Result<(), M::Error> {
        object.without("stream");
        object.without("stream_options");
        if !self.stream {
            return Ok(());
        }
        object.put("stream", &true)?;
        let mut options = match self.request.extra.get("stream_options") {
            Some(Value::Object(options)) => options.clone(),
            _ => Extra::new(),
        };
        if self.dialect.stream_usage {
            options.insert("include_usage".to_owned(), json!(true));
        }
        if options.is_empty() { Ok(()) } else { object.put("stream_options", &options) }
    }
}

fn max_tokens_name(dialect: &Dialect) -> &'static str {
    match dialect.max_tokens {
        MaxTokensField::MaxCompletionTokens => "max_completion_tokens",
        MaxTokensField::MaxTokens => "max_tokens",
    }
}

fn put_sampling<M: serde::ser::SerializeMap>(
    object: &mut ObjectWriter<M>,
    request: &ChatRequest,
) -> Result<(), M::Error> {
    object.some("temperature", &request.temperature)?;
    object.some("top_p", &request.top_p)?;
    object.some("top_k", &request.top_k)?;
    object.some("min_p", &request.min_p)?;
    object.some("top_a", &request.top_a)?;
    object.some("frequency_penalty", &request.frequency_penalty)?;
    object.some("presence_penalty", &request.presence_penalty)?;
    object.some("repetition_penalty", &request.repetition_penalty)?;
    object.some("seed", &request.seed)?;
    object.list("stop", &request.stop)?;
    object.some("logit_bias", &request.logit_bias)?;
    object.some("logprobs", &request.logprobs)?;
    object.some("top_logprobs", &request.top_logprobs)?;
    object.some("n", &request.n)
}

fn put_reasoning<M: serde::ser::SerializeMap>(
    object: &mut ObjectWriter<M>,
    reasoning: Option<&Reasoning>,
    dialect: &Dialect,
) -> Result<(), M::Error> {
    let Some(reasoning) = reasoning else { return Ok(()) };
    match dialect.reasoning {
        ReasoningField::Object => object.put("reasoning", reasoning),
        ReasoningField::Effort => {
            let off = (reasoning.enabled == Some(false)).then_some(Effort::None);
            object.some("reasoning_effort", &off.or_else(|| reasoning.effort.clone()))
        }
    }
}
