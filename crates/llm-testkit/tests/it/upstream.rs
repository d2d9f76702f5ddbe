//! Which reply a call gets, and what is known of it.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use llm_testkit::{Answer, Bill, Canary, DeadPort, Reply, Upstream};
use serde_json::json;
use tokio::net::TcpStream;

use crate::raw::Raw;

async fn text(upstream: &Upstream, path: &str) -> String {
    Raw::get(upstream.address(), path).await.reply().await.unwrap().text()
}

fn saying(text: &'static str) -> Reply {
    Reply::status(200).bytes(text)
}

#[tokio::test]
async fn a_path_has_its_queue_then_its_standing_reply_then_the_queue_of_all() {
    let upstream = Upstream::start().await;
    upstream.on("/chat", saying("queued 1"));
    upstream.on("/chat", saying("queued 2"));
    upstream.reply(saying("any"));
    assert_eq!(text(&upstream, "/v1/chat").await, "queued 1");
    assert_eq!(text(&upstream, "/v1/other").await, "any");
    assert_eq!(text(&upstream, "/chat").await, "queued 2");
    assert!(text(&upstream, "/chat").await.contains("nothing is scripted for GET /chat"));
    upstream.always("/chat", saying("standing"));
    assert_eq!(text(&upstream, "/chat").await, "standing");
    assert_eq!(text(&upstream, "/chat").await, "standing");
}

#[tokio::test]
async fn a_call_is_written_down_without_its_key() {
    let upstream = Upstream::start().await;
    upstream.reply(Reply::json(&json!({})).with_id("gen-1"));
    let body = json!({"model": "m"});
    Raw::post(upstream.address(), "/v1/chat?x=1", "req.1", &body).await.reply().await.unwrap();
    let call = upstream.ended(0).await;
    assert_eq!(
        (call.method.as_str(), call.path.as_str(), call.query.as_deref()),
        ("POST", "/v1/chat", Some("x=1"))
    );
    assert_eq!(call.client_request_id(), Some("req.1"));
    assert_eq!(call.header("authorization"), Some("[redacted]"));
    assert!(call.key.is_some());
    assert_eq!((call.request, call.id.as_deref(), call.status), (Some(body), Some("gen-1"), Some(200)));
}

#[tokio::test]
async fn connections_are_counted_and_kept_alive() {
    let upstream = Upstream::start().await;
    upstream.always("", Reply::json(&json!({})));
    let mut raw = Raw::get(upstream.address(), "/a").await;
    raw.reply().await.unwrap();
    let request = b"GET /b HTTP/1.1\r\nhost: x\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut raw.0, request).await.unwrap();
    raw.reply().await.unwrap();
    assert_eq!((upstream.connections(), upstream.calls().len()), (1, 2));
    assert_eq!(upstream.calls()[1].connection, 0);
}

#[tokio::test]
async fn a_dropped_upstream_closes_its_port_and_its_connections() {
    let upstream = Upstream::start().await;
    upstream.on("/", Reply::sse().bytes("x").stall());
    upstream.always("/", saying("still here"));
    let address = upstream.address();
    let mut raw = Raw::get(address, "/").await;
    raw.until(b"x\r\n").await.unwrap();
    drop(upstream);
    raw.until(b"never").await.ok();
    // The port may be another test's by now.
    if TcpStream::connect(address).await.is_ok() {
        let mut other = Raw::get(address, "/").await;
        let heard = tokio::time::timeout(std::time::Duration::from_secs(1), other.until(b"still here")).await;
        let ours = heard.is_ok_and(|heard| heard.is_ok_and(|heard| heard.ends_with(b"still here")));
        assert!(!ours, "it still listens");
    }
}

#[tokio::test]
async fn a_scripted_bill_is_charged() {
    let upstream = Upstream::start().await;
    let bill = Bill { prompt_tokens: 3, completion_tokens: 4, cost: "0.000000000001".parse().unwrap() };
    upstream.reply(Reply::json(&json!({})).with_bill(bill));
    Raw::get(upstream.address(), "/").await.reply().await.unwrap();
    assert_eq!(upstream.ended(0).await.charged, Some(bill));
}

#[tokio::test]
async fn an_answer_is_whole_or_a_stream_as_the_request_asks() {
    let upstream = Upstream::start().await;
    let answer = Answer::new("the sky is blue")
        .with_id("gen-7")
        .with_tokens(9, 4)
        .with_cost("0.00014025".parse().unwrap());
    upstream.always("/chat/completions", answer);
    let ask = async |stream: bool| {
        let body = json!({"model": "m", "stream": stream, "messages": []});
        Raw::post(upstream.address(), "/chat/completions", "r", &body).await.reply().await.unwrap()
    };
    let whole = ask(false).await;
    assert!(whole.head.contains("x-generation-id: gen-7"));
    insta::assert_snapshot!("answer_whole", whole.text());
    let stream = ask(true).await;
    insta::assert_snapshot!("answer_stream", stream.text());
}

#[tokio::test]
async fn a_tool_call_is_whole_or_streamed_in_pieces() {
    let upstream = Upstream::start().await;
    upstream.always(
        "",
        Answer::tool_call("call_1", "get_weather", &json!({"city": "Zürich"})).without_comments(),
    );
    let ask = async |stream: bool| {
        let body = json!({"stream": stream});
        Raw::post(upstream.address(), "/", "r", &body).await.reply().await.unwrap()
    };
    let call = &ask(false).await.json()["choices"][0]["message"]["tool_calls"][0];
    assert_eq!(call["function"], json!({"name": "get_weather", "arguments": r#"{"city":"Zürich"}"#}));
    let stream = ask(true).await.text();
    let events = stream.lines().filter_map(|line| line.strip_prefix("data: {"));
    let arguments: String = events
        .map(|event| serde_json::from_str::<serde_json::Value>(&format!("{{{event}")).unwrap())
        .filter_map(|event| {
            event["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"].as_str().map(str::to_owned)
        })
        .collect();
    assert_eq!(arguments, r#"{"city":"Zürich"}"#);
}

#[tokio::test]
async fn a_dead_port_refuses() {
    let dead = DeadPort::new();
    let error = TcpStream::connect(dead.address()).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn a_canary_that_heard_nothing_is_content() {
    Canary::start().await.assert_heard_nothing().await;
}

#[tokio::test]
#[should_panic(expected = "somebody connected to the canary")]
async fn a_canary_that_heard_something_says_so() {
    let canary = Canary::start().await;
    let _stream = TcpStream::connect(canary.address()).await.unwrap();
    canary.assert_heard_nothing().await;
}
