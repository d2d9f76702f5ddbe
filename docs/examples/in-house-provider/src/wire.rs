//! Quill's JSON, tolerant of what it does not know.

use llm_core::{ChatRequest, CostSource, Extra, FinishReason, Message, Role, Tool, ToolCall, Usage, Usd};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, Value};

/// What is asked.
#[derive(Debug, Serialize)]
pub(crate) struct Ask<'a> {
    model: &'a str,
    turns: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Offer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    stream: bool,
    /// What the caller asks for and we have no name for.
    #[serde(flatten)]
    extra: &'a Extra,
}

#[derive(Debug, Serialize)]
struct Turn<'a> {
    who: &'a str,
    says: String,
}

#[derive(Debug, Serialize)]
struct Offer<'a> {
    name: &'a str,
    about: Option<&'a str>,
    takes: Option<&'a Value>,
}

impl<'a> Ask<'a> {
    pub(crate) fn new(request: &'a ChatRequest, stream: bool) -> Self {
        Self {
            model: &request.model,
            turns: request.messages.iter().map(turn).collect(),
            tools: request.tools.iter().filter_map(offer).collect(),
            limit: request.max_output_tokens,
            stream,
            extra: &request.extra,
        }
    }
}

fn turn(message: &Message) -> Turn<'_> {
    let who = match &message.role {
        Role::Assistant => "model",
        Role::System | Role::Developer => "rules",
        Role::Tool => "tool",
        _ => "person",
    };
    Turn { who, says: message.text() }
}

fn offer(tool: &Tool) -> Option<Offer<'_>> {
    match tool {
        Tool::Function(function) => Some(Offer {
            name: &function.name,
            about: function.description.as_deref(),
            takes: function.parameters.as_ref(),
        }),
        _ => None,
    }
}

/// A whole answer, or a line of a stream: each field comes when it is known.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Line {
    pub(crate) call: Option<String>,
    pub(crate) says: Option<String>,
    pub(crate) wants: Vec<Want>,
    pub(crate) end: Option<String>,
    pub(crate) spent: Option<Spent>,
    pub(crate) fault: Option<Fault>,
    #[serde(flatten)]
    pub(crate) extra: Extra,
}

impl Line {
    pub(crate) fn finish_reason(end: &str) -> FinishReason {
        match end {
            "done" => FinishReason::Stop,
            "limit" => FinishReason::Length,
            "tools" => FinishReason::ToolCalls,
            other => FinishReason::from(other),
        }
    }
}

/// A tool that the model wants called. It comes whole, in streams too.
#[derive(Debug, Deserialize)]
pub(crate) struct Want {
    id: String,
    tool: String,
    with: Value,
}

impl From<Want> for ToolCall {
    fn from(want: Want) -> Self {
        Self { id: want.id, name: want.tool, arguments: want.with.to_string(), ..Self::default() }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Spent {
    read: Option<u64>,
    wrote: Option<u64>,
    /// Kept as text: money does not pass through a float.
    dollars: Option<Box<RawValue>>,
}

impl Spent {
    pub(crate) fn usage(&self) -> Usage {
        let mut usage = Usage::new();
        (usage.input_tokens, usage.output_tokens) = (self.read, self.wrote);
        let Some(dollars) = &self.dollars else { return usage };
        match dollars.get().parse::<Usd>() {
            Ok(cost) => usage.with_cost(cost, CostSource::Provider),
            Err(_) => {
                usage.rejected_cost = Some(dollars.get().chars().take(64).collect());
                usage
            }
        }
    }
}

/// What went wrong, in Quill's words.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fault {
    pub(crate) code: String,
    pub(crate) why: String,
}
