//! Rows on their way: which go next, and what becomes of those that have arrived.

use std::num::NonZeroU32;

use jiff::Timestamp;
use llm_core::RequestId;
use sqlx::{Connection as _, FromRow, Row as _, SqliteConnection, sqlite::SqliteRow, types::Json};

use crate::{
    AttemptRecord, RequestRecord,
    store::{Read, attempt_columns, request_columns},
};

/// Requests that have ended, the oldest first.
const ENDED: &str = concat!(
    "SELECT rowid AS place, rev, ",
    request_columns!(),
    " FROM llm_requests WHERE completed_at IS NOT NULL AND rowid > $1 ORDER BY rowid LIMIT $2"
);
/// The attempts of the same requests. They stay in the spool until their request has ended, so that a crash finds all
/// that its sum is made of.
const THEIR_ATTEMPTS: &str = concat!(
    "SELECT rowid AS place, rev, ",
    attempt_columns!(),
    " FROM llm_attempts WHERE request_id IN (SELECT id FROM llm_requests \
     WHERE completed_at IS NOT NULL AND rowid > $1 ORDER BY rowid LIMIT $2)"
);
/// Attempts that have ended and have no request: no layer stood around them that would make one.
const ALONE: &str = concat!(
    "SELECT rowid AS place, rev, ",
    attempt_columns!(),
    " FROM llm_attempts WHERE completed_at IS NOT NULL \
     AND NOT EXISTS (SELECT 1 FROM llm_requests WHERE id = request_id) ORDER BY rowid LIMIT $1"
);
/// What runs for longer than a moment, and PostgreSQL does not have as it is.
const RUNNING: &str = concat!(
    "SELECT rowid AS place, rev, ",
    request_columns!(),
    " FROM llm_requests WHERE status <> 'ok' AND status = 'running' AND shipped < rev AND created_at < $1 LIMIT $2"
);
const RUNNING_ATTEMPTS: &str = concat!(
    "SELECT rowid AS place, rev, ",
    attempt_columns!(),
    " FROM llm_attempts WHERE shipped < rev AND request_id IN \
     (SELECT id FROM llm_requests WHERE status <> 'ok' AND status = 'running' AND created_at < $1) LIMIT $2"
);

/// A row of the spool, as it was when it was read.
#[derive(Clone, Debug)]
pub(crate) struct Spooled<T> {
    pub(crate) place: i64,
    pub(crate) rev: i64,
    pub(crate) record: T,
}

impl<'r, T> FromRow<'r, SqliteRow> for Spooled<T>
where
    Read<T>: FromRow<'r, SqliteRow>,
{
    fn from_row(row: &'r SqliteRow) -> sqlx::Result<Self> {
        let Read(record) = Read::from_row(row)?;
        Ok(Self { place: row.try_get("place")?, rev: row.try_get("rev")?, record })
    }
}

/// Rows that go together.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) requests: Vec<Spooled<RequestRecord>>,
    pub(crate) attempts: Vec<Spooled<AttemptRecord>>,
}

impl Batch {
    /// The next requests that have ended, with all their attempts, behind a place in the spool.
    pub(crate) async fn ended(spool: &mut SqliteConnection, after: i64, limit: i64) -> sqlx::Result<Self> {
        let mut snapshot = spool.begin().await?;
        let requests = sqlx::query_as(ENDED).bind(after).bind(limit).fetch_all(&mut *snapshot).await?;
        let attempts =
            sqlx::query_as(THEIR_ATTEMPTS).bind(after).bind(limit).fetch_all(&mut *snapshot).await?;
        Ok(Self { requests, attempts })
    }

    /// Attempts without a request.
    pub(crate) async fn alone(spool: &mut SqliteConnection, limit: i64) -> sqlx::Result<Self> {
        let attempts = sqlx::query_as(ALONE).bind(limit).fetch_all(spool).await?;
        Ok(Self { requests: Vec::new(), attempts })
    }

    /// What runs since before a time.
    pub(crate) async fn running(
        spool: &mut SqliteConnection,
        since: Timestamp,
        limit: i64,
    ) -> sqlx::Result<Self> {
        let since = since.as_microsecond();
        let mut snapshot = spool.begin().await?;
        let requests = sqlx::query_as(RUNNING).bind(since).bind(limit).fetch_all(&mut *snapshot).await?;
        let attempts =
            sqlx::query_as(RUNNING_ATTEMPTS).bind(since).bind(limit).fetch_all(&mut *snapshot).await?;
        Ok(Self { requests, attempts })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.attempts.is_empty()
    }

    /// The batch's rows, for the writer to forget.
    pub(crate) fn shipped(&self, delete: bool) -> Shipped {
        let requests = self.requests.iter().map(|row| (row.record.id, row.rev)).collect();
        let attempts =
            self.attempts.iter().map(|row| (row.record.id.request, row.record.id.number, row.rev)).collect();
        Shipped { delete, requests, attempts }
    }
}

/// Rows that PostgreSQL has: their keys, and how often they had changed when they were read. Not their places in the
/// spool, which another process that shares it may have emptied and filled again.
#[derive(Debug)]
pub(crate) struct Shipped {
    /// Whether they have ended and may go.
    delete: bool,
    requests: Vec<(RequestId, i64)>,
    attempts: Vec<(RequestId, NonZeroU32, i64)>,
}

/// Removes rows that have arrived, or notes that they have. What has changed since goes again.
pub(crate) async fn forget(spool: &mut SqliteConnection, rows: &Shipped) -> sqlx::Result<()> {
    const DELETE: &str = "\
        DELETE FROM llm_requests WHERE (id, rev) IN \
        (SELECT unhex(value ->> 0, '-'), value ->> 1 FROM json_each($1)); \
        DELETE FROM llm_attempts WHERE (request_id, attempt_no, rev) IN \
        (SELECT unhex(value ->> 0, '-'), value ->> 1, value ->> 2 FROM json_each($2))";
    const NOTE: &str = "\
        UPDATE llm_requests SET shipped = rev WHERE (id, rev) IN \
        (SELECT unhex(value ->> 0, '-'), value ->> 1 FROM json_each($1)); \
        UPDATE llm_attempts SET shipped = rev WHERE (request_id, attempt_no, rev) IN \
        (SELECT unhex(value ->> 0, '-'), value ->> 1, value ->> 2 FROM json_each($2))";
    let query = sqlx::query(if rows.delete { DELETE } else { NOTE });
    query.bind(Json(&rows.requests)).bind(Json(&rows.attempts)).execute(spool).await?;
    Ok(())
}
