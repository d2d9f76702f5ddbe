//! Each layer around a provider that does as it is told, in paused time.

mod deadlines;
mod double;
mod forwarding;
mod retry;
mod trace;
