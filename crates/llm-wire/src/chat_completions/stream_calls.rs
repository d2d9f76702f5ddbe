//! Which piece of a stream belongs to which tool call.

use llm_core::{ChatEvent, Extra};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{chunk::CallChunk, tool::make_call_id};

/// The tool calls of one answer so far.
///
/// A call is known by its `index`. Servers number from 1, not at all, or all calls alike; some repeat id and name in every
/// piece, some make up a new id for each, some send none.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<Call>);

/// A tool call so far.
#[derive(Debug, Default)]
struct Call {
    /// The server's number for it.
    index: Option<i64>,
    id: String,
    name: String,
    arguments: String,
    /// Its input is free text.
    free_text: bool,
}

impl Calls {
    /// Takes the piece at `position` in its chunk's list, and gives the event that it is.
    pub(super) fn push(
        &mut self,
        answer: &str,
        choice: u32,
        position: usize,
        piece: CallChunk<'_>,
    ) -> ChatEvent {
        let free_text = piece.kind.filled() == Some("custom") || !piece.custom.input.text.is_empty();
        let (name, input, function_extra) = if free_text {
            (piece.custom.name, piece.custom.input, piece.custom.extra)
        } else {
            (piece.function.name, piece.function.arguments, piece.function.extra)
        };
        let name = name.filled().unwrap_or_default();
        let id = piece.id.filled().unwrap_or_default();
        let known = self.find(piece.index.0, id, name, position);
        let at = known.unwrap_or(self.0.len());
        if known.is_none() {
            let id = if id.is_empty() { make_call_id(answer, choice, at, name) } else { id.to_owned() };
            self.0.push(Call { index: piece.index.0, id, free_text, ..Call::default() });
        }
        let call = &mut self.0[at];
        let new_name = call.name.is_empty() && !name.is_empty();
        if new_name {
            name.clone_into(&mut call.name);
        }
        // Arguments that came as an object are whole: what repeats them adds nothing.
        let arguments = if input.whole && !call.arguments.is_empty() { String::new() } else { input.text };
        call.arguments.push_str(&arguments);
        let mut extra = piece.extra;
        if !function_extra.is_empty() {
            extra.insert("function".to_owned(), Value::Object(function_extra));
        }
        if known.is_none() {
            insert_kind(&mut extra, piece.kind.filled());
        }
        ChatEvent::ToolCallDelta {
            choice,
            index: u32::try_from(at).unwrap_or(u32::MAX),
            id: known.is_none().then(|| call.id.clone()),
            name: new_name.then(|| call.name.clone()),
            arguments,
            extra,
        }
    }

    /// The call that a piece continues; `None` if it begins one.
    fn find(&self, index: Option<i64>, id: &str, name: &str, position: usize) -> Option<usize> {
        let begins_another =
            |call: &Call| !id.is_empty() && id != call.id && !name.is_empty() && !call.name.is_empty();
        if index.is_some() {
            let at = self.0.iter().rposition(|call| call.index == index)?;
            return (!begins_another(&self.0[at])).then_some(at);
        }
        if !id.is_empty() {
            return self.0.iter().rposition(|call| call.id == id);
        }
        let last = self.0.last()?;
        let continues = name.is_empty() || position == 0 && name == last.name && !is_json(&last.arguments);
        continues.then(|| self.0.len() - 1)
    }

    /// The arguments of the calls of functions.
    pub(super) fn json_arguments(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|call| !call.free_text).map(|call| call.arguments.as_str())
    }

    /// Whether there are calls whose input is free text.
    pub(super) fn has_free_text(&self) -> bool {
        self.0.iter().any(|call| call.free_text)
    }
}

/// Notes the kind of a call that is no function's, as a whole answer does.
fn insert_kind(extra: &mut Extra, kind: Option<&str>) {
    if let Some(kind) = kind.filter(|kind| *kind != "function") {
        extra.insert("type".to_owned(), Value::String(kind.to_owned()));
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}
