//! A process that is killed with calls open.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test may panic, and speaks to its child"
)]

use std::{process::Stdio, sync::Arc};

use futures_util::StreamExt as _;
use llm_core::Usd;
use llm_request_log::{
    AttemptStatus, LedgerConfig, Page, RequestFilter, RequestLog as _, RequestStatus, SqlxRequestLog,
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
    sync::Notify,
};

use crate::double::{Act, Double, config, ctx, log, piece, request, rows, started, usage};

/// Set for the child: the address of its log.
const CHILD: &str = "LLM_REQUEST_LOG_CHILD";

/// Makes calls, one of each kind, and waits to be killed.
async fn live_and_wait(url: String) {
    let log = SqlxRequestLog::open(LedgerConfig::new(url)).await.unwrap();
    Double::always(Act::Answer(usage(5))).under(&log).chat(&ctx(), request()).await.unwrap();
    let first = vec![Ok(started()), Ok(piece("h"))];
    let streaming = Double::always(Act::Stream(first, Some(Arc::new(Notify::new())), vec![])).under(&log);
    let mut stream = streaming.chat_stream(&ctx(), request().with_user("streamer")).await.unwrap();
    stream.next().await.unwrap().unwrap();
    let hanging = Double::always(Act::AnswerAfter(Arc::new(Notify::new()), usage(1)));
    let provider = hanging.under(&log);
    let call = tokio::spawn(async move { provider.chat(&ctx(), request().with_user("hanger")).await });
    hanging.sent.notified().await;
    log.written().await;
    println!("\nREADY");
    call.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_killed_process_leaves_every_call_behind_and_the_next_start_marks_them() {
    if let Ok(url) = std::env::var(CHILD) {
        return live_and_wait(url).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("llm.db").display());
    // A process that lives, on the same file: its open call is nobody else's business.
    let (living, of_living) = (SqlxRequestLog::open(config(&folder)).await.unwrap(), ctx());
    let first = vec![Ok(started()), Ok(piece("h"))];
    let double = Double::always(Act::Stream(first, Some(Arc::new(Notify::new())), vec![]));
    let mut stream = double.under(&living).chat_stream(&of_living, request()).await.unwrap();
    stream.next().await.unwrap().unwrap();

    let name = "recovery::a_killed_process_leaves_every_call_behind_and_the_next_start_marks_them";
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, &url)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while lines.next_line().await.unwrap().expect("the child says when it is ready") != "READY" {}
    // SIGKILL: no destructor runs.
    child.kill().await.unwrap();

    let before = living.page(&RequestFilter::new(), Page::first(10)).await.unwrap().items;
    assert_eq!(before.iter().filter(|request| request.status == RequestStatus::Running).count(), 3);
    let log = SqlxRequestLog::open(config(&folder)).await.unwrap();
    let interrupted = RequestFilter::new().with_status(RequestStatus::Interrupted);
    let found = log.page(&interrupted, Page::first(10)).await.unwrap().items;
    let mut users: Vec<_> = found.iter().map(|request| request.user.as_deref().unwrap()).collect();
    users.sort_unstable();
    assert_eq!(users, ["hanger", "streamer"]);
    for request in found {
        let (request, attempts) = log.get(request.id).await.unwrap().unwrap();
        assert_eq!((request.attempts, request.usage.cost, attempts.len()), (1, None, 1));
        assert!(request.completed_at.is_some());
        assert_eq!((attempts[0].status, attempts[0].maybe_billed), (AttemptStatus::Interrupted, true));
        assert_eq!(attempts[0].upstream_id.as_deref(), Some("gen-0"), "it can be settled");
    }
    let whole =
        log.page(&RequestFilter::new().with_status(RequestStatus::Ok), Page::first(10)).await.unwrap().items;
    assert_eq!(whole.iter().map(|request| request.usage.cost).collect::<Vec<_>>(), [Usd::from_picos(5)]);

    assert_eq!(rows(&living, &of_living).await.0.status, RequestStatus::Running);
    drop(stream);
    assert_eq!(rows(&living, &of_living).await.0.status, RequestStatus::ClientClosed);
}

#[tokio::test]
async fn an_end_that_comes_after_all_is_taken_because_it_knows_the_cost() {
    let (log, folder) = log().await;
    let told = Arc::new(Notify::new());
    let double = Double::always(Act::AnswerAfter(told.clone(), usage(5)));
    let (provider, ctx) = (double.under(&log), ctx());
    let call = {
        let ctx = ctx.clone();
        tokio::spawn(async move { provider.chat(&ctx, request()).await })
    };
    double.sent.notified().await;
    log.written().await;
    // As if this process were dead: its lock is gone.
    for entry in std::fs::read_dir(folder.path().join("llm.db.instances")).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let other = SqlxRequestLog::open(config(&folder)).await.unwrap();
    assert_eq!(rows(&other, &ctx).await.0.status, RequestStatus::Interrupted);
    told.notify_one();
    call.await.unwrap().unwrap();
    let (request, attempts) = rows(&log, &ctx).await;
    assert_eq!(
        (request.status, attempts[0].status),
        (RequestStatus::Ok, AttemptStatus::Ok),
        "a known cost is taken"
    );
    assert_eq!(request.usage.cost, Usd::from_picos(5));
}

#[tokio::test]
async fn the_lock_of_a_process_that_died_idle_is_cleared_away() {
    let (first, folder) = log().await;
    let locks = folder.path().join("llm.db.instances");
    let idle = locks.join(format!("{}.lock", uuid::Uuid::now_v7()));
    std::fs::write(&idle, "").unwrap();
    let second = SqlxRequestLog::open(config(&folder)).await.unwrap();
    assert!(!idle.exists(), "nobody holds it");
    let held = std::fs::read_dir(&locks)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|kind| kind == "lock"));
    assert_eq!(held.count(), 2, "those of the living stay");
    drop((first, second));
}
