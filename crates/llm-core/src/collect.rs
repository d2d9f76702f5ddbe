//! From a stream's events to a whole answer, and back.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    ChatEvent, ChatResponse, Choice, ChoiceFinish, Content, Extra, Finish, FinishReason, Message, Role,
    Started, ToolCall, Usage,
};

/// Puts the events of a stream together into the answer that a unary call would have given.
///
/// Pieces of text and arguments are joined; pieces of the vendor's reasoning items with the same `index` and `type`
/// are joined in `text`, `summary` and `data`, and take over every other field that is not null; lists of media and
/// annotations are appended; of each other field the last value counts.
///
/// ```
/// use llm_core::{ChatEvent, Collector, Finish, FinishReason};
///
/// let mut collector = Collector::new();
/// collector.push(&ChatEvent::TextDelta { choice: 0, text: "Hel".into() });
/// collector.push(&ChatEvent::TextDelta { choice: 0, text: "lo".into() });
/// assert!(collector.clone().finish().is_none(), "nothing is whole before its end");
/// collector.push(&ChatEvent::Finished(Finish::of(FinishReason::Stop)));
/// assert_eq!(collector.finish().unwrap().text(), "Hello");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Collector {
    started: Started,
    choices: BTreeMap<u32, Building>,
    usage: Usage,
    finish: Option<Finish>,
}

/// A choice that is being built.
#[derive(Clone, Debug, Default)]
struct Building {
    text: Option<String>,
    refusal: Option<String>,
    reasoning: Option<String>,
    reasoning_details: Vec<Value>,
    tool_calls: BTreeMap<u32, ToolCall>,
    logprobs: Option<Value>,
    extra: Extra,
}

impl Collector {
    /// Nothing collected.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an event.
    pub fn push(&mut self, event: &ChatEvent) {
        match event {
            ChatEvent::Started(started) => self.started = started.clone(),
            ChatEvent::TextDelta { choice, text } => {
                self.choice(*choice).text.get_or_insert_default().push_str(text);
            }
            ChatEvent::RefusalDelta { choice, text } => {
                self.choice(*choice).refusal.get_or_insert_default().push_str(text);
            }
            ChatEvent::ReasoningDelta { choice, text, details } => {
                let choice = self.choice(*choice);
                if !text.is_empty() {
                    choice.reasoning.get_or_insert_default().push_str(text);
                }
                for detail in details {
                    join_detail(&mut choice.reasoning_details, detail);
                }
            }
            ChatEvent::ToolCallDelta { choice, index, id, name, arguments, extra } => {
                let call = self.choice(*choice).tool_calls.entry(*index).or_default();
                if let (true, Some(id)) = (call.id.is_empty(), id) {
                    call.id.clone_from(id);
                }
                if let (true, Some(name)) = (call.name.is_empty(), name) {
                    call.name.clone_from(name);
                }
                call.arguments.push_str(arguments);
                let mut extra = extra.clone();
                if let Some(Value::Object(function)) = extra.remove("function") {
                    join_fields(&mut call.function_extra, &function);
                }
                join_fields(&mut call.extra, &extra);
            }
            ChatEvent::ExtraDelta { choice, fields } => join_fields(&mut self.choice(*choice).extra, fields),
            ChatEvent::Logprobs { choice, value } => {
                let logprobs = &mut self.choice(*choice).logprobs;
                match (logprobs.as_mut(), value) {
                    (Some(Value::Object(all)), Value::Object(more)) => join_fields(all, more),
                    _ => *logprobs = Some(value.clone()),
                }
            }
            ChatEvent::Usage(usage) => self.usage.update(usage.clone()),
            ChatEvent::Alive => {}
            ChatEvent::Finished(finish) => self.finish = Some(finish.clone()),
        }
    }

    fn choice(&mut self, index: u32) -> &mut Building {
        self.choices.entry(index).or_default()
    }

    /// The usage so far.
    #[must_use]
    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    /// The text of the first answer so far.
    #[must_use]
    pub fn text(&self) -> &str {
        self.choices.get(&0).and_then(|choice| choice.text.as_deref()).unwrap_or_default()
    }

    /// What is known of the answer's origin so far.
    #[must_use]
    pub fn started(&self) -> &Started {
        &self.started
    }

    /// The whole answer; `None` when the end has not been seen, for what is there is then only a part.
    #[must_use]
    pub fn finish(mut self) -> Option<ChatResponse> {
        let finish = self.finish?;
        for end in &finish.choices {
            self.choices.entry(end.index).or_default();
        }
        let mut extra = self.started.extra;
        extra.extend(finish.extra);
        let choices = self
            .choices
            .into_iter()
            .map(|(index, building)| {
                let end = finish.choices.iter().find(|end| end.index == index);
                building.into_choice(index, end)
            })
            .collect();
        Some(ChatResponse {
            id: self.started.id,
            model: self.started.model,
            provider: self.started.provider,
            served_by: self.started.served_by,
            created: self.started.created,
            choices,
            usage: self.usage,
            service_tier: finish.service_tier,
            system_fingerprint: self.started.system_fingerprint,
            cached: self.started.cached,
            dropped: self.started.dropped,
            extra,
        })
    }
}

impl Building {
    fn into_choice(self, index: u32, end: Option<&ChoiceFinish>) -> Choice {
        let message = Message {
            content: self.text.map(Content::Text),
            refusal: self.refusal,
            reasoning: self.reasoning,
            reasoning_details: self.reasoning_details,
            tool_calls: self.tool_calls.into_values().collect(),
            extra: self.extra,
            ..Message::empty(Role::Assistant)
        };
        let reason = end.map_or(FinishReason::Other(String::new()), |end| end.reason.clone());
        let mut choice = Choice::new(index, message, reason);
        choice.native_finish_reason = end.and_then(|end| end.native.clone());
        choice.logprobs = self.logprobs;
        choice
    }
}

/// Joins a piece of a reasoning item to the item that it belongs to.
fn join_detail(details: &mut Vec<Value>, piece: &Value) {
    let key = |item: &Value| (item.get("index").cloned(), item.get("type").cloned());
    // Items without an index stand alone: there is nothing to say which one a piece continues.
    let open = details.iter_mut().rev().find(|item| item.get("index").is_some() && key(item) == key(piece));
    let (Some(Value::Object(item)), Value::Object(piece)) = (open, piece) else {
        details.push(piece.clone());
        return;
    };
    for (name, value) in piece {
        match (item.get_mut(name), value) {
            (_, Value::Null) => {}
            (Some(Value::String(all)), Value::String(more)) if is_joined(name) => all.push_str(more),
            _ => {
                item.insert(name.clone(), value.clone());
            }
        }
    }
}

fn is_joined(field: &str) -> bool {
    matches!(field, "text" | "summary" | "data")
}

/// Joins fields: lists are appended, `data` and `transcript` of spoken answers too, the rest is replaced.
fn join_fields(all: &mut Extra, more: &Extra) {
    for (name, value) in more {
        match (all.get_mut(name), value) {
            (Some(Value::Array(all)), Value::Array(more)) => all.extend(more.iter().cloned()),
            (Some(Value::Object(all)), Value::Object(more)) => join_fields(all, more),
            (Some(Value::String(all)), Value::String(more)) if matches!(&**name, "data" | "transcript") => {
                all.push_str(more);
            }
            _ => {
                all.insert(name.clone(), value.clone());
            }
        }
    }
}

impl ChatResponse {
    /// The events that a stream of this answer would have had, one delta for each part of the message.
    ///
    /// Collecting them gives the answer back.
    #[must_use]
    pub fn into_events(self) -> Vec<ChatEvent> {
        let mut events = vec![ChatEvent::Started(Started {
            id: self.id,
            model: self.model,
            provider: self.provider,
            served_by: self.served_by,
            created: self.created,
            system_fingerprint: self.system_fingerprint,
            cached: self.cached,
            dropped: self.dropped,
            extra: self.extra,
        })];
        let mut finish = Finish { service_tier: self.service_tier, ..Finish::default() };
        for choice in self.choices {
            finish.choices.push(ChoiceFinish {
                index: choice.index,
                reason: choice.finish_reason,
                native: choice.native_finish_reason,
            });
            push_message(&mut events, choice.index, choice.message);
            if let Some(value) = choice.logprobs {
                events.push(ChatEvent::Logprobs { choice: choice.index, value });
            }
        }
        if !self.usage.is_empty() {
            events.push(ChatEvent::Usage(self.usage));
        }
        events.push(ChatEvent::Finished(finish));
        events
    }
}

fn push_message(events: &mut Vec<ChatEvent>, choice: u32, message: Message) {
    if message.reasoning.is_some() || !message.reasoning_details.is_empty() {
        let text = message.reasoning.clone().unwrap_or_default();
        events.push(ChatEvent::ReasoningDelta { choice, text, details: message.reasoning_details });
    }
    if let Some(content) = message.content {
        let text = content.text();
        if !text.is_empty() {
            events.push(ChatEvent::TextDelta { choice, text });
        }
    }
    if let Some(text) = message.refusal.filter(|text| !text.is_empty()) {
        events.push(ChatEvent::RefusalDelta { choice, text });
    }
    for (index, call) in (0..).zip(message.tool_calls) {
        let mut extra = call.extra;
        if !call.function_extra.is_empty() {
            extra.insert("function".to_owned(), Value::Object(call.function_extra));
        }
        let (id, name) = (Some(call.id), Some(call.name));
        events.push(ChatEvent::ToolCallDelta { choice, index, id, name, arguments: call.arguments, extra });
    }
    if !message.extra.is_empty() {
        events.push(ChatEvent::ExtraDelta { choice, fields: message.extra });
    }
}

#[cfg(test)]
mod tests;
