//! From the data of a stream's events to ours.

use std::{collections::BTreeMap, mem};

use llm_core::{ChatEvent, ChoiceFinish, Error, ErrorKind, Extra, Finish, Result, Stage, Started, Usage};
use serde_json::Value;

use super::{
    Failure,
    chunk::{ChoiceChunk, Chunk, Delta},
    decode_failure,
    failure::{broken_answer, groq_error, is_flat_error, said},
    fields::{not_json, unreadable},
    finish::{finish_reason, is_broken},
    stream_calls::Calls,
    tolerant::{Piece, Text},
    usage::{decode_usage, groq_usage},
};

/// Why an event of a stream is no part of an answer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StreamFailure {
    /// The server says that it failed. What it gave before stays valid.
    Failure(Box<Failure>),
    /// It is not what the dialect allows. The text says what is wrong with it and quotes nothing of it.
    Malformed(String),
}

/// Makes our events of the data of a stream's events.
///
/// The terminal event is held until [`finish`](Self::finish), so that usage precedes it in whichever chunk it comes, and a
/// reason that is repeated ends the answer once. What a choice says beside its message (Azure's filter results) has
/// no place in a stream and is dropped; what the chunks say beside their choices is kept: of the first in
/// [`Started`], later in [`Finish`].
///
/// ```
/// use llm_core::Collector;
/// use llm_wire::chat_completions::StreamDecoder;
///
/// let (mut decoder, mut events) = (StreamDecoder::new(), Vec::new());
/// decoder.push(r#"{"id":"gen-1","model":"m","choices":[{"delta":{"content":"Hi"}}]}"#, &mut events).unwrap();
/// decoder.push(r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#, &mut events).unwrap();
/// decoder.push("[DONE]", &mut events).unwrap();
/// assert!(decoder.is_done());
/// decoder.finish(&mut events).unwrap();
///
/// let mut collector = Collector::new();
/// events.iter().for_each(|event| collector.push(event));
/// assert_eq!(collector.finish().unwrap().text(), "Hi");
/// ```
#[derive(Debug, Default)]
pub struct StreamDecoder {
    /// What [`Started`] shall say, until it is said.
    start: Started,
    started: bool,
    choices: BTreeMap<u32, ChoiceState>,
    usage: Usage,
    finish: Finish,
    done: bool,
    state: State,
    /// How many answers were asked for.
    asked: usize,
}

/// Where a stream stands.
#[derive(Debug, Default, PartialEq)]
enum State {
    #[default]
    Running,
    /// The terminal event was given.
    Finished,
    /// An event was no part of an answer: no end can make it whole.
    Broken,
}

/// One answer so far.
#[derive(Debug, Default)]
struct ChoiceState {
    /// Content was given.
    begun: bool,
    reason: Option<String>,
    /// The last word on the reason was an empty one, as some servers end.
    empty_reason: bool,
    native: Option<String>,
    calls: Calls,
}

impl StreamDecoder {
    /// A stream that has not begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says how many answers were asked for, where it is more than one. A stream that is cut before one of them began
    /// is then no whole answer.
    #[must_use]
    pub fn with_choices(mut self, asked: u32) -> Self {
        self.asked = usize::try_from(asked).unwrap_or(usize::MAX);
        self
    }

    /// Takes the data of one event and adds what it means to `out`.
    ///
    /// Nothing is added for `[DONE]`, for `null` and empty data, and for chunks without content: those are signs of
    /// life. Several objects on a line each, as servers send that divide events by a single line end, are taken one by
    /// one. After `[DONE]` everything is ignored.
    ///
    /// # Errors
    ///
    /// [`StreamFailure`]: the stream is broken and has no whole end. What the event gave beside the error, usage above
    /// all, is in `out`. An error about the limit on tokens behind the finish reason `length` is no failure: it says the
    /// same again.
    pub fn push(&mut self, data: &str, out: &mut Vec<ChatEvent>) -> Result<(), StreamFailure> {
        let data = data.trim();
        if self.done || data.is_empty() || data == "null" {
            return Ok(());
        }
        if data == "[DONE]" {
            self.done = true;
            return Ok(());
        }
        match serde_json::from_str(data) {
            Ok(chunk) => self.take(chunk, out),
            Err(_) if data.contains('\n') => data.lines().try_for_each(|line| self.push(line, out)),
            Err(error) => {
                self.state = State::Broken;
                let failure = decode_failure(data.as_bytes()).map(Box::new).map(StreamFailure::Failure);
                Err(failure.unwrap_or_else(|| StreamFailure::Malformed(not_json(&error))))
            }
        }
    }

    /// Whether `[DONE]` was seen: stop reading at once.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Takes the end of the body, clean or not, and adds the terminal event to `out`, once.
    ///
    /// Every answer that has begun must have ended; then a missing `[DONE]` is no loss. An answer whose last word on its
    /// reason was an empty one has ended if `[DONE]` was seen.
    ///
    /// # Errors
    ///
    /// `StreamInterrupted` at [`Stage::Truncated`] when an answer has no finish reason, or none has begun;
    /// `InvalidResponse` at [`Stage::Protocol`] when an event before was no part of an answer.
    pub fn finish(&mut self, out: &mut Vec<ChatEvent>) -> Result<()> {
        match self.state {
            State::Finished => return Ok(()),
            State::Broken => return Err(unreadable("an event of the stream was no part of an answer")),
            State::Running => {}
        }
        let ended = |choice: &ChoiceState| choice.reason.is_some() || self.done && choice.empty_reason;
        // Behind `[DONE]` fewer answers are what the server had to give; without it the rest was cut off.
        let missing = !self.done && self.choices.len() < self.asked;
        if self.choices.is_empty() || missing || !self.choices.values().all(ended) {
            return Err(Error::new(
                ErrorKind::StreamInterrupted,
                "the provider's stream ended before the answer did",
            )
            .with_stage(Stage::Truncated)
            .with_maybe_billed(true));
        }
        self.state = State::Finished;
        let mut finish = mem::take(&mut self.finish);
        finish.choices = mem::take(&mut self.choices).into_iter().map(ChoiceState::end).collect();
        self.emit(ChatEvent::Finished(finish), out);
        Ok(())
    }

    /// Takes a chunk apart: content first, then usage, then what went wrong.
    fn take(&mut self, chunk: Chunk<'_>, out: &mut Vec<ChatEvent>) -> Result<(), StreamFailure> {
        self.note_origin(&chunk);
        let usage = decode_usage(chunk.usage, chunk.cost).or_else(|| groq_usage(&chunk.extra));
        let mut failure = said(chunk.error).or_else(|| groq_error(&chunk.extra));
        let mut beside = chunk.extra;
        if failure.is_none() && chunk.choices.0.is_empty() && is_flat_error(&beside) {
            failure = Some(Value::Object(mem::take(&mut beside)));
        }
        if failure.is_none() {
            self.note_extra(mem::take(&mut beside));
        }
        for (position, choice) in chunk.choices.0.into_iter().enumerate() {
            let broken = self.take_choice(position, choice, out);
            failure = failure.or(broken);
        }
        if let Some(usage) = usage.filter(|usage| *usage != self.usage) {
            self.usage = usage.clone();
            self.emit(ChatEvent::Usage(usage), out);
        }
        match failure.map(|error| Failure::from_error(error, beside)) {
            Some(failure) if !self.says_length_again(&failure) => {
                self.state = State::Broken;
                return Err(StreamFailure::Failure(Box::new(failure)));
            }
            _ => {}
        }
        if self.start.id.is_some() || !self.start.model.is_empty() {
            self.begin(out);
        }
        Ok(())
    }

    /// Takes what a chunk says of one answer, and gives the error in it, if there is one.
    fn take_choice(
        &mut self,
        position: usize,
        chunk: ChoiceChunk<'_>,
        out: &mut Vec<ChatEvent>,
    ) -> Option<Value> {
        let choice = chunk.index.index().or_else(|| u32::try_from(position).ok()).unwrap_or_default();
        let begun = self.choices.entry(choice).or_default().begun;
        let delta = chunk.delta.or(chunk.message.filter(|_| !begun)).unwrap_or_default();
        let given = out.len();
        self.take_delta(choice, delta, out);
        let begins = out.len() > given;
        if !chunk.logprobs.is_null() {
            self.emit(ChatEvent::Logprobs { choice, value: chunk.logprobs }, out);
        }
        let state = self.choices.entry(choice).or_default();
        state.begun |= begins;
        if let Some(native) = chunk.native_finish_reason.owned() {
            state.native = Some(native);
        }
        let reason = chunk.finish_reason;
        state.empty_reason = reason.0.as_deref().is_some_and(str::is_empty);
        let broken = reason.filled().filter(|reason| is_broken(reason)).map(broken_answer);
        if broken.is_none() {
            state.reason = reason.owned().or_else(|| state.reason.take());
        }
        said(chunk.error).or(broken)
    }

    /// Makes events of a piece of a message: reasoning, text, refusal, calls, the rest.
    fn take_delta(&mut self, choice: u32, delta: Delta<'_>, out: &mut Vec<ChatEvent>) {
        let mut fields = delta.extra;
        fields.retain(|_, value| !is_empty(value));
        let mut reasoning = [delta.reasoning, delta.reasoning_content, delta.thinking]
            .into_iter()
            .find_map(|text| text.owned())
            .unwrap_or_default();
        let text = match delta.content {
            Piece::Parts(parts) => split_parts(parts, &mut reasoning, &mut fields),
            piece => piece.filled().unwrap_or_default(),
        };
        let details = delta.reasoning_details.0;
        if !reasoning.is_empty() || !details.is_empty() {
            self.emit(ChatEvent::ReasoningDelta { choice, text: reasoning, details }, out);
        }
        if !text.is_empty() {
            self.emit(ChatEvent::TextDelta { choice, text }, out);
        }
        if let Some(text) = delta.refusal.filled() {
            self.emit(ChatEvent::RefusalDelta { choice, text }, out);
        }
        for (position, call) in delta.tool_calls.0.into_iter().enumerate() {
            let answer = self.start.id.as_deref().unwrap_or_default();
            let calls = &mut self.choices.entry(choice).or_default().calls;
            let event = calls.push(answer, choice, position, call);
            self.emit(event, out);
        }
        if !fields.is_empty() {
            self.emit(ChatEvent::ExtraDelta { choice, fields }, out);
        }
    }

    /// Gives the beginning, once.
    fn begin(&mut self, out: &mut Vec<ChatEvent>) {
        if !mem::replace(&mut self.started, true) {
            out.push(ChatEvent::Started(self.start.clone()));
        }
    }

    /// Gives an event, behind the beginning.
    fn emit(&mut self, event: ChatEvent, out: &mut Vec<ChatEvent>) {
        self.begin(out);
        out.push(event);
    }

    /// Whether a failure only says what a finish reason said before it. Minimax at OpenRouter ends a cut answer by two
    /// chunks with the reason `length` and then an error 400 "Token limit reached".
    fn says_length_again(&self, failure: &Failure) -> bool {
        let cut = self.choices.values().any(|choice| choice.reason.as_deref() == Some("length"));
        cut && failure.is_token_limit()
    }

    /// Notes what is known of the answer's origin, and of its tier of service.
    fn note_origin(&mut self, chunk: &Chunk<'_>) {
        let note = |slot: &mut Option<String>, text: &Text<'_>| {
            if slot.is_none() {
                *slot = text.owned();
            }
        };
        if !self.started {
            note(&mut self.start.id, &chunk.id);
            note(&mut self.start.served_by, &chunk.provider);
            note(&mut self.start.system_fingerprint, &chunk.system_fingerprint);
            self.start.created = self.start.created.or(chunk.created.time());
            if self.start.model.is_empty() {
                self.start.model = chunk.model.owned().unwrap_or_default();
            }
        }
        if let Some(tier) = chunk.service_tier.filled() {
            self.finish.service_tier = Some(tier.to_owned());
        }
    }

    /// Keeps what has no name: at the start, or at the end if it is new.
    fn note_extra(&mut self, extra: Extra) {
        for (name, value) in extra {
            if !self.started {
                self.start.extra.insert(name, value);
            } else if self.start.extra.get(&name) != Some(&value) {
                self.finish.extra.insert(name, value);
            }
        }
    }
}

impl ChoiceState {
    fn end((index, state): (u32, Self)) -> ChoiceFinish {
        let said = state.reason.as_deref().unwrap_or_default();
        let reason = finish_reason(said, state.calls.json_arguments(), state.calls.has_free_text());
        ChoiceFinish { index, reason, native: state.native }
    }
}

/// Whether a field of a message says nothing.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Takes a list of parts apart, as Mistral's reasoning models stream it: gives the text, adds to the reasoning, and leaves
/// other parts in `fields` as `content_parts`.
fn split_parts(parts: Vec<Value>, reasoning: &mut String, fields: &mut Extra) -> String {
    let mut text = String::new();
    let mut others = Vec::new();
    for part in parts {
        let of = |name: &str| part.get(name).and_then(Value::as_str);
        match (of("type"), of("text"), part.get("thinking")) {
            (Some("text") | None, Some(piece), _) => text.push_str(piece),
            (Some("thinking"), _, Some(Value::String(piece))) => reasoning.push_str(piece),
            (Some("thinking"), _, Some(Value::Array(pieces))) => {
                let texts = pieces.iter().filter_map(|piece| piece.get("text")?.as_str());
                reasoning.extend(texts);
            }
            _ => others.push(part),
        }
    }
    if !others.is_empty() {
        fields.insert("content_parts".to_owned(), Value::Array(others));
    }
    text
}
