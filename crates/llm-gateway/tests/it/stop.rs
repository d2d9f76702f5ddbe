//! An orderly end.

use std::process::Command;

use llm_testkit::{Answer, Gate, Upstream, Vendor};
use serde_json::json;

use crate::gateway::{Gateway, Home, KEY};

fn terminate(gateway: &Gateway) {
    // The shell's own `kill`: the program of that name is not on every machine.
    let command = format!("kill -TERM {}", gateway.id());
    assert!(Command::new("sh").args(["-c", &command]).status().unwrap().success());
}

/// A stream through the gateway that has begun and whose rest waits for the gate.
async fn begun(upstream: &Upstream, gateway: &Gateway, hold: &Gate) -> reqwest::Response {
    upstream.on("/chat/completions", Answer::new("all of it, to the very end").with_hold(1, hold));
    let mut response = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .post(gateway.url("/v1/chat/completions"))
        .json(&json!({"model": "openrouter/x/y", "stream": true, "messages": [{"role": "user", "content": "hi"}]}))
        .send()
        .await
        .unwrap();
    assert!(response.chunk().await.unwrap().is_some());
    response
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_that_run_may_end_and_their_rows_are_written() {
    let upstream = Upstream::vendor(Vendor::new(8).with_key(KEY)).await;
    let home = Home::with_openrouter(&upstream.url());
    let mut gateway = home.serve(&[]);
    let hold = Gate::new();
    let response = begun(&upstream, &gateway, &hold).await;
    terminate(&gateway);
    hold.open();
    let rest = response.text().await.unwrap();
    assert!(rest.ends_with("data: [DONE]\n\n"), "{rest}");
    assert!(gateway.wait().success());
    let requests = home.json(&["requests", "--json"]);
    assert_eq!((&requests[0]["status"], requests.len()), (&json!("ok"), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_that_do_not_end_are_told_so() {
    let upstream = Upstream::vendor(Vendor::new(8).with_key(KEY)).await;
    let home = Home::with_openrouter(&upstream.url());
    let mut gateway = home.serve(&["--drain", "0"]);
    let hold = Gate::new();
    let response = begun(&upstream, &gateway, &hold).await;
    terminate(&gateway);
    let rest = response.text().await.unwrap();
    assert!(rest.contains("the server is stopping") && !rest.contains("[DONE]"), "{rest}");
    hold.open();
    assert!(gateway.wait().success());
    let requests = home.json(&["requests", "--json"]);
    assert_ne!(requests[0]["status"], "running");
    assert_ne!(requests[0]["status"], "ok");
}
