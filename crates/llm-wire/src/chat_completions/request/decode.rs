//! From a client's bytes to a request.

use std::collections::BTreeMap;

use llm_core::{ChatRequest, Effort, Error, ErrorKind, Message, Reasoning, Result, Tool};
use serde_json::Value;

use super::Inbound;
use crate::chat_completions::{
    content::decode_cache_control,
    fields::{Fields, Misfit, Path, not_json, string},
    message::decode_message,
    response_format::decode_response_format,
    tool::{decode_tool, decode_tool_choice, make_call_id},
};

/// Reads the body of a request.
///
/// Fields without a name here, and parts, tools and choices of unknown kinds, are kept as they came, so that
/// [`encode_request`](super::encode_request) gives them back. Not kept is only what means the same: `null` and empty
/// lists are nothing, a single `stop` is a list, `max_tokens` is `max_completion_tokens`, `reasoning_effort` is
/// `reasoning.effort`, a message's `reasoning_content` is `reasoning`, and arguments that are an object are its text.
///
/// # Errors
///
/// `InvalidRequest` when the body is not JSON or nested deeper than 128 levels; when a known field is of the wrong type,
/// naming its place (`messages[0].content[1].text`); when two names of one field contradict each other.
pub fn decode_request(body: &[u8]) -> Result<Inbound> {
    let body: Value = serde_json::from_slice(body).map_err(|error| {
        Error::new(
            ErrorKind::InvalidRequest,
            format!("the body of the request cannot be read: {}", not_json(&error)),
        )
    })?;
    decode(body).map_err(Misfit::in_request)
}

fn decode(body: Value) -> Result<Inbound, Misfit> {
    let mut fields = Fields::strict(body, &Path::Root)?;
    let mut inbound = Inbound { stream: fields.flag("stream")?.unwrap_or_default(), ..Inbound::default() };
    inbound.include_usage = take_include_usage(&mut fields)?;
    let request = &mut inbound.request;
    request.model = fields.text("model")?.unwrap_or_default();
    request.messages = take_messages(&mut fields)?;
    take_sampling(&mut fields, request)?;
    take_tools(&mut fields, request)?;
    request.reasoning = take_reasoning(&mut fields)?;
    request.response_format = fields
        .value("response_format")
        .map(|format| decode_response_format(format, &Path::Field(&Path::Root, "response_format")))
        .transpose()?;
    request.verbosity = fields.text("verbosity")?;
    request.modalities = fields.texts("modalities")?;
    request.audio = fields.value("audio");
    request.prediction = fields.value("prediction");
    request.service_tier = fields.text("service_tier")?;
    request.user = fields.text("user")?;
    request.session_id = fields.text("session_id")?;
    request.metadata = take_metadata(&mut fields)?;
    request.cache_control = decode_cache_control(&mut fields)?;
    request.extra = fields.rest();
    Ok(inbound)
}

/// Takes the switch for usage out of `stream_options`, and leaves the other options.
fn take_include_usage(fields: &mut Fields<'_>) -> Result<bool, Misfit> {
    let older = fields.peek("usage").and_then(|usage| usage.get("include")).and_then(Value::as_bool);
    let Some(options) = fields.value("stream_options") else { return Ok(older.unwrap_or_default()) };
    let path = Path::Field(&Path::Root, "stream_options");
    let mut options = Fields::strict(options, &path)?;
    let include = options.flag("include_usage")?;
    let rest = options.rest();
    if !rest.is_empty() {
        fields.keep("stream_options", Value::Object(rest));
    }
    Ok(include.or(older).unwrap_or_default())
}

fn take_messages(fields: &mut Fields<'_>) -> Result<Vec<Message>, Misfit> {
    let path = Path::Field(&Path::Root, "messages");
    let messages = fields.list("messages")?.ok_or_else(|| Misfit::new(&path, "a list"))?;
    let decode = |(index, message)| {
        let path = Path::Item(&path, index);
        let turn = u32::try_from(index).unwrap_or(u32::MAX);
        decode_message(Fields::strict(message, &path)?, |call, name| make_call_id("", turn, call, name))
    };
    messages.into_iter().enumerate().map(decode).collect()
}

fn take_sampling(fields: &mut Fields<'_>, request: &mut ChatRequest) -> Result<(), Misfit> {
    let current = fields.count("max_completion_tokens")?;
    request.max_output_tokens = agree(fields, current, "max_tokens", |fields, name| fields.count(name))?;
    request.temperature = fields.number("temperature")?;
    request.top_p = fields.number("top_p")?;
    request.top_k = fields.count("top_k")?;
    request.min_p = fields.number("min_p")?;
    request.top_a = fields.number("top_a")?;
    request.frequency_penalty = fields.number("frequency_penalty")?;
    request.presence_penalty = fields.number("presence_penalty")?;
    request.repetition_penalty = fields.number("repetition_penalty")?;
    request.seed = fields.integer("seed")?;
    request.stop = take_stop(fields)?;
    request.logit_bias = take_logit_bias(fields)?;
    request.logprobs = fields.flag("logprobs")?;
    request.top_logprobs = fields.small_count("top_logprobs")?;
    request.n = fields.small_count("n")?;
    Ok(())
}

/// Takes a field's older name: it may repeat the newer one, not contradict it.
fn agree<T: PartialEq>(
    fields: &mut Fields<'_>,
    current: Option<T>,
    older: &str,
    take: impl FnOnce(&mut Fields<'_>, &str) -> Result<Option<T>, Misfit>,
) -> Result<Option<T>, Misfit> {
    match (current, take(fields, older)?) {
        (Some(current), Some(older_value)) if current != older_value => {
            Err(fields.misfit(older, "the same value as in the field's newer name, or nothing"))
        }
        (current, older_value) => Ok(current.or(older_value)),
    }
}

fn take_stop(fields: &mut Fields<'_>) -> Result<Vec<String>, Misfit> {
    match fields.value("stop") {
        None => Ok(Vec::new()),
        Some(Value::String(stop)) => Ok(vec![stop]),
        Some(Value::Array(stops)) if stops.iter().all(Value::is_string) => {
            Ok(stops.into_iter().filter_map(string).collect())
        }
        Some(_) => Err(fields.misfit("stop", "a string or a list of strings")),
    }
}

fn take_logit_bias(fields: &mut Fields<'_>) -> Result<Option<BTreeMap<String, f64>>, Misfit> {
    let path = Path::Field(&Path::Root, "logit_bias");
    let Some(biases) = fields.value("logit_bias") else { return Ok(None) };
    let bias = |(token, bias): (String, Value)| {
        let number = bias.as_f64().ok_or_else(|| Misfit::new(&Path::Field(&path, &token), "a number"))?;
        Ok((token, number))
    };
    Fields::strict(biases, &path)?.rest().into_iter().map(bias).collect::<Result<_, _>>().map(Some)
}

fn take_metadata(fields: &mut Fields<'_>) -> Result<BTreeMap<String, String>, Misfit> {
    let path = Path::Field(&Path::Root, "metadata");
    let Some(metadata) = fields.value("metadata") else { return Ok(BTreeMap::new()) };
    let pair = |(key, value): (String, Value)| match value {
        Value::String(value) => Ok((key, value)),
        _ => Err(Misfit::new(&Path::Field(&path, &key), "a string")),
    };
    Fields::strict(metadata, &path)?.rest().into_iter().map(pair).collect()
}

fn take_tools(fields: &mut Fields<'_>, request: &mut ChatRequest) -> Result<(), Misfit> {
    let path = Path::Field(&Path::Root, "tools");
    let tools = fields.list("tools")?.unwrap_or_default();
    let tool = |(index, tool)| decode_tool(tool, &Path::Item(&path, index));
    request.tools = tools.into_iter().enumerate().map(tool).collect::<Result<Vec<Tool>, _>>()?;
    request.tool_choice = fields.value("tool_choice").map(decode_tool_choice);
    request.parallel_tool_calls = fields.flag("parallel_tool_calls")?;
    Ok(())
}

/// Takes `reasoning` and its alias `reasoning_effort`.
fn take_reasoning(fields: &mut Fields<'_>) -> Result<Option<Reasoning>, Misfit> {
    let path = Path::Field(&Path::Root, "reasoning");
    let object = fields.value("reasoning").map(|value| Fields::strict(value, &path)).transpose()?;
    let mut reasoning = object.map(decode_reasoning).transpose()?;
    let current = reasoning.as_mut().and_then(|reasoning| reasoning.effort.take());
    let take_effort = |fields: &mut Fields<'_>, name: &str| Ok(fields.text(name)?.map(|t| Effort::from(&*t)));
    if let Some(effort) = agree(fields, current, "reasoning_effort", take_effort)? {
        reasoning.get_or_insert_default().effort = Some(effort);
    }
    Ok(reasoning)
}

fn decode_reasoning(mut fields: Fields<'_>) -> Result<Reasoning, Misfit> {
    Ok(Reasoning {
        effort: fields.text("effort")?.map(|effort| Effort::from(effort.as_str())),
        max_tokens: fields.count("max_tokens")?,
        exclude: fields.flag("exclude")?,
        enabled: fields.flag("enabled")?,
        extra: fields.rest(),
    })
}
