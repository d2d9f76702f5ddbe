//! Amid every fault at once, the ledger and the callers agree.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    sync::Arc,
};

use futures_util::StreamExt as _;
use llm_core::{AttemptId, ChatRequest, Collector, RequestId, Result, Usage};
use llm_provider::{AttemptObserver, CallContext, Provider};
use llm_testkit::{Call, End, Fault, Upstream, Vendor};
use tokio::task::JoinSet;

use crate::reference::{Flaw, Reference};

const CALLS: usize = 300;

/// Nobody who listens.
#[derive(Debug)]
struct Deaf;

impl AttemptObserver for Deaf {
    fn sent(&self) {}
    fn upstream_id(&self, _id: &str) {}
}

/// One call to its end: the usage that a whole answer told.
async fn call(provider: &Reference, ctx: &CallContext, streamed: bool) -> Result<Usage> {
    let request = ChatRequest::new("testkit/echo").user("why is the sky blue");
    if !streamed {
        return provider.chat(ctx, request).await.map(|response| response.usage);
    }
    let mut stream = provider.chat_stream(ctx, request).await?;
    let mut collector = Collector::new();
    while let Some(event) = stream.next().await {
        collector.push(&event?);
    }
    Ok(collector.finish().unwrap().usage)
}

/// Waits until the upstream plays a fault to this call that nothing ends but the caller: he then leaves.
async fn never_ends(upstream: &Upstream, id: AttemptId) {
    let id = id.to_string();
    let endless = |call: &Call| call.fault.and_then(Fault::named).is_some_and(|fault| fault.needs_limit);
    upstream
        .until(|calls| calls.iter().any(|call| call.client_request_id() == Some(&id) && endless(call)))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_is_in_the_ledger_once_and_whole_answers_cost_what_they_said() {
    let upstream = Arc::new(Upstream::vendor(Vendor::new(11).with_each_fault(0.015)).await);
    let provider = Arc::new(Reference::new(&upstream.url(), Flaw::None));
    let mut calls = JoinSet::new();
    for number in 0..CALLS {
        let (upstream, provider) = (upstream.clone(), provider.clone());
        calls.spawn(async move {
            let request = RequestId::new();
            let id = AttemptId { request, number: NonZeroU32::MIN };
            let ctx = CallContext::new(request).with_attempt(id, Arc::new(Deaf));
            let answered = tokio::select! {
                answered = call(&provider, &ctx, number % 2 == 0) => answered.ok(),
                () = never_ends(&upstream, id) => None,
            };
            (id.to_string(), answered.map(|usage| usage.cost.unwrap()))
        });
    }
    let told: BTreeMap<_, _> = calls.join_all().await.into_iter().collect();
    upstream.settled(CALLS).await;

    let calls = upstream.calls();
    let heard: BTreeSet<_> = calls.iter().map(|call| call.client_request_id().unwrap().to_owned()).collect();
    assert_eq!(calls.len(), CALLS);
    assert_eq!(heard, told.keys().cloned().collect());
    for call in &calls {
        let told = told[call.client_request_id().unwrap()];
        assert!(told.is_none_or(|cost| cost == call.cost()), "told {told:?}, charged {call:?}");
        assert!(told.is_some() || call.fault.is_some(), "it failed without a fault: {call:?}");
    }
    let faults: BTreeSet<_> = calls.iter().filter_map(|call| call.fault).collect();
    assert!(faults.len() > 20, "the mix is thin: {faults:?}");
    assert!(
        calls.iter().any(|call| call.end == End::HungUp && call.billed()),
        "nobody paid for an answer he left"
    );
}
