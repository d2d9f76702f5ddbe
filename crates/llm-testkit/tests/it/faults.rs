//! The catalogue: each fault does what it says, and its row makes sense.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{collections::BTreeSet, time::Duration};

use futures_util::StreamExt as _;
use llm_core::{ChatRequest, ChatResponse, Collector, Error, RequestId};
use llm_provider::{CallContext, Provider};
use llm_testkit::{Answer, End, Fault, Upstream};

use crate::reference::{Flaw, Reference};

const TEXT: &str = "the sky is blue because air scatters short waves";

/// What a provider without limits sees of a fault: the answer, an error, or `None` when it would wait for ever.
async fn seen(fault: &'static Fault, streamed: bool) -> (Upstream, Option<Result<ChatResponse, Error>>) {
    let upstream = Upstream::start().await;
    upstream.always("", fault.reply(Answer::new(TEXT)));
    let provider = Reference::new(&upstream.url(), Flaw::None);
    let request = ChatRequest::new("m").user("why");
    let ctx = CallContext::new(RequestId::new());
    let call = async {
        if !streamed {
            return provider.chat(&ctx, request).await;
        }
        let mut stream = provider.chat_stream(&ctx, request).await?;
        let mut collector = Collector::new();
        while let Some(event) = stream.next().await {
            collector.push(&event?);
        }
        Ok(collector.finish().unwrap())
    };
    let impatient = async {
        upstream.heard(1).await;
        tokio::time::sleep(if fault.needs_limit {
            Duration::from_millis(100)
        } else {
            Duration::from_secs(30)
        })
        .await;
    };
    let seen = tokio::select! {
        seen = call => Some(seen),
        () = impatient => None,
    };
    (upstream, seen)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_is_seen_as_its_row_says() {
    for fault in Fault::ALL {
        for streamed in [false, true].into_iter().filter(|streamed| fault.suits(*streamed)) {
            let (upstream, seen) = seen(fault, streamed).await;
            let name = format!("{} streamed={streamed}", fault.name);
            match seen {
                None => assert!(fault.needs_limit, "{name} never ended"),
                Some(Ok(answer)) => {
                    assert!(fault.kinds.is_empty(), "{name} was taken for an answer");
                    assert_eq!(answer.text(), TEXT, "{name}");
                }
                Some(Err(error)) => {
                    assert!(fault.kinds.contains(&error.kind()), "{name}: {}", error.report());
                    let wait = error.retry_after();
                    let right = match fault.retry_after {
                        None => wait.is_none(),
                        Some((least, most)) => wait.is_some_and(|wait| (least..=most).contains(&wait)),
                    };
                    assert!(right, "{name}: the wait is {wait:?}");
                }
            }
            let call = upstream.ended(0).await;
            assert_eq!(call.fault, Some(fault.name));
            if fault.needs_limit {
                assert_eq!(call.end, End::HungUp, "{name}");
            }
        }
    }
}

#[test]
fn rows_make_sense() {
    let names: BTreeSet<_> = Fault::ALL.iter().map(|fault| fault.name).collect();
    assert_eq!(names.len(), Fault::ALL.len(), "names are unique");
    for fault in Fault::ALL {
        assert!(!fault.classes.is_empty(), "{}", fault.name);
        assert!(*fault.posts().start() >= 1 && fault.posts().end() <= &3, "{}", fault.name);
        assert_eq!(fault.is_retried(), fault.posts().end() > &1, "{}", fault.name);
        assert_eq!(Fault::named(fault.name).map(|found| found.name), Some(fault.name));
    }
}

#[tokio::test]
async fn what_was_not_begun_is_free_and_what_was_begun_is_charged_in_part() {
    let charged = async |name: &str| {
        let (upstream, _) = seen(Fault::named(name).unwrap(), true).await;
        upstream.ended(0).await.charged
    };
    assert_eq!(charged("rate_limited").await, None);
    let part = charged("stream_cut").await.unwrap();
    assert!((1..9).contains(&part.completion_tokens), "{part:?}");
    assert_eq!(charged("no_done").await.unwrap().completion_tokens, 9);
}
