//! Records as PostgreSQL takes many of them in one statement: a JSON array of rows.

use llm_core::{ErrorKind, Usage, Usd};
use serde_json::{Map, Value, json};

use crate::{
    AttemptRecord, RequestRecord,
    store::{attempt_columns, micros, request_columns, tokens},
};

/// Writes a JSON array of requests. Numbers in JSONB are exact, so that money is.
pub(super) const INSERT_REQUESTS: &str = concat!(
    "INSERT INTO llm_requests (",
    request_columns!(),
    ") SELECT ",
    request_columns!(),
    " FROM jsonb_populate_recordset(NULL::llm_requests, $1) ",
    crate::store::on_request_conflict!()
);
/// Writes a JSON array of attempts.
pub(super) const INSERT_ATTEMPTS: &str = concat!(
    "INSERT INTO llm_attempts (",
    attempt_columns!(),
    ") SELECT ",
    attempt_columns!(),
    " FROM jsonb_populate_recordset(NULL::llm_attempts, $1) ",
    crate::store::on_attempt_conflict!()
);

/// A row of `llm_requests`.
pub(super) fn request(request: &RequestRecord) -> Value {
    let row = json!({
        "id": request.id,
        "tenant": request.tenant,
        "user": request.user,
        "key": request.key,
        "requested_model": request.requested_model,
        "served_model": request.served_model,
        "provider": request.provider,
        "operation": request.operation.as_str(),
        "status": request.status.as_str(),
        "streamed": request.streamed,
        "cached": request.cached,
        "attempts": request.attempts,
        "ttft_us": request.time_to_first_token.map(micros),
        "duration_us": request.duration.map(micros),
        "error_kind": request.error_kind.map(ErrorKind::as_str),
        "error_message": request.error_message,
        "config_version": request.config_version,
        "metadata": request.metadata,
        "created_at": request.created_at.as_microsecond(),
        "completed_at": request.completed_at.map(jiff::Timestamp::as_microsecond),
        "instance": request.instance,
    });
    with_usage(row, &request.usage)
}

/// A row of `llm_attempts`.
pub(super) fn attempt(attempt: &AttemptRecord) -> Value {
    let row = json!({
        "request_id": attempt.id.request,
        "attempt_no": attempt.id.number,
        "provider": attempt.provider,
        "model": attempt.model,
        "upstream_id": attempt.upstream_id,
        "served_by": attempt.served_by,
        "status": attempt.status.as_str(),
        "maybe_billed": attempt.maybe_billed,
        "rejected_cost": attempt.usage.rejected_cost,
        "error_kind": attempt.error_kind.map(ErrorKind::as_str),
        "error_message": attempt.error_message,
        "http_status": attempt.http_status,
        "wait_before_us": micros(attempt.wait_before),
        "started_at": attempt.started_at.as_microsecond(),
        "first_token_at": attempt.first_token_at.map(jiff::Timestamp::as_microsecond),
        "completed_at": attempt.completed_at.map(jiff::Timestamp::as_microsecond),
        "instance": attempt.instance,
    });
    with_usage(row, &attempt.usage)
}

fn with_usage(row: Value, usage: &Usage) -> Value {
    let mut row = match row {
        Value::Object(row) => row,
        _ => Map::new(),
    };
    let counts = [
        ("input_tokens", usage.input_tokens),
        ("output_tokens", usage.output_tokens),
        ("cached_tokens", usage.cached_tokens),
        ("cache_write_tokens", usage.cache_write_tokens),
        ("reasoning_tokens", usage.reasoning_tokens),
    ];
    row.extend(counts.map(|(column, count)| (column.to_owned(), tokens(count).into())));
    row.insert("cost".to_owned(), usage.cost.map(Usd::picos).into());
    row.insert("cost_source".to_owned(), usage.cost_source.as_str().into());
    Value::Object(row)
}
