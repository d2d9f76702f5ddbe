//! What stands around a call: retry, deadlines, tracing.
