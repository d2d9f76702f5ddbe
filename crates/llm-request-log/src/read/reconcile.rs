//! The upstream's own ledger against ours.

use jiff::Timestamp;
use llm_core::{AttemptId, Usage, Usd};

use crate::AttemptStatus;

/// One call, as the upstream's own ledger has it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct UpstreamCall {
    /// The id that we sent along.
    pub client_request_id: Option<AttemptId>,
    /// The id that the upstream gave it.
    pub upstream_id: Option<String>,
    /// What it used and cost.
    pub usage: Usage,
}

impl UpstreamCall {
    /// A call that the upstream knows by our id.
    #[must_use]
    pub fn of_attempt(id: AttemptId, usage: Usage) -> Self {
        Self { client_request_id: Some(id), upstream_id: None, usage }
    }

    /// A call that the upstream knows by its own id alone.
    #[must_use]
    pub fn of_upstream_id(id: impl Into<String>, usage: Usage) -> Self {
        Self { client_request_id: None, upstream_id: Some(id.into()), usage }
    }
}

/// Which of our attempts to compare. They must be those that the upstream's list covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReconcileScope {
    /// Calls to this provider only.
    pub provider: Option<String>,
    /// That began at this time or later.
    pub since: Option<Timestamp>,
    /// That began before this time.
    pub until: Option<Timestamp>,
    /// Write the cost of attempts that the upstream has and we do not know.
    pub settle: bool,
    /// Also write that nothing was billed for attempts that broke off and that the upstream's list lacks. It takes a
    /// list that is whole: what it lacks by mistake would be a cost that is lost.
    pub confirm_missing: bool,
}

impl ReconcileScope {
    /// Every attempt, and nothing is written.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls to this provider only.
    #[must_use]
    pub fn with_provider(mut self, provider: impl Into<String>) -> Self {
        self.provider = Some(provider.into());
        self
    }

    /// Only attempts that began at this time or later.
    #[must_use]
    pub fn with_since(mut self, since: Timestamp) -> Self {
        self.since = Some(since);
        self
    }

    /// Only attempts that began before this time.
    #[must_use]
    pub fn with_until(mut self, until: Timestamp) -> Self {
        self.until = Some(until);
        self
    }

    /// Whether to write the costs that are found into the ledger.
    #[must_use]
    pub fn with_settle(mut self, settle: bool) -> Self {
        self.settle = settle;
        self
    }

    /// Whether to write that what broke off and is not in the list was not billed.
    #[must_use]
    pub fn with_confirm_missing(mut self, confirm: bool) -> Self {
        self.confirm_missing = confirm;
        self
    }
}

/// What the comparison of the two ledgers found.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Reconciliation {
    /// How many calls both have.
    pub matched: u64,
    /// Calls that only the upstream has. There should be none.
    pub only_upstream: Vec<UpstreamCall>,
    /// Attempts that only we have, and how they ended. A refused connection is no surprise here; an `ok` is.
    pub only_here: Vec<(AttemptId, AttemptStatus)>,
    /// Calls of which both know the cost, and not the same: the attempt, the upstream's figure, ours.
    pub cost_differs: Vec<(AttemptId, Usd, Usd)>,
    /// The upstream's calls in all, in picodollars, where it told the cost.
    pub sum_upstream: i128,
    /// Our attempts in all, in picodollars, where we knew the cost before this comparison.
    pub sum_here: i128,
    /// How many attempts were settled by it.
    pub settled: u64,
}

impl Reconciliation {
    /// Whether both ledgers tell the same: no call is the upstream's alone, no whole answer is ours alone, and no cost
    /// differs.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.only_upstream.is_empty()
            && self.cost_differs.is_empty()
            && !self.only_here.iter().any(|(_, status)| *status == AttemptStatus::Ok)
    }
}
