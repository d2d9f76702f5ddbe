//! Every fault of the catalogue, through the whole stack: what the caller sees, how often the upstream is called, and
//! that the two ledgers agree at the end.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use futures_util::StreamExt as _;
use llm_services::{
    ChatEvent, ChatRequest, ChatResponse, Collector, Error, LlmConfig, LlmService,
    request_log::{
        AttemptRecord, ReconcileScope, RequestLog as _, RequestRecord, RequestStatus, UpstreamCall,
    },
};
use llm_testkit::{Answer, Call, Fault, Upstream};
use tempfile::TempDir;

const TEXT: &str = "the sky is blue because of the air";

/// A service over one upstream, with limits on time that are short enough for faults of silence.
async fn service(upstream: &Upstream) -> (LlmService, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = LlmConfig::default();
    config.openrouter.api_key = Some("sk-or-v1-canary".into());
    config.openrouter.base_url = upstream.url().parse().unwrap();
    config.deadlines.first_token = Duration::from_millis(300);
    config.deadlines.idle = Duration::from_millis(300);
    config.deadlines.headers = Duration::from_millis(300);
    config.retry.base = Duration::from_millis(5);
    config.retry.cap = Duration::from_millis(20);
    let url = format!("sqlite://{}", folder.path().join("llm.db").display());
    let llm = LlmService::builder().config(config).request_log(url).build().await.unwrap();
    (llm, folder)
}

async fn ask(llm: &LlmService, streamed: bool) -> Result<ChatResponse, Error> {
    let mut request = ChatRequest::new("openrouter/some/model").user("why?");
    // Only a unary call's own deadline ends its silence.
    request.options.limits.total = Some(Duration::from_secs(5));
    if !streamed {
        return llm.generate_response(request).await.map(|reply| reply.response);
    }
    let mut stream = llm.stream_response(request).await?;
    let mut collector = Collector::new();
    let mut ends = 0;
    let mut failure = None;
    while let Some(item) = stream.next().await {
        assert_eq!(ends, 0, "an item after the terminal one");
        match item {
            Ok(event) => {
                ends += usize::from(matches!(event, ChatEvent::Finished(_)));
                collector.push(&event);
            }
            Err(error) => {
                ends += 1;
                failure = Some(error);
            }
        }
    }
    assert_eq!(ends, 1, "exactly one terminal item");
    match failure {
        Some(error) => Err(error),
        None => Ok(collector.finish().unwrap()),
    }
}

/// What one fault led to.
struct Seen {
    outcome: Result<ChatResponse, Error>,
    request: RequestRecord,
    attempts: Vec<AttemptRecord>,
    calls: Vec<Call>,
}

async fn suffer(fault: &'static Fault, streamed: bool) -> Seen {
    let upstream = Upstream::start().await;
    upstream.always("/chat/completions", fault.reply(Answer::new(TEXT)));
    let (llm, _folder) = service(&upstream).await;
    let outcome = ask(&llm, streamed).await;
    llm.shutdown(Duration::from_secs(10)).await;
    upstream.until(|calls| calls.iter().all(|call| call.end != llm_testkit::End::Open)).await;

    let log = llm.log().unwrap();
    let page = log.page(&Default::default(), Default::default()).await.unwrap();
    assert_eq!(page.items.len(), 1, "{}: one row for one request", fault.name);
    let (request, attempts) = log.get(page.items[0].id).await.unwrap().unwrap();
    reconcile(fault, &llm, &upstream).await;
    Seen { outcome, request, attempts, calls: upstream.calls() }
}

/// The upstream's ledger and ours, as sets of ids and sums of cost.
async fn reconcile(fault: &Fault, llm: &LlmService, upstream: &Upstream) {
    let theirs: Vec<_> = upstream
        .calls()
        .iter()
        .map(|call| {
            let usage = llm_services::Usage::new().with_cost(call.cost(), llm_services::CostSource::Provider);
            UpstreamCall::of_attempt(call.client_request_id().unwrap().parse().unwrap(), usage)
        })
        .collect();
    let log = llm.log().unwrap();
    let found = log
        .reconcile(&ReconcileScope::new().with_settle(true).with_confirm_missing(true), theirs.clone())
        .await
        .unwrap();
    assert!(found.agrees(), "{}: {found:#?}", fault.name);
    assert!(found.only_here.is_empty(), "{}: {found:#?}", fault.name);
    assert_eq!(found.matched, theirs.len() as u64, "{}", fault.name);
    let again = log.reconcile(&ReconcileScope::new(), theirs).await.unwrap();
    assert_eq!(again.sum_here, again.sum_upstream, "{}: {again:#?}", fault.name);
}

fn check(fault: &Fault, streamed: bool, seen: &Seen) {
    let name = format!("{} ({})", fault.name, if streamed { "streamed" } else { "whole" });
    match &seen.outcome {
        Ok(response) => {
            assert!(fault.kinds.is_empty(), "{name}: passed for whole, {:?}", response.text());
            assert_eq!(response.text(), TEXT, "{name}: a part of the answer passed for the whole");
            assert_eq!(seen.request.status, RequestStatus::Ok, "{name}");
        }
        Err(error) => {
            assert!(fault.kinds.contains(&error.kind()), "{name}: {error:?}");
            assert_eq!(seen.request.status, RequestStatus::Failed, "{name}");
            assert_eq!(seen.request.error_kind, Some(error.kind()), "{name}");
            assert_eq!(error.request_id(), Some(seen.request.id), "{name}");
            assert!(!format!("{error} {error:?}").contains("canary"), "{name}: the key is shown");
        }
    }
    assert!(fault.posts().contains(&seen.calls.len()), "{name}: called {} times", seen.calls.len());
    assert_eq!(seen.attempts.len(), seen.calls.len(), "{name}: a row for each call");
    assert_eq!(seen.request.attempts as usize, seen.attempts.len(), "{name}");
    for attempt in &seen.attempts {
        assert!(
            fault.classes.contains(&attempt.status.as_str()),
            "{name}: the row says {}, not {:?}",
            attempt.status,
            fault.classes
        );
        assert!(attempt.completed_at.is_some(), "{name}");
    }
}

async fn matrix(streamed: bool) {
    for fault in Fault::ALL.iter().filter(|fault| fault.suits(streamed)) {
        let seen = suffer(fault, streamed).await;
        check(fault, streamed, &seen);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_answers_survive_every_fault_or_say_so() {
    matrix(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_survive_every_fault_or_say_so() {
    matrix(true).await;
}
