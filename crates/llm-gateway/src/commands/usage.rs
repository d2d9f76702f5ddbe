//! `usage`.

use jiff::{SignedDuration, Timestamp};
use llm_services::request_log::{RequestLog as _, UsageBy, UsageFilter, UsageSum};
use serde_json::json;

use super::start::start_reading;
use crate::{
    cli::{self, Global, Usage},
    failure::Failure,
    output::Output,
};

pub(crate) async fn run(global: &Global, usage: &Usage, output: &mut Output) -> Result<(), Failure> {
    let service = start_reading(global, output).await?;
    let mut filter = UsageFilter::new();
    if let Some(days) = usage.days {
        filter = filter.with_since(days_ago(days)?);
    }
    if let Some(user) = &usage.user {
        filter = filter.with_user(user);
    }
    let sums = service.log()?.usage(&filter, group(usage.by)).await?;
    if output.is_json() {
        return Ok(sums.iter().try_for_each(|sum| output.value(&value(sum)))?);
    }
    let head = ["", "requests", "cached", "calls", "tokens in", "tokens out", "cost $", "unknown costs"];
    output.table(&head, sums.iter().map(row))?;
    if sums.iter().any(|sum| sum.unknown_costs > 0) {
        output.note("some calls have no known cost yet; `llm-gateway reconcile` asks their providers");
    }
    Ok(())
}

fn group(by: cli::UsageBy) -> UsageBy {
    match by {
        cli::UsageBy::Total => UsageBy::Total,
        cli::UsageBy::User => UsageBy::User,
        cli::UsageBy::Model => UsageBy::Model,
        cli::UsageBy::Provider => UsageBy::Provider,
        cli::UsageBy::Day => UsageBy::Day,
    }
}

fn days_ago(days: u32) -> Result<Timestamp, Failure> {
    Timestamp::now()
        .checked_sub(SignedDuration::from_hours(i64::from(days) * 24))
        .map_err(|_| Failure::usage(format!("{days} days ago is before the calendar begins")))
}

fn row(sum: &UsageSum) -> Vec<String> {
    vec![
        sum.group.clone().unwrap_or_else(|| "-".to_owned()),
        sum.requests.to_string(),
        sum.cached.to_string(),
        sum.attempts.to_string(),
        sum.input_tokens.to_string(),
        sum.output_tokens.to_string(),
        sum.known_cost().map_or_else(|| "more than can be shown".to_owned(), |cost| cost.to_string()),
        sum.unknown_costs.to_string(),
    ]
}

fn value(sum: &UsageSum) -> serde_json::Value {
    json!({
        "group": sum.group,
        "requests": sum.requests,
        "cached": sum.cached,
        "attempts": sum.attempts,
        "input_tokens": sum.input_tokens,
        "output_tokens": sum.output_tokens,
        "cached_tokens": sum.cached_tokens,
        "cache_write_tokens": sum.cache_write_tokens,
        "reasoning_tokens": sum.reasoning_tokens,
        "known_cost_usd": sum.known_cost(),
        "unknown_costs": sum.unknown_costs,
    })
}
