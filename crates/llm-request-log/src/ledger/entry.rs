//! What is handed to the writer.

use llm_core::{AttemptId, Result, Usage};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::{AttemptRecord, RequestRecord, shipper::Shipped};

/// What is handed to the writer. Entries of one call are handed over in their order.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A call is about to be made, for a request that may be new too. The caller waits.
    Intent {
        request: Option<Box<RequestRecord>>,
        attempt: Box<AttemptRecord>,
        done: oneshot::Sender<Result<()>>,
    },
    /// The provider gave a call its id.
    UpstreamId { id: AttemptId, upstream_id: String },
    /// A call has ended. Its ticket comes back when that is written.
    AttemptEnd { attempt: Box<AttemptRecord>, ticket: Ticket },
    /// A request has ended.
    RequestEnd { request: Box<RequestRecord>, ticket: Ticket },
    /// Somebody found out what a call cost; `None`: nothing.
    Settle { id: AttemptId, usage: Option<Usage>, done: oneshot::Sender<Result<bool>> },
    /// PostgreSQL has these rows.
    Shipped { rows: Shipped, done: oneshot::Sender<Result<()>> },
    /// Answered when everything before it is written.
    Barrier(oneshot::Sender<()>),
}

impl Entry {
    /// Whether somebody waits for it.
    pub(crate) fn is_urgent(&self) -> bool {
        !matches!(self, Self::UpstreamId { .. } | Self::AttemptEnd { .. } | Self::RequestEnd { .. })
    }

    /// Whether it is rows to write, or nothing at all, rather than a change of rows that are there.
    pub(crate) fn is_row(&self) -> bool {
        !matches!(self, Self::Settle { .. } | Self::Shipped { .. })
    }

    /// Whether it is lost when it is not written. The others have somebody who waits, and who can be told.
    pub(crate) fn must_be_written(&self) -> bool {
        matches!(
            self,
            Self::UpstreamId { .. } | Self::AttemptEnd { .. } | Self::RequestEnd { .. } | Self::Barrier(_)
        )
    }
}

/// A place among the open requests and attempts: who holds one may hand over its end without waiting.
pub(crate) type Ticket = OwnedSemaphorePermit;
