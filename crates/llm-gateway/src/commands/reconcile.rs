//! `reconcile`.

use std::{path::Path, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use llm_core::{CostSource, Usage, Usd};
use llm_services::{
    LlmService, SettledCosts,
    request_log::{ReconcileScope, Reconciliation, RequestLog as _, UpstreamCall},
};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use super::start::{LEDGER_TIMEOUT, start_reading};
use crate::{
    cli::{Global, Reconcile},
    failure::Failure,
    output::Output,
};

/// How many differences of a kind are listed for people; programs get all.
const MOST_LISTED: usize = 20;

pub(crate) async fn run(global: &Global, options: &Reconcile, output: &mut Output) -> Result<(), Failure> {
    let calls = options.ledger.as_deref().map(read).transpose()?;
    let service = start_reading(global, output).await?;
    let outcome = match calls {
        Some(calls) => compare(&service, calls, options, output).await,
        None if options.dry_run => unsettled(&service, options, output).await,
        None => ask(&service, options, output).await,
    };
    service.shutdown(LEDGER_TIMEOUT).await;
    outcome
}

/// One line of a provider's records.
#[derive(Deserialize)]
struct Line {
    client_request_id: Option<String>,
    id: Option<String>,
    cost: Option<Box<RawValue>>,
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
}

fn read(path: &Path) -> Result<Vec<UpstreamCall>, Failure> {
    let wrong = |why: String| Failure::usage(format!("the ledger `{}`{why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(format!(": {error}")))?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| call(line).map_err(|why| wrong(format!(", line {}: {why}", number + 1))))
        .collect()
}

fn call(line: &str) -> Result<UpstreamCall, String> {
    let line: Line = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let mut call = UpstreamCall::default();
    call.client_request_id = match &line.client_request_id {
        Some(id) => {
            Some(id.parse().map_err(|_| format!("`{id}` is no id that we send: `<request id>.<number>`"))?)
        }
        None => None,
    };
    call.upstream_id = line.id;
    if call.client_request_id.is_none() && call.upstream_id.is_none() {
        return Err(
            "it has neither `client_request_id` nor `id`, so nothing can be compared with it".to_owned()
        );
    }
    let mut usage = Usage::new();
    (usage.input_tokens, usage.output_tokens) = (line.prompt_tokens, line.completion_tokens);
    if let Some(cost) = &line.cost {
        // As a number or as a string of one; a float would not do for money.
        let text = cost.get().trim_matches('"');
        let cost: Usd =
            text.parse().map_err(|error| format!("the cost `{text}` is no amount of money: {error}"))?;
        usage = usage.with_cost(cost, CostSource::Provider);
    }
    call.usage = usage;
    Ok(call)
}

async fn compare(
    service: &LlmService,
    calls: Vec<UpstreamCall>,
    options: &Reconcile,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut scope =
        ReconcileScope::new().with_settle(!options.dry_run).with_confirm_missing(options.confirm_missing);
    scope.provider.clone_from(&options.provider);
    (scope.since, scope.until) = (options.since, options.until);
    let found = service.log()?.reconcile(&scope, calls).await?;
    if output.is_json() {
        output.value(&value(&found))?;
    } else {
        tell(&found, output)?;
    }
    if found.agrees() { Ok(()) } else { Err(Failure::differences("the two ledgers differ")) }
}

fn tell(found: &Reconciliation, output: &mut Output) -> Result<(), Failure> {
    output.line(&format!("matched        {}", found.matched))?;
    output.line(&format!("settled        {}", found.settled))?;
    output.line(&format!("only upstream  {}", found.only_upstream.len()))?;
    for call in found.only_upstream.iter().take(MOST_LISTED) {
        let id = call.client_request_id.map(|id| id.to_string()).or_else(|| call.upstream_id.clone());
        output.line(&format!("  {}", id.unwrap_or_default()))?;
    }
    output.line(&format!("only here      {}", found.only_here.len()))?;
    for (id, status) in found.only_here.iter().take(MOST_LISTED) {
        output.line(&format!("  {id}  {status}"))?;
    }
    output.line(&format!("cost differs   {}", found.cost_differs.len()))?;
    for (id, theirs, ours) in found.cost_differs.iter().take(MOST_LISTED) {
        output.line(&format!("  {id}  upstream ${theirs}  here ${ours}"))?;
    }
    Ok(())
}

fn value(found: &Reconciliation) -> Value {
    let upstream = |call: &UpstreamCall| json!({ "client_request_id": call.client_request_id.map(|id| id.to_string()), "id": call.upstream_id });
    json!({
        "agrees": found.agrees(),
        "matched": found.matched,
        "settled": found.settled,
        "only_upstream": found.only_upstream.iter().map(upstream).collect::<Vec<_>>(),
        "only_here": found.only_here.iter().map(|(id, status)| json!({ "id": id.to_string(), "status": status.as_str() }))
            .collect::<Vec<_>>(),
        "cost_differs": found.cost_differs.iter()
            .map(|(id, theirs, ours)| json!({ "id": id.to_string(), "upstream": theirs, "here": ours }))
            .collect::<Vec<_>>(),
        // As text: picodollars may pass what a JSON reader keeps exact.
        "sum_upstream_picodollars": found.sum_upstream.to_string(),
        "sum_here_picodollars": found.sum_here.to_string(),
    })
}

/// What would be asked for.
async fn unsettled(service: &LlmService, options: &Reconcile, output: &mut Output) -> Result<(), Failure> {
    let open = service.log()?.unsettled(options.limit).await?;
    if output.is_json() {
        let id = |id: &Option<String>| id.clone();
        return Ok(open.iter().try_for_each(|call| {
            output.value(&json!({ "id": call.id.to_string(), "provider": call.provider, "upstream_id": id(&call.upstream_id) }))
        })?);
    }
    let rows = open.iter().map(|call| {
        let upstream = call.upstream_id.clone().unwrap_or_else(|| "none: cannot be asked for".to_owned());
        vec![call.id.to_string(), call.provider.to_string(), call.status.to_string(), upstream]
    });
    Ok(output.table(&["call", "provider", "status", "the provider's id"], rows)?)
}

/// Asks each provider for the calls whose cost is unknown.
async fn ask(service: &LlmService, options: &Reconcile, output: &mut Output) -> Result<(), Failure> {
    let bar = if output.is_json() { ProgressBar::hidden() } else { ProgressBar::new(0) };
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} calls") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    let settled = service
        .settle_unknown_costs(options.limit, |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        })
        .await?;
    bar.finish_and_clear();
    report(&settled, output)
}

fn report(found: &SettledCosts, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.value(&json!({
            "settled": found.settled,
            "cost_usd": found.cost,
            "not_found": found.not_found,
            "without_id": found.without_id,
            "cannot_be_asked": found.cannot_be_asked,
            "failed": found.failed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }))?);
    }
    output.line(&format!("settled          {}  (${})", found.settled, found.cost))?;
    output.line(&format!(
        "not found        {}  (the provider has no record of them, or not yet)",
        found.not_found
    ))?;
    output.line(&format!("without an id    {}  (cut before the provider named them)", found.without_id))?;
    output.line(&format!("cannot be asked  {}  (their providers keep no records)", found.cannot_be_asked))?;
    for error in &found.failed {
        output.note(&format!("failed: {error}"));
    }
    if found.failed.is_empty() { Ok(()) } else { Err(Failure::call("some calls could not be asked for")) }
}
