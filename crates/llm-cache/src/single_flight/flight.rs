//! Calls that are under way, and those who wait for them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
};

use llm_core::{ChatRequest, ChatResponse, Error, ErrorKind, Result};
use llm_provider::{CallContext, SharedProvider};
use tokio::{sync::watch, task::AbortHandle};
use tracing::Instrument as _;

use crate::CacheKey;

type Outcome = Result<ChatResponse>;

/// The calls that are under way.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<Board>);

#[derive(Debug, Default)]
struct Board {
    flights: HashMap<CacheKey, (u64, Weak<Flight>)>,
    last: u64,
}

/// A call that is under way. Those who wait own it: when the last of them is gone, it is called off.
#[derive(Debug)]
pub(super) struct Flight {
    outcome: watch::Receiver<Option<Outcome>>,
    task: OnceLock<AbortHandle>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }
}

impl Flight {
    /// Waits for the outcome.
    pub(super) async fn land(&self) -> Outcome {
        let mut outcome = self.outcome.clone();
        match outcome.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(outcome)) => outcome.clone(),
            // The task ended without a word: it panicked, or the runtime is shutting down.
            Ok(None) | Err(_) => Err(Error::new(ErrorKind::Internal, "the call broke down on our side")),
        }
    }
}

/// Takes a flight off the board when it has landed, crashed or been called off.
struct Landing {
    flights: Arc<Flights>,
    key: CacheKey,
    number: u64,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let mut board = self.flights.0.lock().unwrap_or_else(PoisonError::into_inner);
        if board.flights.get(&self.key).is_some_and(|(number, _)| *number == self.number) {
            board.flights.remove(&self.key);
        }
    }
}

/// A place in a flight.
pub(super) enum Seat {
    /// In one that was under way.
    Follower(Arc<Flight>),
    /// In one that began for it.
    Leader(Arc<Flight>),
}

impl Flights {
    /// Joins the flight of this key, or begins one: a call of `inner` under this context.
    pub(super) fn board(
        self: &Arc<Self>,
        key: CacheKey,
        inner: &SharedProvider,
        ctx: &CallContext,
        request: &ChatRequest,
    ) -> Seat {
        let (report, outcome) = watch::channel(None);
        let flight = Arc::new(Flight { outcome, task: OnceLock::new() });
        let number = match self.enter(key, &flight) {
            Ok(number) => number,
            Err(under_way) => return Seat::Follower(under_way),
        };
        let landing = Landing { flights: self.clone(), key, number };
        let (inner, ctx, request) = (inner.clone(), ctx.clone(), request.clone());
        // Outside the lock: a runtime that is shutting down drops the task here and now, and `landing` takes the lock.
        let task = tokio::spawn(
            async move {
                let outcome = inner.chat(&ctx, request).await;
                // Off the board first: who comes now and is not content with the outcome begins anew.
                drop(landing);
                report.send_replace(Some(outcome));
            }
            .in_current_span(),
        );
        // Nobody else sets it, and we hold the flight: it cannot be called off before this.
        let _ = flight.task.set(task.abort_handle());
        Seat::Leader(flight)
    }

    /// Puts a flight on the board under its number, or gives the one that is there.
    fn enter(&self, key: CacheKey, flight: &Arc<Flight>) -> Result<u64, Arc<Flight>> {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(under_way) = board.flights.get(&key).and_then(|(_, flight)| flight.upgrade()) {
            return Err(under_way);
        }
        board.last += 1;
        let number = board.last;
        board.flights.insert(key, (number, Arc::downgrade(flight)));
        Ok(number)
    }
}
