//! A reply, as a script of what goes over the wire.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::{Answer, Bill, Gate};

mod pieces;
mod player;

pub(crate) use pieces::Pieces;
pub(crate) use player::{Broken, Player};

/// What the upstream answers one call with: a status, headers, and a body as steps that are played in order.
///
/// ```
/// use llm_testkit::Reply;
/// use serde_json::json;
///
/// // An event that is cut inside a character, a comment, then silence.
/// let reply = Reply::sse()
///     .sse_data(&json!({"choices": [{"index": 0, "delta": {"content": "é"}}]}))
///     .comment("OPENROUTER PROCESSING")
///     .in_pieces(1)
///     .stall();
/// # let _ = reply;
/// ```
#[derive(Clone, Debug)]
pub struct Reply {
    pub(crate) kind: Kind,
}

/// Where a reply's bytes come from.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Written down.
    Script(Box<Script>),
    /// Made out of the request: a stream if it asks for one.
    Answer(Box<Answer>),
}

/// A reply that is written down.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    pub(crate) raw: bool,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Played before the head.
    pub(crate) before: Vec<Step>,
    pub(crate) steps: Vec<Step>,
    pub(crate) pieces: Pieces,
    pub(crate) id: Option<String>,
    pub(crate) bill: Option<Bill>,
    pub(crate) fault: Option<&'static str>,
    pub(crate) streamed: bool,
}

/// One step of a body.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Bytes(Bytes),
    Repeat(Bytes, u64),
    /// The answer's tokens up to here have been delivered.
    Delivered(u64),
    Open(Gate),
    Wait(Gate),
    Delay(Duration),
    Forever,
    Reset,
    Cut,
}

impl Reply {
    fn of(script: Script) -> Self {
        Self { kind: Kind::Script(Box::new(script)) }
    }

    /// A reply with this status and no body yet. A status that is none becomes 500.
    #[must_use]
    pub fn status(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::of(Script { status, ..Script::default() })
    }

    /// A 200 with a JSON body and its `content-length`.
    #[must_use]
    pub fn json(body: &Value) -> Self {
        Self::status(200).with_json(body)
    }

    /// A 200 with `content-type: text/event-stream` and no event yet.
    #[must_use]
    pub fn sse() -> Self {
        Self::status(200).header("content-type", "text/event-stream")
    }

    /// A chat answer in the OpenAI dialect: whole or as a stream, as the request asks.
    #[must_use]
    pub fn chat(answer: Answer) -> Self {
        Self { kind: Kind::Answer(Box::new(answer)) }
    }

    /// No HTTP: the steps' bytes go to the socket as they are, then the connection is closed. For what a well-behaved
    /// server cannot do: half a head, garbage, a reset before the head.
    #[must_use]
    pub fn raw() -> Self {
        Self::of(Script { raw: true, ..Script::default() })
    }

    /// Changes the script; an answer that is made out of the request is not a script and stays as it is.
    fn edit(mut self, change: impl FnOnce(&mut Script)) -> Self {
        if let Kind::Script(script) = &mut self.kind {
            change(script);
        }
        self
    }

    pub(crate) fn step(self, step: Step) -> Self {
        self.edit(|script| script.steps.push(step))
    }

    /// Sets a header. One that is not valid in HTTP is left out: use [`Reply::raw`] for such.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        self.edit(|script| {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                script.streamed |= value == "text/event-stream";
                script.headers.insert(name, value);
            }
        })
    }

    /// Adds a JSON body, its type and its length.
    #[must_use]
    pub fn with_json(self, body: &Value) -> Self {
        let text = body.to_string();
        let length = text.len().to_string();
        self.header(header::CONTENT_TYPE.as_str(), "application/json")
            .header(header::CONTENT_LENGTH.as_str(), &length)
            .bytes(text)
    }

    /// Adds bytes to the body.
    #[must_use]
    pub fn bytes(self, bytes: impl Into<Bytes>) -> Self {
        self.step(Step::Bytes(bytes.into()))
    }

    /// Adds the same bytes `times` times, without ever holding them all: an endless line, a body past every cap.
    #[must_use]
    pub fn repeat(self, bytes: impl Into<Bytes>, times: u64) -> Self {
        self.step(Step::Repeat(bytes.into(), times))
    }

    /// Adds an event: `data: <json>` and a blank line.
    #[must_use]
    pub fn sse_data(self, json: &Value) -> Self {
        self.bytes(format!("data: {json}\n\n"))
    }

    /// Adds an event with a name.
    #[must_use]
    pub fn sse_event(self, name: &str, json: &Value) -> Self {
        self.bytes(format!("event: {name}\ndata: {json}\n\n"))
    }

    /// Adds a comment, which is a sign of life and nothing else: `: <text>` and a blank line.
    #[must_use]
    pub fn comment(self, text: &str) -> Self {
        self.bytes(format!(": {text}\n\n"))
    }

    /// Adds `data: [DONE]`.
    #[must_use]
    pub fn done(self) -> Self {
        self.bytes("data: [DONE]\n\n")
    }

    /// Sends the body in pieces of `size` bytes (at least 1), each flushed on its own.
    #[must_use]
    pub fn in_pieces(self, size: usize) -> Self {
        self.edit(|script| script.pieces = Pieces::Every(size.max(1)))
    }

    /// Cuts the body into two pieces behind this many bytes; again for more cuts.
    #[must_use]
    pub fn split_at(self, offset: usize) -> Self {
        self.edit(|script| script.pieces.cut_at(offset))
    }

    /// Waits here until the gate is open.
    #[must_use]
    pub fn wait_for(self, gate: &Gate) -> Self {
        self.step(Step::Wait(gate.clone()))
    }

    /// Opens the gate when everything before this step was given to the connection.
    #[must_use]
    pub fn open(self, gate: &Gate) -> Self {
        self.step(Step::Open(gate.clone()))
    }

    /// Waits here.
    #[must_use]
    pub fn delay(self, wait: Duration) -> Self {
        self.step(Step::Delay(wait))
    }

    /// Says nothing more, with the connection open, until the caller hangs up.
    #[must_use]
    pub fn stall(self) -> Self {
        self.step(Step::Forever)
    }

    /// Breaks the connection here with a reset.
    #[must_use]
    pub fn reset(self) -> Self {
        self.step(Step::Reset)
    }

    /// Closes the connection here, in order, but before the body's own end: no last chunk, or fewer bytes than the
    /// `content-length` says.
    #[must_use]
    pub fn cut(self) -> Self {
        self.step(Step::Cut)
    }

    /// Waits before the head goes out.
    #[must_use]
    pub fn head_after(self, wait: Duration) -> Self {
        self.edit(|script| script.before.push(Step::Delay(wait)))
    }

    /// Holds the head back until the gate is open.
    #[must_use]
    pub fn head_when(self, gate: &Gate) -> Self {
        self.edit(|script| script.before.push(Step::Wait(gate.clone())))
    }

    /// Says what id the ledger shall keep for the call, and sends it as `x-generation-id`.
    #[must_use]
    pub fn with_id(self, id: &str) -> Self {
        self.edit(|script| script.id = Some(id.to_owned())).header("x-generation-id", id)
    }

    /// Says what the ledger shall charge for the call. Without it a scripted reply costs nothing.
    #[must_use]
    pub fn with_bill(self, bill: Bill) -> Self {
        self.edit(|script| script.bill = Some(bill))
    }
}
