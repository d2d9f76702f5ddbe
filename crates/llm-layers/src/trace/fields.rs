//! The names of a span's fields.
//!
//! Those under `gen_ai` and `error` are OpenTelemetry's, kept here because the constants of its crate are deprecated;
//! those under `llm` are ours.

pub(super) const OTEL_NAME: &str = "otel.name";
pub(super) const OTEL_KIND: &str = "otel.kind";
pub(super) const OPERATION: &str = "gen_ai.operation.name";
pub(super) const PROVIDER: &str = "gen_ai.provider.name";
pub(super) const REQUEST_MODEL: &str = "gen_ai.request.model";
pub(super) const RESPONSE_MODEL: &str = "gen_ai.response.model";
pub(super) const RESPONSE_ID: &str = "gen_ai.response.id";
pub(super) const INPUT_TOKENS: &str = "gen_ai.usage.input_tokens";
pub(super) const OUTPUT_TOKENS: &str = "gen_ai.usage.output_tokens";
pub(super) const ERROR: &str = "error.type";

pub(super) const REQUEST_ID: &str = "llm.request_id";
/// The attempt's number in its request, from 1.
pub(super) const ATTEMPT: &str = "llm.attempt";
/// How long a retry waited before the attempt, in milliseconds.
pub(super) const RETRY_WAIT: &str = "llm.retry_wait_ms";
pub(super) const STREAMED: &str = "llm.streamed";
pub(super) const CACHED: &str = "llm.cached";
/// Dollars, as a decimal text.
pub(super) const COST: &str = "llm.cost_usd";
/// From the call to the first content of a stream, in milliseconds.
pub(super) const FIRST_TOKEN: &str = "llm.time_to_first_token_ms";
/// `ok`, `error` or `dropped`.
pub(super) const OUTCOME: &str = "llm.outcome";
