//! The two layers that write the ledger.

mod attempt;
mod attempt_stream;
mod request;
mod request_stream;

pub use attempt::AttemptLedgerLayer;
pub use request::RequestLogLayer;
