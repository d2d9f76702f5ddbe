//! The ledger, read from SQLite or PostgreSQL by the same statements.

mod reconciling;
mod requests;
mod sums;

use std::time::Duration;

use async_trait::async_trait;
use llm_core::{AttemptId, RequestId, Result, Usage};

use crate::{
    AttemptRecord, Page, PageOf, ReconcileScope, Reconciliation, RequestFilter, RequestLog, RequestRecord,
    SqlxRequestLog, UpstreamCall, UsageBy, UsageFilter, UsageSum, settle,
    sqlx_log::Store,
    store::{Source, unavailable},
};

/// How long a read waits for what this process is still writing.
const PATIENCE: Duration = Duration::from_millis(250);

impl SqlxRequestLog {
    /// The database that holds the records, once what this process handed over is written.
    async fn source(&self) -> Result<Source<'_>> {
        // While nothing can be written, what was written can still be read.
        let _ = tokio::time::timeout(PATIENCE, self.ledger.barrier()).await;
        match &*self.store {
            Store::Sqlite(pool) => Ok(Source::Sqlite(pool)),
            Store::Postgres { postgres, .. } => postgres.ready().await.map(Source::Postgres),
        }
    }
}

#[async_trait]
impl RequestLog for SqlxRequestLog {
    async fn page(&self, filter: &RequestFilter, page: Page) -> Result<PageOf<RequestRecord>> {
        requests::page(self.source().await?, filter, page).await
    }

    async fn get(&self, id: RequestId) -> Result<Option<(RequestRecord, Vec<AttemptRecord>)>> {
        if let Store::Postgres { spool, .. } = &*self.store {
            let _ = tokio::time::timeout(PATIENCE, self.ledger.barrier()).await;
            // The spool has all of a request until PostgreSQL has, and what it has is newer.
            if let Some(found) = requests::get(Source::Sqlite(spool), id).await? {
                return Ok(Some(found));
            }
        }
        requests::get(self.source().await?, id).await
    }

    async fn usage(&self, filter: &UsageFilter, by: UsageBy) -> Result<Vec<UsageSum>> {
        sums::usage(self.source().await?, filter, by).await
    }

    async fn unsettled(&self, limit: u32) -> Result<Vec<AttemptRecord>> {
        requests::unsettled(self.source().await?, limit).await
    }

    async fn settle(&self, id: AttemptId, usage: Option<Usage>) -> Result<bool> {
        if self.ledger.settle(id, usage.clone()).await? {
            return Ok(true);
        }
        let Store::Postgres { postgres, .. } = &*self.store else { return Ok(false) };
        let unwritten = unavailable("the request log cannot be written");
        let mut transaction = postgres.ready().await?.begin().await.map_err(&unwritten)?;
        let settled = settle::in_postgres(&mut transaction, id, usage.as_ref()).await.map_err(&unwritten)?;
        transaction.commit().await.map_err(&unwritten)?;
        Ok(settled)
    }

    async fn reconcile(&self, scope: &ReconcileScope, upstream: Vec<UpstreamCall>) -> Result<Reconciliation> {
        if let Store::Postgres { shipper, .. } = &*self.store {
            let _ = tokio::time::timeout(PATIENCE, self.ledger.barrier()).await;
            shipper.flush().await?;
        }
        reconciling::run(self, scope, upstream).await
    }
}
