//! Reading the ledger.

use std::fmt::Debug;

use async_trait::async_trait;
use llm_core::{AttemptId, RequestId, Result, Usage};

use crate::{
    AttemptRecord, Page, PageOf, ReconcileScope, Reconciliation, RequestFilter, RequestRecord, UpstreamCall,
    UsageBy, UsageFilter, UsageSum,
};

/// Reads the ledger, and settles what was left open.
///
/// What is written by this process is seen by its own reads once the call has ended and its row is on disk; with
/// PostgreSQL behind a spool it appears there moments later.
///
/// # Errors
///
/// Every method: [`ErrorKind::Unavailable`](llm_core::ErrorKind::Unavailable) when the database cannot be reached,
/// [`ErrorKind::Internal`](llm_core::ErrorKind::Internal) when it holds what it should not. Dropping a future changes
/// nothing, or everything that it would have changed.
#[async_trait]
pub trait RequestLog: Debug + Send + Sync + 'static {
    /// A page of requests, newest first. The cost does not depend on how many requests there are.
    async fn page(&self, filter: &RequestFilter, page: Page) -> Result<PageOf<RequestRecord>>;

    /// One request with all its attempts, in their order; `None` when there is none of this id. Whoever asks on behalf of
    /// a tenant compares [`RequestRecord::tenant`].
    async fn get(&self, id: RequestId) -> Result<Option<(RequestRecord, Vec<AttemptRecord>)>>;

    /// Sums over requests and their attempts, one for each group, in the order of the groups.
    async fn usage(&self, filter: &UsageFilter, by: UsageBy) -> Result<Vec<UsageSum>>;

    /// Attempts that may be billed and whose cost nobody knows yet, oldest first.
    async fn unsettled(&self, limit: u32) -> Result<Vec<AttemptRecord>>;

    /// Writes down what a call of unknown cost cost, and corrects its request's sums.
    ///
    /// `usage` is what the provider's own records say; `None` says that they hold no such call, so that nothing was
    /// billed. `false` when there was nothing to settle: the attempt is unknown, still runs, or has a known cost.
    async fn settle(&self, id: AttemptId, usage: Option<Usage>) -> Result<bool>;

    /// Compares the upstream's ledger with ours. It reads every attempt in the scope.
    async fn reconcile(&self, scope: &ReconcileScope, upstream: Vec<UpstreamCall>) -> Result<Reconciliation>;
}
