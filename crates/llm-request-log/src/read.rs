//! The side of the ledger that is read.

mod filter;
mod log;
mod reconcile;
mod sql;
mod usage;

pub use filter::{Cursor, Page, PageOf, RequestFilter};
pub use log::RequestLog;
pub use reconcile::{ReconcileScope, Reconciliation, UpstreamCall};
pub use usage::{UsageBy, UsageFilter, UsageSum};
