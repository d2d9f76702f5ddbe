//! The two databases: their tables, statements and rows.

mod columns;
mod failure;
mod migrations;
mod postgres;
mod rows;
mod sqlite;
mod statement;
mod written;

use std::time::Duration;

pub(crate) use columns::{attempt_columns, request_columns};
pub(crate) use failure::unavailable;
pub(crate) use migrations::{migrate_postgres, migrate_sqlite};
pub(crate) use postgres::Postgres;
pub(crate) use rows::Read;
pub(crate) use sqlite::{SqliteFile, used_bytes};
pub(crate) use statement::{Source, Statement, Value};
pub(crate) use written::{
    AttemptRow, INSERT_ATTEMPTS, INSERT_REQUESTS, RequestRow, UpstreamIdRow, WRITE, WRITE_AND_COMMIT,
};

/// A count of tokens, as it stands in a row.
pub(crate) fn tokens(count: Option<u64>) -> Option<i64> {
    count.and_then(|count| i64::try_from(count).ok())
}

/// A duration in microseconds, as it stands in a row.
pub(crate) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
