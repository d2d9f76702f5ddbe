//! The retry budget of one provider.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use super::RetryBudget;

/// One retry, in the thousandths that the bucket counts.
const RETRY: u64 = 1_000;
/// The most that is saved up.
const FULL: u64 = 10 * RETRY;

/// A token bucket that requests and time fill, and retries empty.
#[derive(Debug)]
pub(super) struct Bucket {
    budget: RetryBudget,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    level: u64,
    filled: Instant,
}

impl Bucket {
    /// A full bucket.
    pub(super) fn new(budget: RetryBudget) -> Self {
        Self { budget, state: Mutex::new(State { level: FULL, filled: Instant::now() }) }
    }

    /// A request pays in its share.
    pub(super) fn pay_in(&self) {
        let share = u64::from(self.budget.percent) * RETRY / 100;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.level = state.level.saturating_add(share).min(FULL);
    }

    /// Takes out one retry, if there is one.
    pub(super) fn take_out(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.fill(self.budget.per_second);
        let rest = state.level.checked_sub(RETRY);
        state.level = rest.unwrap_or(state.level);
        rest.is_some()
    }
}

impl State {
    /// Takes in what the time since the last look has brought.
    fn fill(&mut self, per_second: u32) {
        let now = Instant::now();
        let millis = u64::try_from((now - self.filled).as_millis()).unwrap_or(u64::MAX);
        // A thousandth of a retry for each millisecond, at one retry a second.
        self.level = self.level.saturating_add(millis.saturating_mul(per_second.into())).min(FULL);
        self.filled = now;
    }
}
