//! The two databases: their tables, statements and rows.

mod columns;
mod failure;
mod migrations;
mod postgres;
mod rows;
mod sqlite;
mod statement;

use std::time::Duration;

pub(crate) use columns::{
    SELECT_ATTEMPTS, UPSERT_ATTEMPT, UPSERT_REQUEST, attempt_columns, bind_attempt, bind_request,
    on_attempt_conflict, on_request_conflict, request_columns,
};
pub(crate) use failure::unavailable;
pub(crate) use migrations::{migrate_postgres, migrate_sqlite};
pub(crate) use postgres::Postgres;
pub(crate) use rows::Read;
pub(crate) use sqlite::{SqliteFile, used_bytes};
pub(crate) use statement::{Source, Statement, Value};

/// A count of tokens, as it stands in a row.
pub(crate) fn tokens(count: Option<u64>) -> Option<i64> {
    count.and_then(|count| i64::try_from(count).ok())
}

/// A duration in microseconds, as it stands in a row.
pub(crate) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
