//! How long an attempt waited for its turn.

use std::time::Duration;

/// How long a retry waited before it began this attempt: an extension of the [`CallContext`](crate::CallContext).
///
/// A retry sets it on every attempt after the first, so that a ledger further in can write it down:
///
/// ```
/// use std::{sync::Arc, time::Duration};
/// use llm_core::RequestId;
/// use llm_provider::{CallContext, RetryWait};
///
/// let ctx = CallContext::new(RequestId::new());
/// let again = ctx.with_extension(Arc::new(RetryWait(Duration::from_millis(250))));
/// assert_eq!(again.extension::<RetryWait>().map(|wait| wait.0), Some(Duration::from_millis(250)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryWait(pub Duration);
