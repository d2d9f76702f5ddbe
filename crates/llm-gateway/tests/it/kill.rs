//! Killed at a random moment under load, the gateway has lost no call and no money.

use std::{collections::HashSet, time::Duration};

use llm_testkit::{Billing, Upstream, Vendor};
use serde_json::{Value, json};

use crate::{
    gateway::{Home, KEY},
    postgres,
};

/// How many callers there are at once.
const CALLERS: u64 = 12;

/// Each is another load, another mix of faults and another moment.
const SEEDS: u64 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn after_sigkill_the_upstreams_ledger_and_ours_are_the_same() {
    let mut calls = 0;
    let mut cut = 0;
    for seed in 0..SEEDS {
        let (heard, interrupted) = kill_once(seed, |home| home).await;
        calls += heard;
        cut += interrupted;
    }
    // A load that made no calls, or kills that met none, would prove nothing.
    assert!(calls > 20 * SEEDS, "only {calls} calls in {SEEDS} runs");
    assert!(cut > 0, "no kill met a call under way");
}

#[tokio::test(flavor = "multi_thread")]
async fn so_they_are_with_postgresql_behind_the_spool() {
    let Some(server) = postgres::server("so_they_are_with_postgresql_behind_the_spool") else { return };
    for seed in SEEDS..SEEDS + 4 {
        let database = postgres::database(&server, &format!("kill_{seed}_{}", std::process::id()));
        let (heard, _) = kill_once(seed, |home| home.with("DATABASE_URL", &database)).await;
        assert!(heard > 20, "only {heard} calls");
    }
}

/// One life of a gateway: load, SIGKILL, restart, reconciliation. Gives how many calls the upstream heard, and how
/// many of them were cut by the kill.
async fn kill_once(seed: u64, furnish: impl FnOnce(Home) -> Home) -> (u64, u64) {
    let leavers = seed.is_multiple_of(2);
    // A caller who hangs up right between the usage and the end would be charged in part by the other rule, while the
    // gateway has already read the whole price: both are right.
    let billing = if leavers { Billing::RunsToTheEnd } else { Billing::StopsAtHangUp };
    let vendor = Vendor::new(seed)
        .with_key(KEY)
        .with_pace(Duration::from_millis(1))
        .with_billing(billing)
        .with_each_fault(0.004)
        .without_requests();
    let upstream = Upstream::vendor(vendor).await;
    let home = furnish(Home::with_openrouter(&upstream.url()));
    let mut gateway = home.serve(&[]);
    let url = gateway.url("/v1/chat/completions");
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| tokio::spawn(call(url.clone(), seed * CALLERS + caller, leavers)))
        .collect();

    let mut random = fastrand::Rng::with_seed(seed);
    let enough = random.usize(20..150);
    upstream.heard(enough).await;
    gateway.kill();
    for caller in callers {
        caller.await.unwrap();
    }
    upstream.until(|calls| calls.iter().all(|call| call.end != llm_testkit::End::Open)).await;

    let heard: Vec<_> =
        upstream.calls().into_iter().filter(|call| call.path.ends_with("/chat/completions")).collect();
    let ids: HashSet<_> = heard.iter().map(|call| call.client_request_id().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), heard.len(), "seed {seed}: a call was made twice under one id");
    std::fs::write(home.file("ledger.jsonl"), upstream.ledger_jsonl()).unwrap();

    // The first command that opens the log finds what the dead process left open.
    let found = &home.json(&["reconcile", "--ledger", "ledger.jsonl", "--confirm-missing", "--json"])[0];
    check(seed, found, heard.len());
    let interrupted = home
        .json(&["requests", "--status", "interrupted", "--limit", "1000", "--json"])
        .len()
        .try_into()
        .unwrap();

    // Now that it is settled, both sides are equal to the picodollar, and nothing is left to settle.
    let again = &home.json(&["reconcile", "--ledger", "ledger.jsonl", "--dry-run", "--json"])[0];
    check(seed, again, heard.len());
    assert_eq!(again["sum_here_picodollars"], again["sum_upstream_picodollars"], "seed {seed}");
    let charged: i64 = heard.iter().map(|call| call.cost().picos()).sum();
    assert_eq!(again["sum_upstream_picodollars"], json!(charged.to_string()), "seed {seed}");
    let usage = &home.json(&["usage", "--by", "total", "--json"])[0];
    assert_eq!(usage["unknown_costs"], 0, "seed {seed}");
    assert!(home.json(&["requests", "--status", "running", "--json"]).is_empty(), "seed {seed}");
    (heard.len().try_into().unwrap(), interrupted)
}

fn check(seed: u64, found: &Value, heard: usize) {
    assert_eq!(found["agrees"], true, "seed {seed}: {found:#}");
    assert_eq!(found["matched"], heard, "seed {seed}: {found:#}");
}

/// Calls until the gateway is gone.
async fn call(url: String, seed: u64, leavers: bool) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut random = fastrand::Rng::with_seed(seed);
    loop {
        let stream = random.bool();
        let body = json!({"model": "openrouter/some/model", "stream": stream,
            "messages": [{"role": "user", "content": "go"}]});
        let Ok(mut response) = client.post(&url).json(&body).send().await else { return };
        let leaves = leavers && random.u8(0..4) == 0;
        let mut chunks = 0;
        while let Ok(Some(_)) = response.chunk().await {
            chunks += 1;
            if leaves && chunks == 2 {
                break;
            }
        }
    }
}
