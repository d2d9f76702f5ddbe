//! The ledger is exact: under load, when callers hang up, and in its export.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use llm_core::Usd;
use llm_testkit::{Answer, Bill, Billing, End, Gate, Reply, Upstream, Vendor};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::raw::Raw;

fn body(stream: bool) -> Value {
    json!({"model": "testkit/echo", "stream": stream, "messages": [{"role": "user", "content": "one two"}]})
}

/// The id and the exact cost that the caller was told. The cost is read as text: a `Value` would make it a float.
fn told(text: &str) -> (String, Usd) {
    let after =
        |name: &str| text.split(name).last().unwrap().split([',', '}', '"']).next().unwrap().to_owned();
    (after("\"id\":\""), after("\"cost\":").parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_calls_at_once_are_each_one_exact_line() {
    let upstream = Upstream::vendor(Vendor::new(1)).await;
    let address = upstream.address();
    let mut calls = JoinSet::new();
    for number in 0..200 {
        calls.spawn(async move {
            let id = format!("req.{number}");
            let mut raw = Raw::post(address, "/v1/chat/completions", &id, &body(number % 2 == 0)).await;
            (id, told(&raw.reply().await.unwrap().text()))
        });
    }
    let heard: BTreeMap<String, (String, Usd)> = calls.join_all().await.into_iter().collect();
    upstream.settled(200).await;

    let lines: Vec<Value> =
        upstream.ledger_jsonl().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kept: BTreeMap<String, (String, Usd)> = lines
        .iter()
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap().to_owned();
            (text("client_request_id"), (text("id"), text("cost").parse().unwrap()))
        })
        .collect();
    assert_eq!(lines.len(), 200);
    assert_eq!(kept, heard);
    let ids: BTreeSet<&str> = kept.values().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids.len(), 200, "ids are unique");
}

/// A stream of four words and ten tokens of prompt that is held behind its second word, and is left there.
async fn left_in_the_middle(vendor: Vendor) -> llm_testkit::Call {
    let upstream = Upstream::vendor(vendor).await;
    let cost = Usd::from_picos(1_400).unwrap();
    upstream.reply(Answer::new("a b c d").with_tokens(10, 4).with_cost(cost).with_hold(2, &Gate::new()));
    let mut raw = Raw::post(upstream.address(), "/chat/completions", "req.1", &body(true)).await;
    raw.until(b"\"b \"").await.unwrap();
    drop(raw);
    upstream.ended(0).await
}

#[tokio::test]
async fn a_stream_that_is_left_is_charged_for_what_was_sent() {
    let call = left_in_the_middle(Vendor::new(1)).await;
    assert_eq!(call.end, End::HungUp);
    let part = Bill { prompt_tokens: 10, completion_tokens: 2, cost: Usd::from_picos(1_200).unwrap() };
    assert_eq!(call.charged, Some(part));
}

#[tokio::test]
async fn a_stream_that_is_left_is_charged_whole_where_the_vendor_does_so() {
    let call = left_in_the_middle(Vendor::new(1).with_billing(Billing::RunsToTheEnd)).await;
    assert_eq!(call.end, End::HungUp);
    assert_eq!(call.cost().picos(), 1_400);
}

#[tokio::test]
async fn a_whole_answer_that_is_left_is_charged_whole() {
    let upstream = Upstream::start().await;
    let answer =
        Answer::new("a b").with_cost("0.5".parse().unwrap()).with_latency(std::time::Duration::from_secs(60));
    upstream.reply(answer);
    let raw = Raw::post(upstream.address(), "/chat/completions", "req.1", &body(false)).await;
    upstream.heard(1).await;
    drop(raw);
    let call = upstream.ended(0).await;
    assert_eq!((call.end, call.cost(), call.bytes_sent), (End::HungUp, "0.5".parse().unwrap(), 0));
}

#[tokio::test]
async fn the_export_has_refused_calls_at_no_cost_and_leaves_out_open_ones() {
    let upstream = Upstream::start().await;
    let gate = Gate::new();
    upstream.on("/refused", Reply::status(429).with_json(&json!({})));
    upstream.on("/open", Reply::json(&json!({})).head_when(&gate));
    Raw::post(upstream.address(), "/refused", "req.1", &json!({})).await.reply().await.unwrap();
    let _open = Raw::post(upstream.address(), "/open", "req.2", &json!({})).await;
    upstream.heard(2).await;
    insta::assert_snapshot!(
        upstream.ledger_jsonl(),
        @r#"{"client_request_id":"req.1","id":null,"cost":"0","prompt_tokens":0,"completion_tokens":0}"#
    );
}

#[test]
fn a_part_of_a_bill_is_in_proportion_and_whole_picodollars() {
    let bill = Bill { prompt_tokens: 1, completion_tokens: 2, cost: Usd::from_picos(10).unwrap() };
    let picos = |delivered| bill.part(delivered).cost.picos();
    assert_eq!([picos(0), picos(1), picos(2), picos(9)], [3, 6, 10, 10]);
    assert_eq!(Bill::default().part(3), Bill::default());
}
