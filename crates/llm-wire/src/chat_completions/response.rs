//! Whole answers, both ways.

use llm_core::{
    CacheHit, ChatResponse, Choice, Error, Extra, FinishReason, Message, Partial, Result, Role, Usage,
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, value::RawValue};

use super::{
    Failure, ReasoningText, Reply, decode_failure,
    failure::{broken_answer, said},
    fields::{Fields, Misfit, Path, not_json, unreadable},
    finish::{finish_reason, is_broken},
    message::{MessageBody, decode_message},
    object_writer::ObjectWriter,
    tolerant::{Integer, Items, Text, wire_object},
    tool::{json_arguments, make_call_id},
    usage::{UsageBody, decode_usage, groq_usage},
};

wire_object! {
    /// The body of an answer, or of a failure with the status of one.
    struct Body<'a> {
        id: Text<'a> = "id",
        model: Text<'a> = "model",
        provider: Text<'a> = "provider",
        created: Integer = "created",
        choices: Option<Items<Value>> = "choices",
        usage: Option<&'a RawValue> = "usage",
        cost: Option<&'a RawValue> = "cost",
        service_tier: Text<'a> = "service_tier",
        system_fingerprint: Text<'a> = "system_fingerprint",
        error: Value = "error",
        _object: Text<'a> = "object",
    }
}

/// Reads the body of an answer.
///
/// An error in it, beside the choices, in one of them or in their place, makes it a [`Reply::Failure`], whatever its HTTP
/// status was; so does the finish reason `error`. The failure then holds the text and the usage that came with it.
/// White space before the JSON, as servers send that keep a slow connection alive, is skipped.
///
/// # Errors
///
/// `InvalidResponse` when it is neither an answer nor a failure: not JSON, nested deeper than 128 levels, without choices.
pub fn decode_response(body: &[u8]) -> Result<Reply<ChatResponse>> {
    let parsed: Body<'_> = match serde_json::from_slice(body) {
        Ok(parsed) => parsed,
        Err(error) => {
            return decode_failure(body).map(Reply::failure).ok_or_else(|| unreadable(not_json(&error)));
        }
    };
    let usage =
        decode_usage(parsed.usage, parsed.cost).or_else(|| groq_usage(&parsed.extra)).unwrap_or_default();
    let mut error = said(parsed.error);
    if error.is_none()
        && parsed.choices.is_none()
        && let Some(failure) = decode_failure(body)
    {
        return Ok(Reply::failure(failure));
    }
    let mut choices = Vec::new();
    for (position, choice) in parsed.choices.unwrap_or_default().0.into_iter().enumerate() {
        match decode_choice(choice, position, parsed.id.filled().unwrap_or_default()) {
            Ok((choice, broken)) => {
                choices.push(choice);
                error = error.or(broken);
            }
            Err(_) if error.is_some() => {}
            Err(misfit) => return Err(with_usage(misfit.in_response(), usage)),
        }
    }
    if let Some(error) = error {
        return Ok(Reply::failure(broken(error, parsed.extra, &choices, usage)));
    }
    if choices.is_empty() {
        return Err(with_usage(unreadable("it holds no choices"), usage));
    }
    let mut response = ChatResponse::default();
    response.id = parsed.id.owned();
    response.model = parsed.model.owned().unwrap_or_default();
    response.served_by = parsed.provider.owned();
    response.created = parsed.created.time();
    response.choices = choices;
    response.usage = usage;
    response.service_tier = parsed.service_tier.owned();
    response.system_fingerprint = parsed.system_fingerprint.owned();
    response.extra = parsed.extra;
    Ok(Reply::Answer(response))
}

/// Reads one answer, and the error in it, if there is one.
fn decode_choice(value: Value, position: usize, answer: &str) -> Result<(Choice, Option<Value>), Misfit> {
    let list = Path::Field(&Path::Root, "choices");
    let path = Path::Item(&list, position);
    let mut fields = Fields::tolerant(value, &path)?;
    let index = fields.small_count("index")?.or_else(|| u32::try_from(position).ok()).unwrap_or_default();
    // One that is no number is not worth keeping.
    fields.value("index");
    let reason = fields.text("finish_reason")?.unwrap_or_default();
    let error =
        fields.value("error").and_then(said).or_else(|| is_broken(&reason).then(|| broken_answer(&reason)));
    let message_path = Path::Field(&path, "message");
    let message = match fields.value("message") {
        Some(message) => decode_message(fields.inside(message, &message_path)?, |call, name| {
            make_call_id(answer, index, call, name)
        })?,
        None if error.is_some() => Message::empty(Role::Assistant),
        None => return Err(Misfit::new(&message_path, "an object")),
    };
    let calls = || message.tool_calls.iter().map(json_arguments);
    let reason = finish_reason(&reason, calls().flatten(), calls().any(|arguments| arguments.is_none()));
    let mut choice = Choice::new(index, message, reason);
    choice.native_finish_reason = fields.text("native_finish_reason")?;
    choice.logprobs = fields.value("logprobs");
    choice.extra = fields.rest();
    Ok((choice, error))
}

/// A failure, with the part of an answer that came with it.
fn broken(error: Value, beside: Extra, choices: &[Choice], usage: Usage) -> Failure {
    let mut failure = Failure::from_error(error, beside);
    let text = choices.first().map(|choice| choice.message.text()).unwrap_or_default();
    if !text.is_empty() || !usage.is_empty() {
        failure.partial = Some(Partial::new(text, usage));
    }
    failure
}

/// An error that keeps what the call used: an answer that cannot be read is billed all the same.
fn with_usage(error: Error, usage: Usage) -> Error {
    if usage.is_empty() { error } else { error.with_partial(Partial::new("", usage)) }
}

/// The body of an answer. `id` is what the client shall know it by.
///
/// The cost is a JSON number with all its digits. What the answer says of us, that it came out of the cache or lost
/// fields of the request, goes with it as `cached`, `age` (in seconds) and `dropped`.
#[must_use]
pub fn encode_response(response: &ChatResponse, id: &str) -> Vec<u8> {
    // Nothing in an answer can fail to be JSON: all keys are strings, and no float stands outside of a JSON value.
    serde_json::to_vec(&ResponseBody { response, id }).unwrap_or_default()
}

struct ResponseBody<'a> {
    response: &'a ChatResponse,
    id: &'a str,
}

impl Serialize for ResponseBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { response, id } = self;
        let mut object = ObjectWriter::new(serializer)?;
        object.put("id", id)?;
        object.put("object", "chat.completion")?;
        object.put("created", &response.created.unwrap_or_default())?;
        object.put("model", &response.model)?;
        object.some("provider", &response.served_by)?;
        object.put("choices", &response.choices.iter().map(ChoiceBody).collect::<Vec<_>>())?;
        if !response.usage.is_empty() {
            object.put("usage", &UsageBody(&response.usage))?;
        }
        object.some("service_tier", &response.service_tier)?;
        object.some("system_fingerprint", &response.system_fingerprint)?;
        put_ours(&mut object, response.cached, &response.dropped)?;
        object.rest(&response.extra)?;
        object.end()
    }
}

/// Writes what an answer says of us.
pub(super) fn put_ours<M: SerializeMap>(
    object: &mut ObjectWriter<M>,
    cached: Option<CacheHit>,
    dropped: &[String],
) -> Result<(), M::Error> {
    if let Some(hit) = cached {
        object.put("cached", &true)?;
        object.put("age", &hit.age.as_secs())?;
    }
    object.list("dropped", dropped)
}

struct ChoiceBody<'a>(&'a Choice);

impl Serialize for ChoiceBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(choice) = self;
        let mut object = ObjectWriter::new(serializer)?;
        object.put("index", &choice.index)?;
        let message = MessageBody { message: &choice.message, reasoning: ReasoningText::Reasoning };
        object.put("message", &message)?;
        object.put("logprobs", &choice.logprobs)?;
        object.put("finish_reason", &reason_body(&choice.finish_reason))?;
        object.some("native_finish_reason", &choice.native_finish_reason)?;
        object.rest(&choice.extra)?;
        object.end()
    }
}

/// A reason as it stands on the wire; one that was never said is `null`.
fn reason_body(reason: &FinishReason) -> Option<&str> {
    Some(reason.as_str()).filter(|reason| !reason.is_empty())
}
