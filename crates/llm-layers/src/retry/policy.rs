//! When to call again, and after how long.

use std::time::Duration;

use llm_core::Error;

/// An attempt that has less time than this is not begun.
pub(crate) const LEAST_TIME: Duration = Duration::from_secs(1);

/// Picks a wait between zero and the ceiling that it is given.
pub type Jitter = fn(Duration) -> Duration;

/// Full jitter: any wait from zero to `ceiling`, all equally likely.
///
/// Callers that failed together then come back spread over the whole span, not all at its end.
#[must_use]
pub fn full_jitter(ceiling: Duration) -> Duration {
    ceiling.mul_f64(fastrand::f64())
}

/// When to call again, and after how long.
///
/// ```
/// use std::time::Duration;
/// use llm_layers::RetryPolicy;
///
/// let patient = RetryPolicy::default().with_max_attempts(5).with_cap(Duration::from_secs(20));
/// assert_eq!(patient.base, Duration::from_millis(250));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The most calls for one request, the first included. Default 3; 0 counts as 1.
    pub max_attempts: u32,
    /// The ceiling of the first wait; it doubles with each. Default 250 ms.
    pub base: Duration,
    /// The ceiling that waits do not pass. Default 8 s.
    pub cap: Duration,
    /// The longest wait that a provider may ask for. One that asks for longer is not called again. Default 60 s.
    pub retry_after_cap: Duration,
    /// How many retries all requests together may make.
    pub budget: RetryBudget,
}

/// How many retries all requests to one provider may make: it keeps an outage from being answered with a flood.
///
/// Each request pays in `percent` hundredths of a retry, each second `per_second` whole ones, each retry takes one out.
/// At most ten are saved up, and so many are there at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryBudget {
    /// Retries for each hundred requests. Default 10.
    pub percent: u32,
    /// Retries for each second, so that a quiet service may retry at all. Default 1.
    pub per_second: u32,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new(10, 1)
    }
}

impl RetryBudget {
    /// So many retries for each hundred requests, and so many more for each second.
    #[must_use]
    pub const fn new(percent: u32, per_second: u32) -> Self {
        Self { percent, per_second }
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base: Duration::from_millis(250),
            cap: Duration::from_secs(8),
            retry_after_cap: Duration::from_secs(60),
            budget: RetryBudget::default(),
        }
    }
}

impl RetryPolicy {
    /// Sets the most calls for one request, the first included; 1 never calls again.
    #[must_use]
    pub const fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets the ceiling of the first wait.
    #[must_use]
    pub const fn with_base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// Sets the ceiling of all waits.
    #[must_use]
    pub const fn with_cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// Sets the longest wait that a provider may ask for.
    #[must_use]
    pub const fn with_retry_after_cap(mut self, cap: Duration) -> Self {
        self.retry_after_cap = cap;
        self
    }

    /// Sets how many retries all requests together may make.
    #[must_use]
    pub const fn with_budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// The wait before the attempt that follows the `failed`-th, counted from 1.
    ///
    /// `None` when the provider asks for more than it may, or when less than a second would be left of `time_left`.
    pub(crate) fn wait(
        &self,
        failed: u32,
        error: &Error,
        time_left: Option<Duration>,
        jitter: Jitter,
    ) -> Option<Duration> {
        let asked = error.retry_after().unwrap_or_default();
        let doubled =
            self.base.saturating_mul(1_u32.checked_shl(failed.saturating_sub(1)).unwrap_or(u32::MAX));
        let ceiling = doubled.min(self.cap);
        let wait = jitter(ceiling).min(ceiling).max(asked);
        let in_time = time_left.is_none_or(|left| wait.saturating_add(LEAST_TIME) <= left);
        (asked <= self.retry_after_cap && in_time).then_some(wait)
    }
}
