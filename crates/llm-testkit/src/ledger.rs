//! What the upstream saw: the oracle of every accounting test.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use http::HeaderMap;
use llm_core::Usd;
use serde_json::{Value, json};
use tokio::sync::watch;

/// How a call ended, as the upstream sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum End {
    /// Not yet.
    #[default]
    Open,
    /// The reply was given to its last byte.
    Finished,
    /// The upstream broke it, as its script said: a reset, or a cut.
    Broken,
    /// The caller closed the connection before the reply's end.
    HungUp,
}

/// What a vendor charges for a stream whose caller hangs up. A call that is not a stream is always charged whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Billing {
    /// The prompt, and the part of the answer that was sent.
    #[default]
    StopsAtHangUp,
    /// Everything, as if the caller had listened to the end.
    RunsToTheEnd,
}

/// What an answer is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// Tokens of the prompt.
    pub prompt_tokens: u64,
    /// Tokens of the answer.
    pub completion_tokens: u64,
    /// The price of both.
    pub cost: Usd,
}

impl Bill {
    /// The bill of an answer that stopped after `delivered` tokens: the cost in proportion, whole picodollars.
    #[must_use]
    pub fn part(self, delivered: u64) -> Self {
        let delivered = delivered.min(self.completion_tokens);
        let whole = i128::from(self.prompt_tokens) + i128::from(self.completion_tokens);
        let part = i128::from(self.prompt_tokens) + i128::from(delivered);
        let picos = if whole == 0 { 0 } else { i128::from(self.cost.picos()) * part / whole };
        let cost = i64::try_from(picos).ok().and_then(Usd::from_picos).unwrap_or(self.cost);
        Self { completion_tokens: delivered, cost, ..self }
    }
}

/// One call that the upstream saw.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call {
    /// Its number, from 0, in the order in which the calls were heard whole.
    pub number: u64,
    /// The number of the connection it came over, from 0.
    pub connection: u64,
    /// `POST`, `GET`, …
    pub method: String,
    /// The path without its query.
    pub path: String,
    /// What stood behind the `?`.
    pub query: Option<String>,
    /// The request's headers. Those that hold a key (`authorization`, `x-api-key`, …) are `[redacted]`.
    pub headers: HeaderMap,
    /// A mark of the key, the same for the same key; `None` when no header held one.
    pub key: Option<u64>,
    /// The body as JSON; `None` when it is none, or when the upstream was told not to keep bodies.
    pub request: Option<Value>,
    /// The id that the reply gave the call.
    pub id: Option<String>,
    /// The reply's status; `None` before its head, and for raw replies.
    pub status: Option<u16>,
    /// Whether the reply is a stream of events.
    pub streamed: bool,
    /// Bytes of the reply's body that were given to the connection. For a raw reply, its head too.
    pub bytes_sent: u64,
    /// The fault that was played, when vendor mode chose one.
    pub fault: Option<&'static str>,
    /// How it ended.
    pub end: End,
    /// When it was heard.
    pub began: Instant,
    /// How long after that it ended; for [`End::HungUp`], when the caller hung up.
    pub took: Option<Duration>,
    /// What was charged, once the call has ended: the tokens and the cost. `None` for a call that costs nothing.
    pub charged: Option<Bill>,
    pub(crate) bill: Option<Bill>,
    pub(crate) delivered: u64,
}

impl Call {
    /// The `x-client-request-id` that the caller sent.
    #[must_use]
    pub fn client_request_id(&self) -> Option<&str> {
        self.header("x-client-request-id")
    }

    /// A header's value, when it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether it was charged.
    #[must_use]
    pub fn billed(&self) -> bool {
        self.charged.is_some()
    }

    /// What was charged; zero for a call that was not.
    #[must_use]
    pub fn cost(&self) -> Usd {
        self.charged.map_or(Usd::ZERO, |bill| bill.cost)
    }

    fn settle(&mut self, end: End, billing: Billing) {
        self.end = end;
        self.took = Some(self.began.elapsed());
        let partly = self.streamed && end != End::Finished && billing == Billing::StopsAtHangUp;
        self.charged =
            self.bill.map(|bill| if partly || end == End::Broken { bill.part(self.delivered) } else { bill });
    }

    fn to_json(&self) -> Value {
        let bill = self.charged.unwrap_or_default();
        json!({
            "client_request_id": self.client_request_id(),
            "id": self.id,
            "cost": bill.cost.to_string(),
            "prompt_tokens": bill.prompt_tokens,
            "completion_tokens": bill.completion_tokens,
        })
    }
}

/// All calls, and whoever waits for them.
#[derive(Debug)]
pub(crate) struct Ledger {
    calls: Mutex<Vec<Call>>,
    changed: watch::Sender<()>,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self { calls: Mutex::default(), changed: watch::Sender::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a call; its number is its place.
    pub(crate) fn enter(&self, mut call: Call) -> (usize, u64) {
        let mut calls = self.lock();
        let place = calls.len();
        call.number = u64::try_from(place).unwrap_or(u64::MAX);
        let number = call.number;
        calls.push(call);
        drop(calls);
        self.changed.send_replace(());
        (place, number)
    }

    /// Changes a call's line in a detail that nobody waits for.
    pub(crate) fn update(&self, place: usize, change: impl FnOnce(&mut Call)) {
        if let Some(call) = self.lock().get_mut(place) {
            change(call);
        }
    }

    /// Changes a call's line, and wakes whoever waits for such a change.
    pub(crate) fn tell(&self, place: usize, change: impl FnOnce(&mut Call)) {
        self.update(place, change);
        self.changed.send_replace(());
    }

    pub(crate) fn settle(&self, place: usize, end: End, billing: Billing) {
        self.tell(place, |call| call.settle(end, billing));
    }

    pub(crate) fn read<T>(&self, read: impl FnOnce(&[Call]) -> T) -> T {
        read(&self.lock())
    }

    pub(crate) async fn until(&self, reached: impl Fn(&[Call]) -> bool) {
        let mut changed = self.changed.subscribe();
        while !self.read(&reached) {
            // `self` holds the sender, so that the channel cannot close while we wait.
            let _ = changed.changed().await;
        }
    }

    /// One JSON object a line for each `POST` that has ended.
    pub(crate) fn jsonl(&self) -> String {
        let calls = self.lock();
        let lines = calls.iter().filter(|call| call.method == "POST" && call.end != End::Open);
        lines.map(|call| format!("{}\n", call.to_json())).collect()
    }
}
