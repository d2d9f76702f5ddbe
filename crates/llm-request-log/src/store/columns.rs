//! The columns of both tables that make a record, in one order everywhere.

macro_rules! request_columns {
    () => {
        "id, tenant, \"user\", \"key\", requested_model, served_model, provider, operation, status, streamed, cached, \
         attempts, input_tokens, output_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, cost, \
         cost_source, ttft_us, duration_us, error_kind, error_message, config_version, metadata, created_at, \
         completed_at, instance"
    };
}

macro_rules! attempt_columns {
    () => {
        "request_id, attempt_no, provider, model, upstream_id, served_by, status, maybe_billed, input_tokens, \
         output_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, cost, cost_source, rejected_cost, \
         error_kind, error_message, http_status, wait_before_us, started_at, first_token_at, completed_at, instance"
    };
}

pub(crate) use {attempt_columns, request_columns};
