//! The task that ships, and backs off while PostgreSQL is away.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use llm_core::{Error, ErrorKind, Result};
use sqlx::{PgPool, SqlitePool, types::Json};
use tokio::sync::{Mutex, mpsc::WeakUnboundedSender, oneshot};

use super::batch::Batch;
use crate::{
    ledger::Entry,
    store::{AttemptRow, INSERT_ATTEMPTS, INSERT_REQUESTS, Postgres, RequestRow, unavailable},
};

/// How many requests go at once.
const BATCH: i64 = 256;
/// How often it looks for new rows.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest wait while PostgreSQL is away.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How long a batch may take. Longer than any that goes well, shorter than a dead connection is noticed by itself.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a call runs before PostgreSQL hears of it. Most have ended by then and go once.
const RUNS_LONG: Duration = Duration::from_secs(2);

/// Moves rows from the spool into PostgreSQL. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Shipper {
    spool: SqlitePool,
    postgres: Postgres,
    writer: WeakUnboundedSender<Entry>,
    /// Held while a batch is under way: the place in the spool behind which it began.
    after: Arc<Mutex<i64>>,
}

/// How far the spool is shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// There is more that has ended.
    More,
    /// What has ended is shipped.
    Done,
    /// It is, but for rows that PostgreSQL refuses.
    Refused,
}

impl Shipper {
    pub(crate) fn new(spool: SqlitePool, postgres: Postgres, writer: WeakUnboundedSender<Entry>) -> Self {
        Self { spool, postgres, writer, after: Arc::default() }
    }

    /// Ships until the writer is gone.
    pub(crate) async fn run(self) {
        let mut wait = PAUSE;
        let mut away = false;
        while self.writer.upgrade().is_some() {
            match self.ship().await {
                Ok(progress) => {
                    if away {
                        tracing::info!("PostgreSQL is back; the spool drains");
                    }
                    away = false;
                    wait = match progress {
                        Progress::More => continue,
                        Progress::Done => PAUSE,
                        Progress::Refused => (wait * 2).min(LONGEST_WAIT),
                    };
                }
                Err(error) => {
                    if !away {
                        tracing::warn!(
                            ?error,
                            "PostgreSQL does not take the request log; rows wait in the spool"
                        );
                    }
                    (away, wait) = (true, (wait * 2).min(LONGEST_WAIT));
                }
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Ships every request that has ended, and a batch of what has no request.
    pub(crate) async fn flush(&self) -> Result<()> {
        while self.ship().await? == Progress::More {}
        Ok(())
    }

    /// Ships the next requests that have ended; when there are no more of them, also what else there is.
    async fn ship(&self) -> Result<Progress> {
        let mut after = self.after.lock().await;
        let unread = unavailable("the spool cannot be read");
        let mut spool = self.spool.acquire().await.map_err(&unread)?;
        let postgres = self.postgres.ready().await?;
        let ended = Batch::ended(&mut spool, *after, BATCH).await.map_err(&unread)?;
        let last_refused = self.deliver(postgres, &ended, true).await?;
        *after = last_refused.unwrap_or(*after);
        if i64::try_from(ended.requests.len()).is_ok_and(|rows| rows >= BATCH) {
            return Ok(Progress::More);
        }
        // What was passed over gets another chance.
        let refused = std::mem::take(&mut *after) > 0;
        let alone = Batch::alone(&mut spool, BATCH).await.map_err(&unread)?;
        self.deliver(postgres, &alone, true).await?;
        let since = Timestamp::now().checked_sub(RUNS_LONG).unwrap_or(Timestamp::MIN);
        let running = Batch::running(&mut spool, since, BATCH).await.map_err(&unread)?;
        self.deliver(postgres, &running, false).await?;
        Ok(if refused { Progress::Refused } else { Progress::Done })
    }

    /// Writes a batch into PostgreSQL, then lets the spool forget it. If PostgreSQL refuses a row for what it holds,
    /// the others go without it. Gives the place of the last request that it refused.
    async fn deliver(&self, postgres: &PgPool, batch: &Batch, delete: bool) -> Result<Option<i64>> {
        if batch.is_empty() {
            return Ok(None);
        }
        let away = unavailable("PostgreSQL does not take the request log's rows");
        match insert(postgres, batch).await {
            Ok(()) => {
                self.forget(batch, delete).await?;
                return Ok(None);
            }
            Err(error) if !is_about_a_row(&error) => return Err(away(error)),
            Err(_) => {}
        }
        let mut refused = None;
        for one in split(batch) {
            match insert(postgres, &one).await {
                Ok(()) => self.forget(&one, delete).await?,
                Err(error) if is_about_a_row(&error) => {
                    let id = one.requests.first().map(|row| row.record.id);
                    tracing::error!(?id, %error, "PostgreSQL refuses a row; it stays in the spool");
                    refused = one.requests.first().map(|row| row.place).or(refused);
                }
                Err(error) => return Err(away(error)),
            }
        }
        Ok(refused)
    }

    async fn forget(&self, batch: &Batch, delete: bool) -> Result<()> {
        let gone = || Error::new(ErrorKind::Unavailable, "the request log has stopped");
        let (done, forgotten) = oneshot::channel();
        let writer = self.writer.upgrade().ok_or_else(gone)?;
        writer.send(Entry::Shipped { rows: batch.shipped(delete), done }).map_err(|_| gone())?;
        drop(writer);
        forgotten.await.unwrap_or_else(|_| Err(gone()))
    }
}

/// Writes a batch, all of it or nothing, unless the server does not stir at all.
async fn insert(postgres: &PgPool, batch: &Batch) -> sqlx::Result<()> {
    let late = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    tokio::time::timeout(PATIENCE, insert_all(postgres, batch))
        .await
        .unwrap_or_else(|elapsed| Err(late(elapsed)))
}

async fn insert_all(postgres: &PgPool, batch: &Batch) -> sqlx::Result<()> {
    let requests: Vec<RequestRow> = batch.requests.iter().map(|row| (&row.record).into()).collect();
    let attempts: Vec<AttemptRow> = batch.attempts.iter().map(|row| (&row.record).into()).collect();
    let mut transaction = postgres.begin().await?;
    sqlx::query(INSERT_REQUESTS).bind(Json(requests)).execute(&mut *transaction).await?;
    sqlx::query(INSERT_ATTEMPTS).bind(Json(attempts)).execute(&mut *transaction).await?;
    transaction.commit().await
}

/// Whether the error is about what a row holds (SQLSTATE classes 22 and 23), so that trying again would not help.
fn is_about_a_row(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
}

/// One batch for each request and its attempts, and one for each attempt without a request.
fn split(batch: &Batch) -> Vec<Batch> {
    let mut attempts = batch.attempts.clone();
    let mut parts = Vec::with_capacity(batch.requests.len());
    for request in &batch.requests {
        let own = attempts.extract_if(.., |attempt| attempt.record.id.request == request.record.id).collect();
        parts.push(Batch { requests: vec![request.clone()], attempts: own });
    }
    parts.extend(attempts.into_iter().map(|attempt| Batch { requests: Vec::new(), attempts: vec![attempt] }));
    parts
}
