#![doc = include_str!("../README.md")]

mod attempt;
mod caller;
mod config;
mod drain;
mod layer;
mod ledger;
mod read;
mod record;
mod settle;
mod shipper;
mod sqlx_log;
mod status;
mod store;
mod tally;
mod totals;

pub use caller::KeyId;
pub use config::LedgerConfig;
pub use layer::{AttemptLedgerLayer, RequestLogLayer};
pub use read::{
    Cursor, Page, PageOf, ReconcileScope, Reconciliation, RequestFilter, RequestLog, UpstreamCall, UsageBy,
    UsageFilter, UsageSum,
};
pub use record::{AttemptRecord, RequestRecord};
pub use sqlx_log::SqlxRequestLog;
pub use status::{AttemptStatus, RequestStatus};
