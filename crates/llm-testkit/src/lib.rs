#![doc = include_str!("../README.md")]

mod answer;
mod canary;
pub mod conformance;
pub mod corpus;
mod dead_port;
mod fault;
mod gate;
mod ledger;
mod reply;
mod upstream;
mod vendor;

pub use answer::Answer;
pub use canary::Canary;
pub use dead_port::DeadPort;
pub use fault::{Fault, Shape};
pub use gate::Gate;
pub use ledger::{Bill, Billing, Call, End};
pub use reply::Reply;
pub use upstream::Upstream;
pub use vendor::Vendor;
