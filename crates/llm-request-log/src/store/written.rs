//! Records on their way into either database: a JSON array of rows, so that any number of them is one statement.
//!
//! Both databases read numbers in JSON exactly as long as they fit 64 bits, so that money is safe there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use llm_core::{AttemptId, ErrorKind, RequestId, Usd};
use serde::Serialize;
use uuid::Uuid;

use super::{attempt_columns, micros, request_columns, tokens};
use crate::{AttemptRecord, RequestRecord};

/// What becomes of a request that is there already, in whatever order its rows come: one that has ended is only changed
/// by one that knows a cost which it does not.
macro_rules! on_request_conflict {
    () => {
        "ON CONFLICT (id) DO UPDATE SET served_model = excluded.served_model, provider = excluded.provider, \
         status = excluded.status, cached = excluded.cached, attempts = excluded.attempts, \
         input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens, \
         cached_tokens = excluded.cached_tokens, cache_write_tokens = excluded.cache_write_tokens, \
         reasoning_tokens = excluded.reasoning_tokens, cost = excluded.cost, cost_source = excluded.cost_source, \
         ttft_us = excluded.ttft_us, duration_us = excluded.duration_us, error_kind = excluded.error_kind, \
         error_message = excluded.error_message, completed_at = excluded.completed_at, rev = llm_requests.rev + 1 \
         WHERE llm_requests.completed_at IS NULL OR (llm_requests.cost IS NULL AND excluded.cost IS NOT NULL)"
    };
}

/// The same rule for an attempt. An id that is known stays known.
macro_rules! on_attempt_conflict {
    () => {
        "ON CONFLICT (request_id, attempt_no) DO UPDATE SET \
         upstream_id = COALESCE(excluded.upstream_id, llm_attempts.upstream_id), served_by = excluded.served_by, \
         status = excluded.status, maybe_billed = excluded.maybe_billed, input_tokens = excluded.input_tokens, \
         output_tokens = excluded.output_tokens, cached_tokens = excluded.cached_tokens, \
         cache_write_tokens = excluded.cache_write_tokens, reasoning_tokens = excluded.reasoning_tokens, \
         cost = excluded.cost, cost_source = excluded.cost_source, rejected_cost = excluded.rejected_cost, \
         error_kind = excluded.error_kind, error_message = excluded.error_message, \
         http_status = excluded.http_status, first_token_at = excluded.first_token_at, \
         completed_at = excluded.completed_at, rev = llm_attempts.rev + 1 \
         WHERE llm_attempts.completed_at IS NULL OR (llm_attempts.cost IS NULL AND excluded.cost IS NOT NULL)"
    };
}

/// Writes requests (`$1`), attempts (`$2`) and ids that providers gave to running calls (`$3`) into SQLite.
///
/// The rows are materialized because each mention of a `value` would otherwise be taken out of the array anew; `WHERE
/// true` tells SQLite's parser that `ON` begins no join.
macro_rules! write_sqlite {
    () => {
        concat!(
            "INSERT INTO llm_requests (",
            request_columns!(),
            ") WITH new AS MATERIALIZED (SELECT value FROM jsonb_each($1)) \
             SELECT unhex(value ->> 'id', '-'), value ->> 'tenant', value ->> 'user', value ->> 'key', \
             value ->> 'requested_model', value ->> 'served_model', value ->> 'provider', value ->> 'operation', \
             value ->> 'status', value ->> 'streamed', value ->> 'cached', value ->> 'attempts', \
             value ->> 'input_tokens', value ->> 'output_tokens', value ->> 'cached_tokens', \
             value ->> 'cache_write_tokens', value ->> 'reasoning_tokens', value ->> 'cost', value ->> 'cost_source', \
             value ->> 'ttft_us', value ->> 'duration_us', value ->> 'error_kind', value ->> 'error_message', \
             value ->> 'config_version', value -> 'metadata', value ->> 'created_at', value ->> 'completed_at', \
             unhex(value ->> 'instance', '-') FROM new WHERE true ",
            on_request_conflict!(),
            "; INSERT INTO llm_attempts (",
            attempt_columns!(),
            ") WITH new AS MATERIALIZED (SELECT value FROM jsonb_each($2)) \
             SELECT unhex(value ->> 'request_id', '-'), value ->> 'attempt_no', value ->> 'provider', \
             value ->> 'model', value ->> 'upstream_id', value ->> 'served_by', value ->> 'status', \
             value ->> 'maybe_billed', value ->> 'input_tokens', value ->> 'output_tokens', \
             value ->> 'cached_tokens', value ->> 'cache_write_tokens', value ->> 'reasoning_tokens', \
             value ->> 'cost', value ->> 'cost_source', value ->> 'rejected_cost', value ->> 'error_kind', \
             value ->> 'error_message', value ->> 'http_status', value ->> 'wait_before_us', \
             value ->> 'started_at', value ->> 'first_token_at', value ->> 'completed_at', \
             unhex(value ->> 'instance', '-') FROM new WHERE true ",
            on_attempt_conflict!(),
            "; UPDATE llm_attempts SET upstream_id = new.value ->> 'upstream_id', rev = rev + 1 \
             FROM json_each($3) AS new WHERE request_id = unhex(new.value ->> 'request_id', '-') \
             AND attempt_no = CAST(new.value ->> 'attempt_no' AS INTEGER) AND completed_at IS NULL"
        )
    };
}

/// See [`write_sqlite`]; within a transaction.
pub(crate) const WRITE: &str = write_sqlite!();

/// See [`write_sqlite`]; a transaction of its own. One text, because every statement is a trip to the thread that
/// holds the connection, and the trips are what a call costs.
pub(crate) const WRITE_AND_COMMIT: &str = concat!("BEGIN IMMEDIATE; ", write_sqlite!(), "; COMMIT");

/// Writes requests (`$1`) into PostgreSQL.
pub(crate) const INSERT_REQUESTS: &str = concat!(
    "INSERT INTO llm_requests (",
    request_columns!(),
    ") SELECT ",
    request_columns!(),
    " FROM jsonb_populate_recordset(NULL::llm_requests, $1) ",
    on_request_conflict!()
);

/// Writes attempts (`$1`) into PostgreSQL.
pub(crate) const INSERT_ATTEMPTS: &str = concat!(
    "INSERT INTO llm_attempts (",
    attempt_columns!(),
    ") SELECT ",
    attempt_columns!(),
    " FROM jsonb_populate_recordset(NULL::llm_attempts, $1) ",
    on_attempt_conflict!()
);

/// A row of `llm_requests`.
#[derive(Debug, Serialize)]
pub(crate) struct RequestRow<'a> {
    id: RequestId,
    tenant: Option<&'a str>,
    user: Option<&'a str>,
    key: Option<&'a str>,
    requested_model: &'a str,
    served_model: Option<&'a str>,
    provider: Option<&'a str>,
    operation: &'static str,
    status: &'static str,
    streamed: bool,
    cached: bool,
    attempts: u32,
    input_tokens: Option<i64>,
    output_tokens: Option<i64>,
    cached_tokens: Option<i64>,
    cache_write_tokens: Option<i64>,
    reasoning_tokens: Option<i64>,
    cost: Option<i64>,
    cost_source: &'static str,
    ttft_us: Option<i64>,
    duration_us: Option<i64>,
    error_kind: Option<&'static str>,
    error_message: Option<&'a str>,
    config_version: Option<&'a str>,
    metadata: &'a BTreeMap<String, String>,
    created_at: i64,
    completed_at: Option<i64>,
    instance: Uuid,
}

impl<'a> From<&'a RequestRecord> for RequestRow<'a> {
    fn from(request: &'a RequestRecord) -> Self {
        let usage = &request.usage;
        Self {
            id: request.id,
            tenant: request.tenant.as_deref(),
            user: request.user.as_deref(),
            key: request.key.as_deref(),
            requested_model: &request.requested_model,
            served_model: request.served_model.as_deref(),
            provider: request.provider.as_ref().map(|provider| provider.as_str()),
            operation: request.operation.as_str(),
            status: request.status.as_str(),
            streamed: request.streamed,
            cached: request.cached,
            attempts: request.attempts,
            input_tokens: tokens(usage.input_tokens),
            output_tokens: tokens(usage.output_tokens),
            cached_tokens: tokens(usage.cached_tokens),
            cache_write_tokens: tokens(usage.cache_write_tokens),
            reasoning_tokens: tokens(usage.reasoning_tokens),
            cost: usage.cost.map(Usd::picos),
            cost_source: usage.cost_source.as_str(),
            ttft_us: request.time_to_first_token.map(micros),
            duration_us: request.duration.map(micros),
            error_kind: request.error_kind.map(ErrorKind::as_str),
            error_message: request.error_message.as_deref(),
            config_version: request.config_version.as_deref(),
            metadata: &request.metadata,
            created_at: request.created_at.as_microsecond(),
            completed_at: request.completed_at.map(Timestamp::as_microsecond),
            instance: request.instance,
        }
    }
}

/// A row of `llm_attempts`.
#[derive(Debug, Serialize)]
pub(crate) struct AttemptRow<'a> {
    request_id: RequestId,
    attempt_no: u32,
    provider: &'a str,
    model: &'a str,
    upstream_id: Option<&'a str>,
    served_by: Option<&'a str>,
    status: &'static str,
    maybe_billed: bool,
    input_tokens: Option<i64>,
    output_tokens: Option<i64>,
    cached_tokens: Option<i64>,
    cache_write_tokens: Option<i64>,
    reasoning_tokens: Option<i64>,
    cost: Option<i64>,
    cost_source: &'static str,
    rejected_cost: Option<&'a str>,
    error_kind: Option<&'static str>,
    error_message: Option<&'a str>,
    http_status: Option<u16>,
    wait_before_us: i64,
    started_at: i64,
    first_token_at: Option<i64>,
    completed_at: Option<i64>,
    instance: Uuid,
}

impl<'a> From<&'a AttemptRecord> for AttemptRow<'a> {
    fn from(attempt: &'a AttemptRecord) -> Self {
        let usage = &attempt.usage;
        Self {
            request_id: attempt.id.request,
            attempt_no: attempt.id.number.get(),
            provider: attempt.provider.as_str(),
            model: &attempt.model,
            upstream_id: attempt.upstream_id.as_deref(),
            served_by: attempt.served_by.as_deref(),
            status: attempt.status.as_str(),
            maybe_billed: attempt.maybe_billed,
            input_tokens: tokens(usage.input_tokens),
            output_tokens: tokens(usage.output_tokens),
            cached_tokens: tokens(usage.cached_tokens),
            cache_write_tokens: tokens(usage.cache_write_tokens),
            reasoning_tokens: tokens(usage.reasoning_tokens),
            cost: usage.cost.map(Usd::picos),
            cost_source: usage.cost_source.as_str(),
            rejected_cost: usage.rejected_cost.as_deref(),
            error_kind: attempt.error_kind.map(ErrorKind::as_str),
            error_message: attempt.error_message.as_deref(),
            http_status: attempt.http_status,
            wait_before_us: micros(attempt.wait_before),
            started_at: attempt.started_at.as_microsecond(),
            first_token_at: attempt.first_token_at.map(Timestamp::as_microsecond),
            completed_at: attempt.completed_at.map(Timestamp::as_microsecond),
            instance: attempt.instance,
        }
    }
}

/// The id that a provider gave a running call.
#[derive(Debug, Serialize)]
pub(crate) struct UpstreamIdRow<'a> {
    request_id: RequestId,
    attempt_no: u32,
    upstream_id: &'a str,
}

impl<'a> UpstreamIdRow<'a> {
    pub(crate) fn new(id: AttemptId, upstream_id: &'a str) -> Self {
        Self { request_id: id.request, attempt_no: id.number.get(), upstream_id }
    }
}
