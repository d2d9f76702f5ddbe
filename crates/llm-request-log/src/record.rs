//! What the ledger holds: a record per request, and one per upstream call.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use llm_core::{AttemptId, ErrorKind, Operation, ProviderName, RequestId, Usage};
use uuid::Uuid;

use crate::{AttemptStatus, RequestStatus};

/// One request, as the ledger holds it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RequestRecord {
    /// Its id.
    pub id: RequestId,
    /// Whose call it was.
    pub tenant: Option<String>,
    /// The end user, as the request named them.
    pub user: Option<String>,
    /// The id of the API key that it came with.
    pub key: Option<String>,
    /// The model, alias or role that was asked for.
    pub requested_model: String,
    /// The model that answered, in the provider's words; of the last attempt when none answered.
    pub served_model: Option<String>,
    /// The provider that answered; of the last attempt when none did.
    pub provider: Option<ProviderName>,
    /// What it was for.
    pub operation: Operation,
    /// How it ended.
    pub status: RequestStatus,
    /// Whether the answer was asked for as a stream.
    pub streamed: bool,
    /// Whether the answer came out of the cache, or out of an equal call under way.
    pub cached: bool,
    /// How many upstream calls were made for it.
    pub attempts: u32,
    /// The sum of its attempts, to the picodollar. The cost is zero when no attempt was billed, and unknown as long as
    /// one that may be billed has an unknown cost.
    pub usage: Usage,
    /// From its beginning to the first content of its answer; for a unary call to the whole answer.
    pub time_to_first_token: Option<Duration>,
    /// From its beginning to its end.
    pub duration: Option<Duration>,
    /// What kind of error the caller got.
    pub error_kind: Option<ErrorKind>,
    /// What the error said, at most 1 KiB of it.
    pub error_message: Option<String>,
    /// The configuration that it ran under.
    pub config_version: Option<String>,
    /// The request's own pairs, the first 32 of them.
    pub metadata: BTreeMap<String, String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ended, its last attempt included.
    pub completed_at: Option<Timestamp>,
    /// The process that began it.
    pub(crate) instance: Uuid,
}

/// One upstream call, as the ledger holds it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AttemptRecord {
    /// Its id: the request, and its number in it.
    pub id: AttemptId,
    /// The provider that was called.
    pub provider: ProviderName,
    /// The model that was asked for, by its upstream name.
    pub model: String,
    /// The provider's id of the call.
    pub upstream_id: Option<String>,
    /// The vendor behind the provider, as the provider displays it.
    pub served_by: Option<String>,
    /// How it ended.
    pub status: AttemptStatus,
    /// Whether the provider may charge for it. While the call runs, and after a crash, it may.
    pub maybe_billed: bool,
    /// What it used and cost, as far as it is known.
    pub usage: Usage,
    /// What kind of error it ended with.
    pub error_kind: Option<ErrorKind>,
    /// What the error said, at most 1 KiB of it.
    pub error_message: Option<String>,
    /// The provider's HTTP status, when it ended with an error.
    pub http_status: Option<u16>,
    /// How long a retry waited before it.
    pub wait_before: Duration,
    /// When it began: its intent was written down, the call not made yet.
    pub started_at: Timestamp,
    /// When the first content came; for a unary call the whole answer.
    pub first_token_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
    /// The process that made it.
    pub(crate) instance: Uuid,
}

impl AttemptRecord {
    /// Whether it may be billed and nobody knows how much.
    #[must_use]
    pub fn is_unsettled(&self) -> bool {
        self.maybe_billed && self.usage.cost.is_none() && self.completed_at.is_some()
    }
}
