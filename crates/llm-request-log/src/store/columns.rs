//! The columns of both tables, in the order in which they are bound, and the statements made of them.

/// The columns of `llm_requests` that make a record.
macro_rules! request_columns {
    () => {
        "id, tenant, \"user\", \"key\", requested_model, served_model, provider, operation, status, streamed, cached, \
         attempts, input_tokens, output_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, cost, \
         cost_source, ttft_us, duration_us, error_kind, error_message, config_version, metadata, created_at, \
         completed_at, instance"
    };
}

/// The columns of `llm_attempts` that make a record.
macro_rules! attempt_columns {
    () => {
        "request_id, attempt_no, provider, model, upstream_id, served_by, status, maybe_billed, input_tokens, \
         output_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, cost, cost_source, rejected_cost, \
         error_kind, error_message, http_status, wait_before_us, started_at, first_token_at, completed_at, instance"
    };
}

/// Binds a request to the parameters `$1` to `$28`.
macro_rules! bind_request {
    ($query:expr, $request:expr) => {{
        let (request, usage) = ($request, &$request.usage);
        $query
            .bind(request.id.as_uuid())
            .bind(request.tenant.as_deref())
            .bind(request.user.as_deref())
            .bind(request.key.as_deref())
            .bind(&*request.requested_model)
            .bind(request.served_model.as_deref())
            .bind(request.provider.as_ref().map(|provider| provider.as_str()))
            .bind(request.operation.as_str())
            .bind(request.status.as_str())
            .bind(request.streamed)
            .bind(request.cached)
            .bind(i64::from(request.attempts))
            .bind($crate::store::tokens(usage.input_tokens))
            .bind($crate::store::tokens(usage.output_tokens))
            .bind($crate::store::tokens(usage.cached_tokens))
            .bind($crate::store::tokens(usage.cache_write_tokens))
            .bind($crate::store::tokens(usage.reasoning_tokens))
            .bind(usage.cost.map(llm_core::Usd::picos))
            .bind(usage.cost_source.as_str())
            .bind(request.time_to_first_token.map($crate::store::micros))
            .bind(request.duration.map($crate::store::micros))
            .bind(request.error_kind.map(llm_core::ErrorKind::as_str))
            .bind(request.error_message.as_deref())
            .bind(request.config_version.as_deref())
            .bind(sqlx::types::Json(&request.metadata))
            .bind(request.created_at.as_microsecond())
            .bind(request.completed_at.map(jiff::Timestamp::as_microsecond))
            .bind(request.instance)
    }};
}

/// Binds an attempt to the parameters `$1` to `$24`.
macro_rules! bind_attempt {
    ($query:expr, $attempt:expr) => {{
        let (attempt, usage) = ($attempt, &$attempt.usage);
        $query
            .bind(attempt.id.request.as_uuid())
            .bind(i64::from(attempt.id.number.get()))
            .bind(attempt.provider.as_str())
            .bind(&*attempt.model)
            .bind(attempt.upstream_id.as_deref())
            .bind(attempt.served_by.as_deref())
            .bind(attempt.status.as_str())
            .bind(attempt.maybe_billed)
            .bind($crate::store::tokens(usage.input_tokens))
            .bind($crate::store::tokens(usage.output_tokens))
            .bind($crate::store::tokens(usage.cached_tokens))
            .bind($crate::store::tokens(usage.cache_write_tokens))
            .bind($crate::store::tokens(usage.reasoning_tokens))
            .bind(usage.cost.map(llm_core::Usd::picos))
            .bind(usage.cost_source.as_str())
            .bind(usage.rejected_cost.as_deref())
            .bind(attempt.error_kind.map(llm_core::ErrorKind::as_str))
            .bind(attempt.error_message.as_deref())
            .bind(attempt.http_status.map(i64::from))
            .bind($crate::store::micros(attempt.wait_before))
            .bind(attempt.started_at.as_microsecond())
            .bind(attempt.first_token_at.map(jiff::Timestamp::as_microsecond))
            .bind(attempt.completed_at.map(jiff::Timestamp::as_microsecond))
            .bind(attempt.instance)
    }};
}

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

/// Writes a request into SQLite.
pub(crate) const UPSERT_REQUEST: &str = concat!(
    "INSERT INTO llm_requests (",
    request_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
     $23, $24, $25, $26, $27, $28) ",
    on_request_conflict!()
);

/// Writes an attempt into SQLite.
pub(crate) const UPSERT_ATTEMPT: &str = concat!(
    "INSERT INTO llm_attempts (",
    attempt_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
     $23, $24) ",
    on_attempt_conflict!()
);

/// Reads the attempts of one request.
pub(crate) const SELECT_ATTEMPTS: &str =
    concat!("SELECT ", attempt_columns!(), " FROM llm_attempts WHERE request_id = $1 ORDER BY attempt_no");

pub(crate) use {
    attempt_columns, bind_attempt, bind_request, on_attempt_conflict, on_request_conflict, request_columns,
};
