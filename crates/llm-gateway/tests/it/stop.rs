//! An orderly end.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Command, Stdio},
};

use llm_testkit::{Answer, Gate, Reply, Upstream, Vendor};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::gateway::{Gateway, Home, KEY};

fn terminate(gateway: &Gateway) {
    signal("TERM", gateway.id());
}

fn signal(name: &str, process: u32) {
    // The shell's own `kill`: the program of that name is not on every machine.
    let command = format!("kill -{name} {process}");
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
    assert_eq!(
        (&requests[0]["status"], &requests[0]["error_kind"]),
        (&json!("failed"), &json!("stream_interrupted"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_have_not_begun_are_refused_and_their_calls_ended() {
    let upstream = Upstream::vendor(Vendor::new(8).with_key(KEY)).await;
    let home = Home::with_openrouter(&upstream.url());
    let mut gateway = home.serve(&["--drain", "0"]);
    let hold = Gate::new();
    upstream.always("/chat/completions", Reply::json(&json!({})).head_when(&hold));
    let url = gateway.url("/v1/chat/completions");
    let ask = |stream: bool| {
        let body = json!({"model": "openrouter/x/y", "stream": stream, "messages": [{"role": "user", "content": "hi"}]});
        tokio::spawn(reqwest::Client::builder().no_proxy().build().unwrap().post(&url).json(&body).send())
    };
    let answers = [ask(false), ask(true)];
    upstream.heard(2).await;
    terminate(&gateway);
    for answer in answers {
        let answer = answer.await.unwrap().unwrap();
        assert_eq!(answer.status().as_u16(), 503);
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["message"], "the server is stopping; ask again");
    }
    assert!(gateway.wait().success());
    hold.open();
    let requests = home.json(&["requests", "--json"]);
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|request| request["status"] == "failed"), "{requests:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_takes_nothing_holds_up_no_row() {
    let upstream = Upstream::vendor(Vendor::new(8).with_key(KEY)).await;
    let home = Home::with_openrouter(&upstream.url());
    let mut gateway = home.serve(&["--drain", "0"]);
    let event = json!({"id": "gen-1", "choices": [{"index": 0, "delta": {"content": "x".repeat(10_000)}}]});
    let reply = Reply::sse().repeat(format!("data: {event}\n\n"), 10_000).stall();
    upstream.on("/chat/completions", reply);
    let body =
        json!({"model": "openrouter/x/y", "stream": true, "messages": [{"role": "user", "content": "hi"}]});
    let mut reader = TcpStream::connect(gateway.url("").trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n",
        body.to_string().len()
    );
    reader.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    assert!(reader.read(&mut [0; 100]).await.unwrap() > 0);
    terminate(&gateway);
    assert!(gateway.wait().success());
    let requests = home.json(&["requests", "--json"]);
    assert_ne!(requests[0]["status"], "running");
    assert_ne!(requests[0]["status"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_chat_whose_cost_is_known_all_the_same() {
    let upstream = Upstream::vendor(Vendor::new(8).with_key(KEY)).await;
    let home = Home::with_openrouter(&upstream.url());
    let hold = Gate::new();
    upstream.on("/chat/completions", Answer::new("all of it, to the very end").with_hold(1, &hold));
    let mut chat = home.command(&["chat", "--model", "openrouter/x/y", "hi"]);
    let mut chat = chat.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = chat.stdout.take().unwrap();
    said.read_exact(&mut [0]).unwrap();
    signal("INT", chat.id());
    // It is said before the wait begins: the vendor bills this call to its end, and is heard out.
    let told = BufReader::new(chat.stderr.take().unwrap()).lines().nth(1).unwrap().unwrap();
    assert!(told.contains("stopped"), "{told}");
    hold.open();
    assert_eq!(chat.wait().unwrap().code(), Some(1));
    let row = &home.json(&["requests", "--json"])[0];
    assert_eq!(row["status"], "client_closed");
    assert_eq!(row["usage"]["cost_usd"], json!(upstream.calls()[0].cost().to_string()));
}
