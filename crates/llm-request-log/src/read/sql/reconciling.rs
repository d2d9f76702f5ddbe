//! Two ledgers side by side.

use std::collections::{HashMap, HashSet};

use llm_core::{AttemptId, Result};

use super::requests::{Position, attempts};
use crate::{
    AttemptRecord, AttemptStatus, ReconcileScope, Reconciliation, RequestLog as _, SqlxRequestLog,
    UpstreamCall,
};

/// Compares the upstream's calls with our attempts in the scope, and settles what it finds if it shall.
pub(super) async fn run(
    log: &SqlxRequestLog,
    scope: &ReconcileScope,
    upstream: Vec<UpstreamCall>,
) -> Result<Reconciliation> {
    let mut comparison = Comparison::of(upstream);
    let mut found = Reconciliation::default();
    let mut behind: Option<Position> = None;
    loop {
        let (chunk, next) = attempts(log.source().await?, scope, behind).await?;
        for attempt in &chunk {
            if let Some(settlement) = comparison.compare(attempt, &mut found)
                && if settlement.is_some() { scope.settle } else { scope.confirm_missing }
                && log.settle(attempt.id, settlement).await?
            {
                found.settled += 1;
            }
        }
        behind = next;
        if behind.is_none() {
            break;
        }
    }
    comparison.finish(&mut found);
    Ok(found)
}

/// What settles an attempt: its usage, or that there was none.
type Settlement = Option<llm_core::Usage>;

/// The upstream's calls, to be found by either id.
struct Comparison {
    calls: Vec<UpstreamCall>,
    by_ours: HashMap<AttemptId, usize>,
    by_theirs: HashMap<String, usize>,
    seen: HashSet<usize>,
}

impl Comparison {
    fn of(calls: Vec<UpstreamCall>) -> Self {
        let by_ours =
            calls.iter().enumerate().filter_map(|(n, call)| Some((call.client_request_id?, n))).collect();
        // A call that names an attempt of ours is that attempt's, whatever else it is called.
        let by_theirs = calls.iter().enumerate().filter(|(_, call)| call.client_request_id.is_none());
        let by_theirs = by_theirs.filter_map(|(n, call)| Some((call.upstream_id.clone()?, n))).collect();
        Self { calls, by_ours, by_theirs, seen: HashSet::new() }
    }

    /// Compares one attempt; gives what would settle it.
    fn compare(&mut self, attempt: &AttemptRecord, found: &mut Reconciliation) -> Option<Settlement> {
        let ours = attempt.usage.cost;
        found.sum_here += ours.map_or(0, |cost| i128::from(cost.picos()));
        let place =
            self.by_ours.get(&attempt.id).or_else(|| self.by_theirs.get(attempt.upstream_id.as_ref()?));
        // A call that two attempts lay claim to belongs to the first.
        let call = place.filter(|place| self.seen.insert(**place)).and_then(|place| self.calls.get(*place));
        let Some(call) = call else {
            found.only_here.push((attempt.id, attempt.status));
            return (attempt.is_unsettled() && broke_off(attempt.status)).then_some(None);
        };
        found.matched += 1;
        match (call.usage.cost, ours) {
            (Some(theirs), Some(ours)) if theirs != ours => {
                found.cost_differs.push((attempt.id, theirs, ours));
                None
            }
            (Some(_), None) if attempt.is_unsettled() => Some(Some(call.usage.clone())),
            _ => None,
        }
    }

    /// What no attempt lay claim to.
    fn finish(self, found: &mut Reconciliation) {
        found.sum_upstream =
            self.calls.iter().filter_map(|call| call.usage.cost).map(|c| i128::from(c.picos())).sum();
        let calls = self.calls.into_iter().enumerate().filter(|(place, _)| !self.seen.contains(place));
        found.only_upstream = calls.map(|(_, call)| call).collect();
    }
}

/// Whether a call that the upstream never saw can have ended like this without costing anything.
fn broke_off(status: AttemptStatus) -> bool {
    matches!(
        status,
        AttemptStatus::Interrupted
            | AttemptStatus::ConnectError
            | AttemptStatus::ClientClosed
            | AttemptStatus::Cancelled
            | AttemptStatus::Internal
            | AttemptStatus::TimeoutFirstToken
    )
}
