//! Integration tests.

mod conformance;
mod corpus;
mod faults;
mod ledger;
mod llm_upstream;
mod local_conformance;
mod local_reference;
mod mixed;
mod raw;
mod reference;
mod replies;
mod upstream;
mod vendor;
