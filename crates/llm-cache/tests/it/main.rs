//! Which requests are the same, what is kept, and who shares a call.

mod double;
mod forwarding;
mod key;
mod layer;
mod single_flight;
mod streams;
