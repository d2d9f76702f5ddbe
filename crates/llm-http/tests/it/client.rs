//! What the client sends, what it makes of every way to fail, and what it keeps to itself.

use std::{
    io::ErrorKind as IoErrorKind,
    net::TcpListener as StdListener,
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};

use llm_core::{AttemptId, Error, ErrorKind, RequestId, Stage};
use llm_http::{Client, ClientConfig, HeaderName, Request, StatusCode, base_url, join};
use llm_provider::{AttemptObserver, CallContext};
use secrecy::SecretString;

use crate::server::{Act, Server, answer};

const KEY: &str = "sk-canary-0123456789";

fn client() -> Client {
    Client::new(ClientConfig::default()).unwrap()
}

fn context() -> CallContext {
    CallContext::new(RequestId::new())
}

fn request(server: &Server) -> Request {
    let key = SecretString::from(KEY);
    Request::post(join(&server.url, "chat/completions"))
        .with_bearer(&key)
        .unwrap()
        .with_secret_header(HeaderName::from_static("x-api-key"), &key)
        .unwrap()
        .with_body("{}")
}

async fn failure(client: &Client, request: Request) -> Error {
    let error = client.send(&context(), request).await.unwrap_err();
    keeps_secrets(&error);
    error
}

/// An error shows neither a key nor where it went.
fn keeps_secrets(error: &Error) {
    let shown = format!("{error} {error:?} {} {:?}", error.report(), std::error::Error::source(error));
    assert!(!shown.contains("canary") && !shown.contains("chat/completions"), "{shown}");
}

#[derive(Debug, Default)]
struct Heard(Mutex<Vec<&'static str>>);

impl AttemptObserver for Heard {
    fn sent(&self) {
        self.0.lock().unwrap().push("sent");
    }

    fn upstream_id(&self, _id: &str) {}
}

#[tokio::test]
async fn a_call_goes_straight_to_its_host_and_its_answer_comes_back() {
    let server = Server::start(vec![Act::Answer(answer("200 OK", "x-request-id: up-1\r\n", b"hello"))]).await;
    let response = client().send(&context(), request(&server)).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["x-request-id"], "up-1");
    assert_eq!(response.bytes().await.unwrap(), "hello");

    let seen = server.seen().join("\n");
    assert!(seen.starts_with("post /v1/chat/completions http/1.1"), "{seen}");
    for line in [
        "authorization: bearer sk-canary-0123456789",
        "content-type: application/json",
        "user-agent: llm-services/",
        "accept-encoding: gzip",
    ] {
        assert!(seen.contains(line), "{line} is not in {seen}");
    }
    assert!(!seen.contains("x-client-request-id"), "this call is no attempt: {seen}");
}

#[tokio::test]
async fn an_attempt_goes_under_its_id_and_is_reported_as_sent_once() {
    let server = Server::start(vec![Act::Answer(answer("200 OK", "", b""))]).await;
    let id = AttemptId { request: RequestId::new(), number: NonZeroU32::MIN };
    let heard = Arc::new(Heard::default());
    let ctx = context().with_attempt(id, heard.clone());
    client().send(&ctx, request(&server)).await.unwrap();
    assert!(server.seen()[0].contains(&format!("x-client-request-id: {id}")));
    assert_eq!(*heard.0.lock().unwrap(), ["sent"]);
}

#[tokio::test]
async fn a_streaming_request_asks_for_events_without_compression() {
    let server = Server::start(vec![Act::Answer(answer("200 OK", "", b""))]).await;
    client().send(&context(), request(&server).streaming()).await.unwrap();
    let seen = &server.seen()[0];
    assert!(
        seen.contains("accept: text/event-stream") && seen.contains("accept-encoding: identity"),
        "{seen}"
    );
    assert!(!seen.contains("gzip") && !seen.contains("*/*"), "{seen}");
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = Server::start(vec![Act::Answer(answer("200 OK", "", b"x"))]).await;
    let client = client();
    for _ in 0..5 {
        client.send(&context(), request(&server)).await.unwrap().bytes().await.unwrap();
    }
    assert_eq!((server.seen().len(), server.connections()), (5, 1));
}

#[tokio::test]
async fn a_redirect_is_an_error_and_its_target_hears_nothing() {
    let canary = StdListener::bind("127.0.0.1:0").unwrap();
    canary.set_nonblocking(true).unwrap();
    let target = canary.local_addr().unwrap();
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let location = format!("location: http://{target}/canary?key=canary\r\n");
        let server = Server::start(vec![Act::Answer(answer(status, &location, b""))]).await;
        let error = failure(&client(), request(&server)).await;
        assert_eq!((error.kind(), error.stage()), (ErrorKind::InvalidResponse, Stage::Answer), "{status}");
        assert_eq!(error.status(), status[..3].parse().ok());
        assert!(!error.is_retryable() && error.message().contains("base URL"), "{error:?}");
        assert_eq!(error.detail(), Some(format!("it points to http://{target}").as_str()));
        assert_eq!(server.seen().len(), 1);
    }
    assert_eq!(canary.accept().unwrap_err().kind(), IoErrorKind::WouldBlock);
}

#[tokio::test]
async fn a_refused_connection_costs_nothing_and_may_be_tried_again() {
    let closed = StdListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = base_url(&format!("http://{closed}/chat/completions/x")).unwrap();
    let error = failure(&client(), Request::post(url).with_bearer(&KEY.into()).unwrap()).await;
    assert_eq!((error.kind(), error.stage()), (ErrorKind::Unavailable, Stage::Connect));
    assert!(!error.maybe_billed() && error.is_retryable());
}

#[tokio::test]
async fn a_name_that_cannot_be_resolved_costs_nothing_and_may_be_tried_again() {
    // No resolver is asked for a name with an empty label.
    let url = base_url("http://canary..invalid/chat/completions/x").unwrap();
    let error = failure(&client(), Request::post(url).with_bearer(&KEY.into()).unwrap()).await;
    assert_eq!((error.kind(), error.stage()), (ErrorKind::Unavailable, Stage::Connect));
    assert!(error.message().contains("resolved"), "{error:?}");
    assert!(!error.maybe_billed() && error.is_retryable());
}

#[tokio::test]
async fn a_reset_before_the_headers_may_be_billed_and_is_not_tried_again() {
    for act in [
        Act::AnswerAndReset(Vec::new()),
        Act::AnswerAndClose(Vec::new()),
        Act::AnswerAndClose(b"HTTP/1.1 200 OK\r\ncont".to_vec()),
    ] {
        let server = Server::start(vec![act]).await;
        let error = failure(&client(), request(&server)).await;
        assert_eq!((error.kind(), error.stage()), (ErrorKind::Unavailable, Stage::Connect));
        assert!(error.maybe_billed() && error.is_retryable());
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_request_lost_on_a_used_connection_is_not_sent_twice_behind_our_back() {
    let first = Act::Answer(answer("200 OK", "", b"x"));
    let server = Server::start(vec![first, Act::AnswerAndClose(Vec::new())]).await;
    let client = client();
    client.send(&context(), request(&server)).await.unwrap().bytes().await.unwrap();
    let error = failure(&client, request(&server)).await;
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.maybe_billed());
    assert_eq!((server.seen().len(), server.connections()), (2, 1));
}

#[tokio::test]
async fn silence_ends_at_the_limit_for_headers() {
    let server = Server::start(vec![Act::AnswerAndHang(Vec::new())]).await;
    let client =
        Client::new(ClientConfig::default().with_headers_timeout(Duration::from_millis(50))).unwrap();
    let error = failure(&client, request(&server)).await;
    assert_eq!((error.kind(), error.stage()), (ErrorKind::Timeout, Stage::FirstToken));
    assert!(error.maybe_billed());
}

#[tokio::test]
async fn a_cut_body_is_never_a_whole_one() {
    for begin in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart"[..],
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\npart\r\n",
    ] {
        for act in [Act::AnswerAndClose(begin.to_vec()), Act::AnswerAndReset(begin.to_vec())] {
            let server = Server::start(vec![act]).await;
            // A reset may overtake the headers; either way the call may be billed and is no answer.
            let error = match client().send(&context(), request(&server)).await {
                Ok(response) => {
                    let error = response.bytes().await.unwrap_err();
                    let (kind, stage) = (ErrorKind::StreamInterrupted, Stage::Truncated);
                    assert_eq!((error.kind(), error.stage()), (kind, stage));
                    error
                }
                Err(error) => error,
            };
            assert!(error.maybe_billed());
            keeps_secrets(&error);
        }
    }
}

#[tokio::test]
async fn an_error_body_is_read_as_far_as_it_goes() {
    let cut = b"HTTP/1.1 500 Oops\r\ncontent-length: 100\r\n\r\nsorry".to_vec();
    let server = Server::start(vec![Act::AnswerAndClose(cut)]).await;
    let response = client().send(&context(), request(&server)).await.unwrap();
    assert_eq!(response.error_bytes().await, "sorry");
}

#[tokio::test]
async fn a_dropped_response_closes_its_connection() {
    let endless = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart".to_vec();
    let server =
        Server::start(vec![Act::AnswerAndHang(endless), Act::Answer(answer("200 OK", "", b"x"))]).await;
    let client = client();
    drop(client.send(&context(), request(&server)).await.unwrap());
    let next = client.send(&context(), request(&server)).await.unwrap();
    assert_eq!(next.bytes().await.unwrap(), "x", "the second call must not read the rest of the first");
}

#[test]
fn a_setting_that_makes_no_sense_is_refused() {
    let error = Client::new(ClientConfig::default().with_user_agent("a\nb")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConfigured);
}
