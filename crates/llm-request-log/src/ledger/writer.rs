//! The one task that writes.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use llm_core::{Error, ErrorKind, Result};
use sqlx::{Connection as _, Executor as _, SqliteConnection, types::Json};
use tokio::{
    sync::mpsc::UnboundedReceiver,
    time::{Instant, sleep_until, timeout_at},
};

use super::{Entry, Instance, State};
use crate::{
    settle, shipper,
    store::{self, AttemptRow, RequestRow, UpstreamIdRow},
};

/// The shortest and the longest wait before a write is tried again.
const WAITS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// How long an entry for which nobody waits may wait for others to be written with. The next call's intent takes it
/// along at once.
const LINGER: Duration = Duration::from_millis(2);

/// The one task that writes: it takes what has gathered, writes it in one transaction, and answers.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) connection: SqliteConnection,
    pub(crate) queue: UnboundedReceiver<Entry>,
    pub(crate) state: Arc<State>,
    pub(crate) max_batch: usize,
    /// Held until the last entry is written.
    pub(crate) instance: Instance,
}

impl Writer {
    /// Writes until the last handle is gone and everything is written.
    pub(crate) async fn run(mut self) {
        let mut kept = VecDeque::new();
        let mut wait = None;
        loop {
            if let Some(wait) = wait {
                self.refuse_for(wait, &mut kept).await;
            }
            self.gather(&mut kept).await;
            if kept.is_empty() {
                break;
            }
            let batch: Vec<_> = kept.drain(..kept.len().min(self.max_batch)).collect();
            match self.write(&batch).await {
                Ok(outcomes) => {
                    wait = None;
                    self.state.writes(None);
                    batch.into_iter().zip(outcomes).for_each(|(entry, outcome)| confirm(entry, outcome));
                }
                Err(error) => {
                    wait = Some(wait.map_or(WAITS.0, |wait: Duration| (wait * 2).min(WAITS.1)));
                    let refusal = refusal(&error);
                    self.state.writes(Some(error));
                    for entry in batch.into_iter().rev() {
                        if let Some(entry) = keep(entry, &refusal) {
                            kept.push_front(entry);
                        }
                    }
                }
            }
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(?error, "the request log's file was not closed in order");
        }
        drop(self.instance);
    }

    /// For a while nothing can be written: what must be is kept, and who can be refused is told at once.
    async fn refuse_for(&mut self, wait: Duration, kept: &mut VecDeque<Entry>) {
        let until = Instant::now() + wait;
        let refusal = self.state.refusal();
        loop {
            tokio::select! {
                biased;
                () = sleep_until(until) => return,
                entry = self.queue.recv() => match entry {
                    Some(entry) => kept.extend(keep(entry, &refusal)),
                    None => return sleep_until(until).await,
                },
            }
        }
    }

    /// Waits for what is to be written: the first entry, and those that come before it has to be.
    async fn gather(&mut self, kept: &mut VecDeque<Entry>) {
        if kept.is_empty() {
            kept.extend(self.queue.recv().await);
        }
        let until = Instant::now() + LINGER;
        loop {
            while kept.len() < self.max_batch
                && let Ok(entry) = self.queue.try_recv()
            {
                kept.push_back(entry);
            }
            if kept.len() >= self.max_batch || kept.iter().any(Entry::is_urgent) {
                return;
            }
            match timeout_at(until, self.queue.recv()).await {
                Ok(Some(entry)) => kept.push_back(entry),
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Writes a batch, all of it or nothing. Says of each entry whether it changed anything.
    async fn write(&mut self, batch: &[Entry]) -> Result<Vec<bool>, sqlx::Error> {
        let rows = Rows::of(batch);
        let mut outcomes = vec![true; batch.len()];
        if batch.iter().all(|entry| matches!(entry, Entry::Barrier(_))) {
            return Ok(outcomes);
        }
        if batch.iter().all(Entry::is_row) {
            if let Err(error) = rows.write(store::WRITE_AND_COMMIT, &mut self.connection).await {
                // That there is no transaction to roll back is fine.
                let _ = self.connection.execute("ROLLBACK").await;
                return Err(error);
            }
        } else {
            let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
            rows.write(store::WRITE, &mut transaction).await?;
            for (entry, changed) in batch.iter().zip(&mut outcomes) {
                match entry {
                    Entry::Settle { id, usage, .. } => {
                        *changed = settle::in_sqlite(&mut transaction, *id, usage.as_ref()).await?;
                    }
                    Entry::Shipped { rows, .. } => shipper::forget(&mut transaction, rows).await?,
                    _ => {}
                }
            }
            transaction.commit().await?;
        }
        self.state.committed();
        // What is committed stays so, even if the file cannot be measured.
        if self.state.caps_spool()
            && let Ok(used) = store::used_bytes(&mut self.connection).await
        {
            self.state.spool_holds(used);
        }
        Ok(outcomes)
    }
}

/// The rows of a batch.
#[derive(Default)]
struct Rows<'a> {
    requests: Vec<RequestRow<'a>>,
    attempts: Vec<AttemptRow<'a>>,
    upstream_ids: Vec<UpstreamIdRow<'a>>,
}

impl<'a> Rows<'a> {
    fn of(batch: &'a [Entry]) -> Self {
        let mut rows = Self::default();
        for entry in batch {
            match entry {
                Entry::Intent { request, attempt, .. } => {
                    rows.requests.extend(request.iter().map(|request| (&**request).into()));
                    rows.attempts.push((&**attempt).into());
                }
                Entry::UpstreamId { id, upstream_id } => {
                    rows.upstream_ids.push(UpstreamIdRow::new(*id, upstream_id));
                }
                Entry::AttemptEnd { attempt, .. } => rows.attempts.push((&**attempt).into()),
                Entry::RequestEnd { request, .. } => rows.requests.push((&**request).into()),
                Entry::Settle { .. } | Entry::Shipped { .. } | Entry::Barrier(_) => {}
            }
        }
        rows
    }

    async fn write(&self, statement: &'static str, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        let query = sqlx::query(statement).bind(Json(&self.requests)).bind(Json(&self.attempts));
        query.bind(Json(&self.upstream_ids)).execute(connection).await?;
        Ok(())
    }
}

/// Tells who waits for an entry that it is written. Who has gone does not need to know.
fn confirm(entry: Entry, changed: bool) {
    match entry {
        Entry::Intent { done, .. } | Entry::Shipped { done, .. } => drop(done.send(Ok(()))),
        Entry::Settle { done, .. } => drop(done.send(Ok(changed))),
        Entry::Barrier(done) => drop(done.send(())),
        // There is room for another call.
        Entry::AttemptEnd { ticket, .. } | Entry::RequestEnd { ticket, .. } => drop(ticket),
        Entry::UpstreamId { .. } => {}
    }
}

/// Keeps an entry that must be written; tells everyone else that theirs was not.
fn keep(entry: Entry, refusal: &Error) -> Option<Entry> {
    if entry.must_be_written() {
        return Some(entry);
    }
    match entry {
        Entry::Intent { done, .. } | Entry::Shipped { done, .. } => drop(done.send(Err(refusal.clone()))),
        Entry::Settle { done, .. } => drop(done.send(Err(refusal.clone()))),
        _ => {}
    }
    None
}

/// What a call is refused with while nothing can be written.
pub(crate) fn refusal(error: &sqlx::Error) -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "the request log cannot be written, so no call is made; is its disk full, or its file locked?",
    )
    .with_retry_after(WAITS.1)
    .with_retryable(false)
    .with_detail(error.to_string())
}
