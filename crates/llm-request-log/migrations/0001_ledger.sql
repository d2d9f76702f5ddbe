-- One text for SQLite and PostgreSQL. Money is in picodollars, times are in microseconds since 1970.

CREATE TABLE llm_requests (
    id UUID NOT NULL PRIMARY KEY,
    tenant TEXT,
    "user" TEXT,
    "key" TEXT,
    requested_model TEXT NOT NULL,
    served_model TEXT,
    provider TEXT,
    operation TEXT NOT NULL,
    status TEXT NOT NULL,
    streamed BOOLEAN NOT NULL,
    cached BOOLEAN NOT NULL,
    attempts BIGINT NOT NULL,
    input_tokens BIGINT,
    output_tokens BIGINT,
    cached_tokens BIGINT,
    cache_write_tokens BIGINT,
    reasoning_tokens BIGINT,
    -- NULL is unknown, never nothing.
    cost BIGINT,
    cost_source TEXT NOT NULL,
    ttft_us BIGINT,
    duration_us BIGINT,
    error_kind TEXT,
    error_message TEXT,
    config_version TEXT,
    metadata JSONB NOT NULL,
    created_at BIGINT NOT NULL,
    completed_at BIGINT,
    -- The process that began it.
    instance UUID NOT NULL,
    -- The spool counts changes here, and which of them PostgreSQL has. Elsewhere they mean nothing.
    rev BIGINT NOT NULL DEFAULT 0,
    shipped BIGINT NOT NULL DEFAULT -1
);

CREATE TABLE llm_attempts (
    request_id UUID NOT NULL,
    attempt_no BIGINT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    upstream_id TEXT,
    served_by TEXT,
    status TEXT NOT NULL,
    -- Also true while the call runs, so that a crash leaves the truth behind.
    maybe_billed BOOLEAN NOT NULL,
    input_tokens BIGINT,
    output_tokens BIGINT,
    cached_tokens BIGINT,
    cache_write_tokens BIGINT,
    reasoning_tokens BIGINT,
    cost BIGINT,
    cost_source TEXT NOT NULL,
    -- A vendor's figure that could not be money.
    rejected_cost TEXT,
    error_kind TEXT,
    error_message TEXT,
    http_status BIGINT,
    wait_before_us BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    first_token_at BIGINT,
    completed_at BIGINT,
    instance UUID NOT NULL,
    rev BIGINT NOT NULL DEFAULT 0,
    shipped BIGINT NOT NULL DEFAULT -1,
    PRIMARY KEY (request_id, attempt_no)
);

-- Each list of requests is read in the order of an index, newest first.
CREATE INDEX llm_requests_by_time ON llm_requests (created_at, id);
CREATE INDEX llm_requests_by_tenant ON llm_requests (tenant, created_at, id);
CREATE INDEX llm_requests_by_user ON llm_requests ("user", created_at, id);
CREATE INDEX llm_requests_by_model ON llm_requests (requested_model, created_at, id);
-- Most requests are ok: their list is the whole list, and only the others need an index. It finds those that run, too.
CREATE INDEX llm_requests_by_status ON llm_requests (status, created_at, id) WHERE status <> 'ok';
-- Calls that run, and calls whose cost nobody knows.
CREATE INDEX llm_attempts_unsettled ON llm_attempts (started_at) WHERE maybe_billed AND cost IS NULL;
