//! Messages, both ways.

use llm_core::{Message, Role};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{
    ReasoningText,
    content::{ContentBody, decode_content},
    fields::{Fields, Misfit, Path},
    object_writer::ObjectWriter,
    tool::{CallBody, decode_call},
};

/// The names under which servers give plain reasoning, best first. More than one of them means the same text twice.
pub(super) const REASONING_NAMES: [&str; 3] = ["reasoning", "reasoning_content", "thinking"];

/// Reads a message. `make_id` gives an id to a call that came without one, from its place and its name.
pub(super) fn decode_message(
    mut fields: Fields<'_>,
    make_id: impl Fn(usize, &str) -> String,
) -> Result<Message, Misfit> {
    let role = match fields.text("role")? {
        Some(role) => Role::from(role.as_str()),
        None if fields.is_tolerant() => Role::Assistant,
        None => return Err(fields.misfit("role", "a string")),
    };
    let mut message = Message::empty(role);
    message.content = match fields.value("content") {
        Some(content) => Some(decode_content(content, &fields)?),
        None => None,
    };
    message.name = fields.text("name")?;
    message.tool_call_id = fields.text("tool_call_id")?;
    message.refusal = fields.text("refusal")?;
    message.reasoning = decode_reasoning(&mut fields)?;
    message.reasoning_details = fields.list("reasoning_details")?.unwrap_or_default();
    let calls_path = Path::Field(fields.path(), "tool_calls");
    for (index, call) in fields.list("tool_calls")?.unwrap_or_default().into_iter().enumerate() {
        let path = Path::Item(&calls_path, index);
        let call = fields.inside(call, &path)?;
        message.tool_calls.push(decode_call(call, |name| make_id(index, name))?);
    }
    message.extra = fields.rest();
    Ok(message)
}

/// Takes the plain reasoning under the first of its names. A request keeps further ones as they came.
fn decode_reasoning(fields: &mut Fields<'_>) -> Result<Option<String>, Misfit> {
    let text = |name: &str| fields.peek(name).and_then(Value::as_str);
    let full = REASONING_NAMES.into_iter().find(|name| text(name).is_some_and(|text| !text.is_empty()));
    let name = full.or_else(|| REASONING_NAMES.into_iter().find(|name| text(name).is_some()));
    let reasoning = name.map(|name| fields.text(name)).transpose()?.flatten();
    if fields.is_tolerant() {
        for name in REASONING_NAMES {
            fields.text(name)?;
        }
    }
    Ok(reasoning)
}

/// A message as it stands on the wire.
pub(super) struct MessageBody<'a> {
    pub(super) message: &'a Message,
    pub(super) reasoning: ReasoningText,
}

impl Serialize for MessageBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { message, reasoning } = self;
        let mut object = ObjectWriter::new(serializer)?;
        object.put("role", &message.role)?;
        // Some servers demand the field, `null` included, beside tool calls.
        object.put("content", &message.content.as_ref().map(ContentBody))?;
        object.some("name", &message.name)?;
        object.some("refusal", &message.refusal)?;
        match reasoning {
            ReasoningText::Reasoning => object.some("reasoning", &message.reasoning)?,
            ReasoningText::ReasoningContent => object.some("reasoning_content", &message.reasoning)?,
            ReasoningText::Omitted => {}
        }
        if *reasoning != ReasoningText::Omitted {
            object.list("reasoning_details", &message.reasoning_details)?;
        }
        let calls: Vec<_> = message.tool_calls.iter().map(CallBody).collect();
        object.list("tool_calls", &calls)?;
        object.some("tool_call_id", &message.tool_call_id)?;
        object.rest(&message.extra)?;
        object.end()
    }
}
