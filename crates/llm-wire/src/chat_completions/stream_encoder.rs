//! From our events to the data of a stream's events.

use std::collections::BTreeSet;

use llm_core::{ChatEvent, ChoiceFinish, Extra, Finish, Started, Usage};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{object_writer::ObjectWriter, response::put_ours, usage::UsageBody};

/// Makes the data of a stream's events for clients of Chat Completions, out of our events.
///
/// Each answer's first chunk names the role. The finish reasons have chunks of their own, then comes the usage, in a chunk
/// without choices and only to those that asked for it: other clients take such a chunk for broken.
///
/// ```
/// use llm_core::{ChatEvent, Finish, FinishReason};
/// use llm_wire::chat_completions::StreamEncoder;
///
/// let (mut encoder, mut data) = (StreamEncoder::new("chatcmpl-1", false), Vec::new());
/// encoder.push(&ChatEvent::TextDelta { choice: 0, text: "Hi".into() }, &mut data);
/// encoder.push(&ChatEvent::Finished(Finish::of(FinishReason::Stop)), &mut data);
/// for data in &data {
///     println!("data: {data}\n");
/// }
/// println!("data: [DONE]\n");
/// assert!(data[0].ends_with(r#""choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}"#));
/// ```
#[derive(Debug)]
pub struct StreamEncoder {
    id: String,
    include_usage: bool,
    started: Started,
    /// The answers whose role was named.
    begun: BTreeSet<u32>,
    /// The calls whose input is free text, by answer and number.
    free_text: BTreeSet<(u32, u32)>,
    usage: Usage,
}

impl StreamEncoder {
    /// A stream that the client shall know by this id. `include_usage` is whether it asked for usage.
    #[must_use]
    pub fn new(id: impl Into<String>, include_usage: bool) -> Self {
        Self {
            id: id.into(),
            include_usage,
            started: Started::default(),
            begun: BTreeSet::new(),
            free_text: BTreeSet::new(),
            usage: Usage::new(),
        }
    }

    /// Takes an event and adds the data that it becomes to `out`: JSON on one line each. The caller frames them, sends
    /// `[DONE]` after the terminal event, and the body of [`encode_error`](super::encode_error) in place of it when the
    /// stream breaks.
    pub fn push(&mut self, event: &ChatEvent, out: &mut Vec<String>) {
        match event {
            ChatEvent::Started(started) => {
                self.started = started.clone();
                self.begun.insert(0);
                let choice = ChoicePiece { first: true, ..ChoicePiece::of(0, Delta::Text("")) };
                out.extend(self.chunk(&[choice], Beside::Start));
            }
            ChatEvent::TextDelta { choice, text } => self.piece(*choice, Delta::Text(text), out),
            ChatEvent::RefusalDelta { choice, text } => self.piece(*choice, Delta::Refusal(text), out),
            ChatEvent::ReasoningDelta { choice, text, details } => {
                self.piece(*choice, Delta::Reasoning(text, details), out);
            }
            ChatEvent::ToolCallDelta { choice, index, id, name, arguments, extra } => {
                if extra.get("type").is_some_and(|kind| kind == CUSTOM) {
                    self.free_text.insert((*choice, *index));
                }
                let free_text = self.free_text.contains(&(*choice, *index));
                let (id, name) = (id.as_deref(), name.as_deref());
                let call = CallPiece { index: *index, id, name, arguments, extra, free_text };
                self.piece(*choice, Delta::Call(call), out);
            }
            ChatEvent::ExtraDelta { choice, fields } => self.piece(*choice, Delta::Fields(fields), out),
            ChatEvent::Logprobs { choice, value } => {
                let piece = ChoicePiece { logprobs: Some(value), ..ChoicePiece::of(*choice, Delta::Nothing) };
                out.extend(self.chunk(&[piece], Beside::Nothing));
            }
            ChatEvent::Usage(usage) => self.usage.update(usage.clone()),
            ChatEvent::Finished(finish) => self.finish(finish, out),
            _ => {}
        }
    }

    /// Adds a piece of an answer, with the role if it is the first.
    fn piece(&mut self, choice: u32, delta: Delta<'_>, out: &mut Vec<String>) {
        let first = self.begun.insert(choice);
        out.extend(self.chunk(&[ChoicePiece { first, ..ChoicePiece::of(choice, delta) }], Beside::Nothing));
    }

    /// Adds the ends: the answers', then the usage.
    fn finish(&mut self, finish: &Finish, out: &mut Vec<String>) {
        let last = finish.choices.len().saturating_sub(1);
        for (at, end) in finish.choices.iter().enumerate() {
            let piece = ChoicePiece { end: Some(end), ..ChoicePiece::of(end.index, Delta::Nothing) };
            let beside = if at == last { Beside::End(finish) } else { Beside::Nothing };
            out.extend(self.chunk(&[piece], beside));
        }
        if self.include_usage && !self.usage.is_empty() {
            out.extend(self.chunk(&[], Beside::Usage(&self.usage)));
        }
    }

    /// One chunk on one line. Nothing in it can fail to be JSON, so there always is one.
    fn chunk(&self, choices: &[ChoicePiece<'_>], beside: Beside<'_>) -> Option<String> {
        serde_json::to_string(&Chunk { id: &self.id, started: &self.started, choices, beside }).ok()
    }
}

/// The names of the two kinds of call.
const CUSTOM: &str = "custom";
const FUNCTION: &str = "function";

struct Chunk<'a> {
    id: &'a str,
    started: &'a Started,
    choices: &'a [ChoicePiece<'a>],
    beside: Beside<'a>,
}

/// What a chunk says beside its choices.
enum Beside<'a> {
    Nothing,
    Start,
    End(&'a Finish),
    Usage(&'a Usage),
}

impl Serialize for Chunk<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { started, beside, .. } = self;
        let mut object = ObjectWriter::new(serializer)?;
        object.put("id", self.id)?;
        object.put("object", "chat.completion.chunk")?;
        object.put("created", &started.created.unwrap_or_default())?;
        object.put("model", &started.model)?;
        object.some("provider", &started.served_by)?;
        object.some("system_fingerprint", &started.system_fingerprint)?;
        object.put("choices", self.choices)?;
        match beside {
            Beside::Nothing => {}
            Beside::Start => {
                put_ours(&mut object, started.cached, &started.dropped)?;
                object.rest(&started.extra)?;
            }
            Beside::End(finish) => {
                object.some("service_tier", &finish.service_tier)?;
                object.rest(&finish.extra)?;
            }
            Beside::Usage(usage) => object.put("usage", &UsageBody(usage))?,
        }
        object.end()
    }
}

/// What a chunk says of one answer.
struct ChoicePiece<'a> {
    index: u32,
    /// Whether the role is named.
    first: bool,
    delta: Delta<'a>,
    logprobs: Option<&'a Value>,
    end: Option<&'a ChoiceFinish>,
}

impl<'a> ChoicePiece<'a> {
    fn of(index: u32, delta: Delta<'a>) -> Self {
        Self { index, first: false, delta, logprobs: None, end: None }
    }
}

impl Serialize for ChoicePiece<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::new(serializer)?;
        object.put("index", &self.index)?;
        object.put("delta", &DeltaBody(self))?;
        object.some("logprobs", &self.logprobs)?;
        // An empty reason is the end all the same, and `null` would be none.
        object.put("finish_reason", &self.end.map(|end| end.reason.as_str()))?;
        object.some("native_finish_reason", &self.end.and_then(|end| end.native.as_ref()))?;
        object.end()
    }
}

/// A piece of a message.
enum Delta<'a> {
    Nothing,
    Text(&'a str),
    Refusal(&'a str),
    Reasoning(&'a str, &'a [Value]),
    Call(CallPiece<'a>),
    Fields(&'a Extra),
}

struct DeltaBody<'a>(&'a ChoicePiece<'a>);

impl Serialize for DeltaBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::new(serializer)?;
        if self.0.first {
            object.put("role", "assistant")?;
        }
        match &self.0.delta {
            Delta::Nothing => {}
            Delta::Text(text) => object.put("content", text)?,
            Delta::Refusal(text) => object.put("refusal", text)?,
            Delta::Reasoning(text, details) => {
                object.some("reasoning", &Some(text).filter(|text| !text.is_empty()))?;
                object.list("reasoning_details", details)?;
            }
            Delta::Call(call) => object.put("tool_calls", &[call])?,
            Delta::Fields(fields) => object.rest(fields)?,
        }
        object.end()
    }
}

/// A piece of a tool call.
struct CallPiece<'a> {
    index: u32,
    id: Option<&'a str>,
    name: Option<&'a str>,
    arguments: &'a str,
    extra: &'a Extra,
    /// Its input is free text.
    free_text: bool,
}

impl Serialize for CallPiece<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::new(serializer)?;
        object.put("index", &self.index)?;
        object.some("id", &self.id)?;
        let kind = self.extra.get("type").and_then(Value::as_str);
        if self.id.is_some() {
            object.put("type", kind.unwrap_or(FUNCTION))?;
        }
        if kind.is_none_or(|kind| kind == CUSTOM) {
            object.put(if self.free_text { CUSTOM } else { FUNCTION }, &CalledPiece(self))?;
            object.without(FUNCTION);
        }
        object.rest(self.extra)?;
        object.end()
    }
}

struct CalledPiece<'a>(&'a CallPiece<'a>);

impl Serialize for CalledPiece<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(call) = self;
        let mut object = ObjectWriter::new(serializer)?;
        object.some("name", &call.name)?;
        object.put(if call.free_text { "input" } else { "arguments" }, call.arguments)?;
        if let Some(Value::Object(extra)) = call.extra.get(FUNCTION) {
            object.rest(extra)?;
        }
        object.end()
    }
}
