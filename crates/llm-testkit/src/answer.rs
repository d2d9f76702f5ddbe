//! A chat answer in the OpenAI dialect, whole or as a stream.

use std::time::Duration;

use http::{HeaderValue, header};
use llm_core::Usd;
use serde_json::Value;

use crate::{
    Bill, Fault, Gate,
    reply::{Reply, Script, Step},
};

mod wire;

pub(crate) use wire::{Usage, text_of};

/// What a token of the prompt costs where an [`Answer`] names no cost: digits down to the picodollar.
const PROMPT_PICOS: i64 = 1_234_567;
/// What a token of the answer costs.
const COMPLETION_PICOS: i64 = 4_321_987;

/// A chat answer in the dialect that OpenRouter and OpenAI share, made to fit the request: a stream when its `stream`
/// is true, with the model that it names, and with usage and an exact cost.
///
/// Unless told otherwise a word is a token, prompt and answer alike, and a token has a fixed price.
///
/// ```
/// use llm_testkit::{Answer, Reply};
///
/// let reply = Reply::chat(Answer::new("The sky is blue.").with_tokens(12, 5).with_cost("0.00014025".parse()?));
/// # let _ = reply;
/// # Ok::<(), llm_core::InvalidUsd>(())
/// ```
#[derive(Clone, Debug)]
pub struct Answer {
    pub(crate) text: String,
    tool_call: Option<[String; 3]>,
    id: Option<String>,
    model: Option<String>,
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    cost: Option<Usd>,
    pub(crate) chunks: Option<usize>,
    pace: Duration,
    latency: Duration,
    comments: bool,
    finish_reason: &'static str,
    fault: Option<&'static Fault>,
    hold: Option<(u64, Gate)>,
}

impl Answer {
    /// An answer of this text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            tool_call: None,
            id: None,
            model: None,
            prompt_tokens: None,
            completion_tokens: None,
            cost: None,
            chunks: None,
            pace: Duration::ZERO,
            latency: Duration::ZERO,
            comments: true,
            finish_reason: "stop",
            fault: None,
            hold: None,
        }
    }

    /// An answer without text that wants a tool called with these arguments.
    #[must_use]
    pub fn tool_call(id: &str, name: &str, arguments: &Value) -> Self {
        Self {
            tool_call: Some([id.to_owned(), name.to_owned(), arguments.to_string()]),
            finish_reason: "tool_calls",
            ..Self::new("")
        }
    }

    /// Sets the id; else each call gets one of its own.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the model that answers; else the one that was asked for.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Sets the tokens of prompt and answer.
    #[must_use]
    pub fn with_tokens(mut self, prompt: u64, completion: u64) -> Self {
        self.prompt_tokens = Some(prompt);
        self.completion_tokens = Some(completion);
        self
    }

    /// Sets the cost of the whole answer.
    #[must_use]
    pub fn with_cost(mut self, cost: Usd) -> Self {
        self.cost = Some(cost);
        self
    }

    /// Sets how many events of text a stream has; else one for each word.
    #[must_use]
    pub fn with_chunks(mut self, chunks: usize) -> Self {
        self.chunks = Some(chunks);
        self
    }

    /// Waits this long before each event of text of a stream.
    #[must_use]
    pub fn with_pace(mut self, pace: Duration) -> Self {
        self.pace = pace;
        self
    }

    /// Waits this long before the head.
    #[must_use]
    pub fn with_latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Holds a stream behind this many events of text until the gate is open.
    #[must_use]
    pub fn with_hold(mut self, events: u64, gate: &Gate) -> Self {
        self.hold = Some((events, gate.clone()));
        self
    }

    /// Leaves out the comments that a stream else has.
    #[must_use]
    pub fn without_comments(mut self) -> Self {
        self.comments = false;
        self
    }

    /// Sets why the answer ends: `stop`, `length`, …
    #[must_use]
    pub fn with_finish_reason(mut self, reason: &'static str) -> Self {
        self.finish_reason = reason;
        self
    }

    /// Spoils it.
    pub(crate) fn spoilt_by(mut self, fault: &'static Fault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// Whether a stream of it is asked for.
    pub(crate) fn is_streamed(request: &Value) -> bool {
        request.get("stream").and_then(Value::as_bool).unwrap_or(false)
    }

    /// The script that answers this request; `number` makes the id of one that has none.
    pub(crate) fn script(&self, request: &Value, number: u64) -> Script {
        let made = self.made(request, number);
        let mut script = Script {
            bill: Some(made.bill),
            id: Some(made.id.clone()),
            streamed: Self::is_streamed(request),
            ..Script::default()
        };
        if let Ok(id) = HeaderValue::try_from(&made.id) {
            script.headers.insert("x-generation-id", id);
        }
        if !self.latency.is_zero() {
            script.before.push(Step::Delay(self.latency));
        }
        let kind = if script.streamed { "text/event-stream" } else { "application/json" };
        script.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        if script.streamed {
            script.steps = self.events(&made);
        } else {
            let body = made.whole(self);
            script.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
            script.steps = vec![Step::Bytes(body.into()), Step::Delivered(made.bill.completion_tokens)];
        }
        if let Some(fault) = self.fault.filter(|fault| fault.suits(script.streamed)) {
            fault.spoil(&mut script);
        }
        script
    }

    fn made(&self, request: &Value, number: u64) -> wire::Made {
        let prompt_tokens = self.prompt_tokens.unwrap_or_else(|| prompt_words(request));
        let completion_tokens = self
            .completion_tokens
            .unwrap_or_else(|| words(&self.text).max(u64::from(self.tool_call.is_some())));
        let asked = request.get("model").and_then(Value::as_str).unwrap_or("unknown");
        wire::Made {
            id: self.id.clone().unwrap_or_else(|| format!("gen-{number:06}")),
            model: self.model.clone().unwrap_or_else(|| asked.to_owned()),
            created: 1_760_000_000_u64.saturating_add(number),
            bill: Bill {
                prompt_tokens,
                completion_tokens,
                cost: self.cost.unwrap_or_else(|| price(prompt_tokens, completion_tokens)),
            },
        }
    }

    fn events(&self, made: &wire::Made) -> Vec<Step> {
        let mut steps = Vec::new();
        let comment = || Step::Bytes(": OPENROUTER PROCESSING\n\n".into());
        steps.extend(self.comments.then(comment));
        let pieces = self.text_pieces();
        let count = u64::try_from(pieces.len()).unwrap_or(u64::MAX).max(1);
        for (at, piece) in (1_u64..).zip(&pieces) {
            if !self.pace.is_zero() {
                steps.push(Step::Delay(self.pace));
            }
            steps.push(made.delta(&wire::text_delta(piece)));
            steps.push(Step::Delivered(made.bill.completion_tokens.saturating_mul(at) / count));
            let hold = self.hold.iter().filter(|(events, _)| *events == at);
            steps.extend(hold.map(|(_, gate)| Step::Wait(gate.clone())));
            steps.extend((self.comments && at == count / 2).then(comment));
        }
        if let Some([id, name, arguments]) = &self.tool_call {
            steps.extend(wire::tool_deltas(id, name, arguments).iter().map(|delta| made.delta(delta)));
        }
        steps.push(made.finish(self.finish_reason));
        steps.push(made.usage(self.finish_reason));
        steps.push(Step::Delivered(made.bill.completion_tokens));
        steps.push(Step::Bytes("data: [DONE]\n\n".into()));
        steps
    }

    /// The text in as many pieces as were asked for, or one for each word; joined they are the text again.
    fn text_pieces(&self) -> Vec<&str> {
        let words: Vec<&str> = self.text.split_inclusive(' ').collect();
        let Some(chunks) = self.chunks else { return words };
        let characters: Vec<usize> =
            self.text.char_indices().map(|(at, _)| at).chain([self.text.len()]).collect();
        let last = characters.len() - 1;
        let chunks = chunks.clamp(1, last.max(1));
        let at = |chunk: usize| characters[(last * chunk / chunks).min(last)];
        (0..chunks).map(|chunk| &self.text[at(chunk)..at(chunk + 1)]).collect()
    }

    pub(crate) fn has_tool_call(&self) -> Option<&[String; 3]> {
        self.tool_call.as_ref()
    }

    pub(crate) fn reason(&self) -> &'static str {
        self.finish_reason
    }
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self::chat(answer)
    }
}

/// What so many tokens cost at the fixed prices.
pub(crate) fn price(prompt: u64, completion: u64) -> Usd {
    let times = |picos, count| Usd::from_picos(picos).and_then(|price| price.checked_mul(count));
    times(PROMPT_PICOS, prompt)
        .zip(times(COMPLETION_PICOS, completion))
        .and_then(|(prompt, completion)| prompt.checked_add(completion))
        .unwrap_or(Usd::MAX)
}

fn words(text: &str) -> u64 {
    u64::try_from(text.split_whitespace().count()).unwrap_or(u64::MAX)
}

/// The words of every message, at least one.
pub(crate) fn prompt_words(request: &Value) -> u64 {
    fn count(value: &Value) -> u64 {
        match value {
            Value::String(text) => words(text),
            Value::Array(parts) => parts.iter().map(count).sum(),
            Value::Object(part) => part.get("content").or_else(|| part.get("text")).map_or(0, count),
            _ => 0,
        }
    }
    request.get("messages").or_else(|| request.get("input")).map_or(0, count).max(1)
}
