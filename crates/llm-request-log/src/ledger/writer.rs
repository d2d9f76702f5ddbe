//! The one task that writes.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use llm_core::{AttemptId, Error, ErrorKind, Result};
use sqlx::{Connection as _, SqliteConnection};
use tokio::{
    sync::mpsc::UnboundedReceiver,
    time::{Instant, sleep_until},
};

use super::{Entry, Instance, State};
use crate::{settle, shipper, store};

/// The shortest and the longest wait before a write is tried again.
const WAITS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// Notes the id that a provider gave a call that has not ended.
const UPSTREAM_ID: &str = "UPDATE llm_attempts SET upstream_id = $3, rev = rev + 1 \
    WHERE request_id = $1 AND attempt_no = $2 AND completed_at IS NULL";

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
            if kept.is_empty() {
                match self.queue.recv().await {
                    Some(entry) => kept.push_back(entry),
                    None => break,
                }
            }
            while kept.len() < self.max_batch
                && let Ok(entry) = self.queue.try_recv()
            {
                kept.push_back(entry);
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

    /// Writes a batch, all of it or nothing. Says of each entry whether it changed anything.
    async fn write(&mut self, batch: &[Entry]) -> Result<Vec<bool>, sqlx::Error> {
        // An end tells the id too, so that only one of both needs writing.
        let ended: HashSet<AttemptId> = batch
            .iter()
            .filter_map(|entry| match entry {
                Entry::AttemptEnd { attempt, .. } => Some(attempt.id),
                _ => None,
            })
            .collect();
        let mut outcomes = Vec::with_capacity(batch.len());
        if !batch.iter().all(|entry| matches!(entry, Entry::Barrier(_))) {
            let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
            for entry in batch {
                outcomes.push(write(&mut transaction, entry, &ended).await?);
            }
            transaction.commit().await?;
            self.state.committed();
            // What is committed stays so, even if the file cannot be measured.
            if self.state.caps_spool()
                && let Ok(used) = store::used_bytes(&mut self.connection).await
            {
                self.state.spool_holds(used);
            }
        }
        outcomes.resize(batch.len(), true);
        Ok(outcomes)
    }
}

/// Writes one entry. Whether it changed anything.
async fn write(
    connection: &mut SqliteConnection,
    entry: &Entry,
    ended: &HashSet<AttemptId>,
) -> Result<bool, sqlx::Error> {
    match entry {
        Entry::Intent { request, attempt, .. } => {
            if let Some(request) = request {
                store::bind_request!(sqlx::query(store::UPSERT_REQUEST), request)
                    .execute(&mut *connection)
                    .await?;
            }
            store::bind_attempt!(sqlx::query(store::UPSERT_ATTEMPT), attempt).execute(connection).await?;
        }
        Entry::UpstreamId { id, .. } if ended.contains(id) => {}
        Entry::UpstreamId { id, upstream_id } => {
            let query = sqlx::query(UPSTREAM_ID).bind(id.request.as_uuid()).bind(i64::from(id.number.get()));
            query.bind(upstream_id).execute(connection).await?;
        }
        Entry::AttemptEnd { attempt, .. } => {
            store::bind_attempt!(sqlx::query(store::UPSERT_ATTEMPT), attempt).execute(connection).await?;
        }
        Entry::RequestEnd { request, .. } => {
            store::bind_request!(sqlx::query(store::UPSERT_REQUEST), request).execute(connection).await?;
        }
        Entry::Settle { id, usage, .. } => return settle::in_sqlite(connection, *id, usage.as_ref()).await,
        Entry::Shipped { rows, .. } => shipper::forget(connection, rows).await?,
        Entry::Barrier(_) => {}
    }
    Ok(true)
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
