//! `requests`.

use std::time::Duration;

use llm_core::Usage;
use llm_services::request_log::{
    AttemptRecord, Page, RequestFilter, RequestLog as _, RequestRecord, RequestStatus,
};
use serde_json::{Value, json};

use super::start::start_reading;
use crate::{
    cli::{Global, Requests},
    failure::Failure,
    output::Output,
};

pub(crate) async fn run(global: &Global, requests: &Requests, output: &mut Output) -> Result<(), Failure> {
    let filter = filter(requests)?;
    let service = start_reading(global, output).await?;
    let log = service.log()?;
    if let Some(id) = requests.id {
        let found = log.get(id).await?;
        let (request, attempts) =
            found.ok_or_else(|| Failure::call(format!("there is no request `{id}` in the log")))?;
        return show(&request, &attempts, output);
    }
    let page = log.page(&filter, Page::first(requests.limit)).await?;
    if output.is_json() {
        return Ok(page.items.iter().try_for_each(|request| output.value(&value(request)))?);
    }
    let head = ["began", "request", "model", "status", "calls", "in", "out", "cost $", "took"];
    output.table(&head, page.items.iter().map(row))?;
    if page.next.is_some() {
        output.note("there are more; ask for them with `--limit`");
    }
    Ok(())
}

fn filter(requests: &Requests) -> Result<RequestFilter, Failure> {
    let mut filter = RequestFilter::new();
    if let Some(user) = &requests.user {
        filter = filter.with_user(user);
    }
    if let Some(model) = &requests.model {
        filter = filter.with_model(model);
    }
    if let Some(name) = &requests.status {
        let status = RequestStatus::from_name(name).ok_or_else(|| {
            let names: Vec<_> = RequestStatus::ALL.iter().map(|status| status.as_str()).collect();
            Failure::usage(format!("`--status {name}`: there is no such status, only {}", names.join(", ")))
        })?;
        filter = filter.with_status(status);
    }
    Ok(filter)
}

fn show(request: &RequestRecord, attempts: &[AttemptRecord], output: &mut Output) -> Result<(), Failure> {
    let attempts: Vec<_> = attempts.iter().map(attempt_value).collect();
    let mut whole = value(request);
    whole["calls"] = json!(attempts);
    if output.is_json() {
        return Ok(output.value(&whole)?);
    }
    let text = serde_json::to_string_pretty(&whole).map_err(|error| Failure::call(error.to_string()))?;
    Ok(output.line(&text)?)
}

fn row(request: &RequestRecord) -> Vec<String> {
    let count = |tokens: Option<u64>| tokens.map_or_else(|| "?".to_owned(), |tokens| tokens.to_string());
    let usage = &request.usage;
    vec![
        request.created_at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        request.id.to_string(),
        request.requested_model.clone(),
        if request.cached { format!("{} (cached)", request.status) } else { request.status.to_string() },
        request.attempts.to_string(),
        count(usage.input_tokens),
        count(usage.output_tokens),
        usage.cost.map_or_else(|| "?".to_owned(), |cost| cost.to_string()),
        request.duration.map_or_else(|| "?".to_owned(), took),
    ]
}

fn took(duration: Duration) -> String {
    match duration.as_millis() {
        0 => format!("{} us", duration.as_micros()),
        millis @ 1..10_000 => format!("{millis} ms"),
        millis => format!("{} s", millis / 1000),
    }
}

fn value(request: &RequestRecord) -> Value {
    json!({
        "request_id": request.id,
        "tenant": request.tenant,
        "user": request.user,
        "requested_model": request.requested_model,
        "served_model": request.served_model,
        "provider": request.provider,
        "operation": request.operation,
        "status": request.status.as_str(),
        "streamed": request.streamed,
        "cached": request.cached,
        "attempts": request.attempts,
        "usage": usage(&request.usage),
        "time_to_first_token_us": request.time_to_first_token.map(micros),
        "duration_us": request.duration.map(micros),
        "error_kind": request.error_kind,
        "error_message": request.error_message,
        "config_version": request.config_version,
        "metadata": request.metadata,
        "created_at": request.created_at.to_string(),
        "completed_at": request.completed_at.map(|time| time.to_string()),
    })
}

fn attempt_value(attempt: &AttemptRecord) -> Value {
    json!({
        "id": attempt.id.to_string(),
        "provider": attempt.provider,
        "model": attempt.model,
        "upstream_id": attempt.upstream_id,
        "served_by": attempt.served_by,
        "status": attempt.status.as_str(),
        "maybe_billed": attempt.maybe_billed,
        "usage": usage(&attempt.usage),
        "error_kind": attempt.error_kind,
        "error_message": attempt.error_message,
        "http_status": attempt.http_status,
        "waited_us": micros(attempt.wait_before),
        "started_at": attempt.started_at.to_string(),
        "first_token_at": attempt.first_token_at.map(|time| time.to_string()),
        "completed_at": attempt.completed_at.map(|time| time.to_string()),
    })
}

fn usage(usage: &Usage) -> Value {
    json!({
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cached_tokens": usage.cached_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "cost_usd": usage.cost,
        "cost_source": usage.cost_source,
        "rejected_cost": usage.rejected_cost,
    })
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
