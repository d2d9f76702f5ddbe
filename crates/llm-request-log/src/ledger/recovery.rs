//! What dead processes left behind.

use std::path::Path;

use jiff::Timestamp;
use llm_core::Result;
use sqlx::{Connection as _, SqliteConnection};
use uuid::Uuid;

use super::Dead;
use crate::{AttemptStatus, RequestStatus, settle, store};

/// The processes that have something open. Here and below, the conditions repeat those of the indexes.
const INSTANCES: &str = "SELECT instance FROM llm_requests WHERE status <> 'ok' AND status = 'running' \
    UNION SELECT instance FROM llm_attempts WHERE maybe_billed AND cost IS NULL AND completed_at IS NULL";
/// `maybe_billed` is true in every open row, and stays so: nobody knows how far the call came.
const END_ATTEMPTS: &str = "UPDATE llm_attempts SET status = $2, completed_at = $3, rev = rev + 1 \
    WHERE maybe_billed AND cost IS NULL AND completed_at IS NULL AND instance = $1";
const OPEN_REQUESTS: &str =
    "SELECT id FROM llm_requests WHERE status <> 'ok' AND status = 'running' AND instance = $1";
const END_REQUEST: &str =
    "UPDATE llm_requests SET status = $2, completed_at = $3, rev = rev + 1 WHERE id = $1";

/// Marks what dead processes left open as interrupted, and adds up their requests.
pub(crate) async fn run(connection: &mut SqliteConnection, folder: Option<&Path>, own: Uuid) -> Result<()> {
    let unread = store::unavailable("the request log cannot be read");
    let instances: Vec<Uuid> =
        sqlx::query_scalar(INSTANCES).fetch_all(&mut *connection).await.map_err(&unread)?;
    for id in instances.into_iter().filter(|id| *id != own) {
        let dead = Dead::find(folder, id).map_err(|error| {
            store::unavailable("it cannot be told whether another process uses the request log")(error.into())
        })?;
        let Some(dead) = dead else { continue };
        let interrupted = interrupt(connection, id)
            .await
            .map_err(store::unavailable("the request log cannot be written"))?;
        dead.bury();
        tracing::warn!(%id, interrupted, "a process died with calls open; they are marked as interrupted");
    }
    // Those that died with nothing open left only their locks.
    let rest = folder.map(Dead::all).transpose().unwrap_or_else(|error| {
        tracing::debug!(%error, "the locks of dead processes stay");
        None
    });
    rest.into_iter().flatten().for_each(Dead::bury);
    Ok(())
}

/// Ends what one dead process left open. How many calls that were.
async fn interrupt(connection: &mut SqliteConnection, instance: Uuid) -> sqlx::Result<u64> {
    let now = Timestamp::now().as_microsecond();
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let attempts = sqlx::query(END_ATTEMPTS)
        .bind(instance)
        .bind(AttemptStatus::Interrupted.as_str())
        .bind(now)
        .execute(&mut *transaction)
        .await?;
    let requests: Vec<Uuid> =
        sqlx::query_scalar(OPEN_REQUESTS).bind(instance).fetch_all(&mut *transaction).await?;
    for id in requests {
        let query = sqlx::query(END_REQUEST).bind(id).bind(RequestStatus::Interrupted.as_str()).bind(now);
        query.execute(&mut *transaction).await?;
        settle::add_up_in_sqlite(&mut transaction, id).await?;
    }
    transaction.commit().await?;
    Ok(attempts.rows_affected())
}
