//! From the spool into PostgreSQL.

mod batch;
mod task;

pub(crate) use batch::{Shipped, forget};
pub(crate) use task::Shipper;
