//! The HTTP surface, over a real socket and a real upstream.

use llm_testkit::{Answer, Gate, Reply, Upstream, Vendor};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::gateway::{Home, KEY};

/// Reqwest as an application would make it.
fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn ask(model: &str, stream: bool) -> Value {
    json!({"model": model, "stream": stream, "stream_options": {"include_usage": true},
        "messages": [{"role": "user", "content": "one two"}]})
}

/// The data of each event.
fn data(body: &str) -> Vec<&str> {
    body.lines().filter_map(|line| line.strip_prefix("data: ")).collect()
}

async fn post(url: String, body: &Value) -> (StatusCode, reqwest::header::HeaderMap, String) {
    let response = client().post(url).json(body).send().await.unwrap();
    (response.status(), response.headers().clone(), response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_and_streamed_answers_are_openais() {
    let home = Home::new();
    let gateway = home.serve(&[]);
    for route in ["/v1/chat/completions", "/chat/completions"] {
        let (status, head, body) = post(gateway.url(route), &ask("mock/echo", false)).await;
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(status, StatusCode::OK);
        assert_eq!(body["object"], "chat.completion");
        assert_eq!(body["choices"][0]["message"]["content"], "one two");
        assert_eq!(body["usage"]["prompt_tokens"], 2);
        assert!(head.contains_key("x-request-id"));
    }
    let (status, head, body) = post(gateway.url("/v1/chat/completions"), &ask("mock/echo", true)).await;
    assert_eq!((status, head["content-type"].to_str().unwrap()), (StatusCode::OK, "text/event-stream"));
    let events = data(&body);
    assert_eq!(*events.last().unwrap(), "[DONE]");
    let chunks: Vec<Value> =
        events[..events.len() - 1].iter().map(|event| serde_json::from_str(event).unwrap()).collect();
    let text: String =
        chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(text, "one two");
    assert!(chunks.iter().any(|chunk| chunk["choices"][0]["finish_reason"] == "stop"));
    assert_eq!(chunks.last().unwrap()["usage"]["completion_tokens"], 2);

    let requests = home.json(&["requests", "--json"]);
    assert_eq!(requests.len(), 3, "a row for each, seen from another process");
    assert!(requests.iter().all(|request| request["status"] == "ok"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_stream_has_an_error_event_and_no_done() {
    let gateway = Home::new().serve(&[]);
    let (status, _, body) = post(gateway.url("/v1/chat/completions"), &ask("mock/cut", true)).await;
    assert_eq!(status, StatusCode::OK);
    let events = data(&body);
    let last: Value = serde_json::from_str(events.last().unwrap()).unwrap();
    assert_eq!(last["error"]["code"], "stream_interrupted", "{body}");
    assert!(!body.contains("[DONE]"));
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_have_their_status_and_openais_shape() {
    let gateway = Home::new().serve(&["--set", "retry.max_attempts=1"]);
    let url = || gateway.url("/v1/chat/completions");
    for (model, status, code) in [
        ("mock/rate-limited", 429, "rate_limit_exceeded"),
        ("mock/broken", 502, "provider"),
        ("mock/nothing", 404, "model_not_found"),
        ("openrouter/openai/gpt-4o", 503, "not_configured"),
        ("openrouter/", 400, "invalid_request"),
    ] {
        for stream in [false, true] {
            let (got, head, body) = post(url(), &ask(model, stream)).await;
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(
                (got.as_u16(), body["error"]["code"].as_str()),
                (status, Some(code)),
                "{model}: {body}"
            );
            assert!(body["error"]["message"].is_string() && body["error"]["type"].is_string());
            assert_eq!(
                head.get("retry-after").map(|wait| wait.as_bytes()),
                (status == 429).then_some(&b"1"[..])
            );
        }
    }
    let raw =
        async |body: &'static str| client().post(url()).body(body).send().await.unwrap().status().as_u16();
    assert_eq!(raw("{").await, 400);
    assert_eq!(raw("[]").await, 400);
    assert_eq!(raw(r#"{"model":"mock/echo"}"#).await, 400);
    assert_eq!(client().get(url()).send().await.unwrap().status().as_u16(), 405);
    assert_eq!(client().get(gateway.url("/nowhere")).send().await.unwrap().status().as_u16(), 404);
    for reply in [
        client().post(url()).body("{").send().await.unwrap(),
        client().get(url()).send().await.unwrap(),
        client().get(gateway.url("/nowhere")).send().await.unwrap(),
        client().get(gateway.url("/v1/models")).send().await.unwrap(),
    ] {
        assert!(reply.headers().contains_key("x-request-id"), "{reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_models_answer() {
    let gateway = Home::new().serve(&[]);
    let get = async |path: &str| {
        client().get(gateway.url(path)).send().await.unwrap().json::<Value>().await.unwrap()
    };
    assert_eq!(get("/health").await["status"], "ok");
    assert_eq!(get("/health/ready").await["status"], "ready");
    let models = get("/v1/models").await;
    assert!(models["data"].as_array().unwrap().iter().any(|model| model["id"] == "mock/echo"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_leaves_is_in_the_log_and_the_upstream_is_told() {
    let upstream = Upstream::vendor(Vendor::new(5).with_key(KEY)).await;
    let hold = Gate::new();
    upstream.on("/chat/completions", Answer::new("never the end of it").with_hold(1, &hold));
    let home = Home::with_openrouter(&upstream.url());
    let gateway = home.serve(&[]);
    let mut response = client()
        .post(gateway.url("/v1/chat/completions"))
        .json(&ask("openrouter/openai/gpt-4o", true))
        .send()
        .await
        .unwrap();
    assert!(response.chunk().await.unwrap().is_some());
    drop(response);
    // The vendor behind the answer decides whether it is hung up on or read to its end.
    hold.open();
    upstream.ended(0).await;
    let request = until(&home, |request| request["status"] != "running").await;
    assert_eq!(request["status"], "client_closed");
    assert_eq!(request["attempts"], 1);
}

/// The newest request, once it is as asked.
async fn until(home: &Home, reached: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        if let Some(request) = home.json(&["requests", "--json"]).into_iter().find(&reached) {
            return request;
        }
        tokio::task::yield_now().await;
    }
    panic!("the request did not become as asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_a_request_steers_a_call_elsewhere() {
    let canary = llm_testkit::Canary::start().await;
    let upstream = Upstream::vendor(Vendor::new(5).with_key(KEY)).await;
    let gateway = Home::with_openrouter(&upstream.url()).serve(&[]);
    let mut body = ask("openrouter/openai/gpt-4o", false);
    for name in ["base_url", "api_base", "custom_host", "endpoint", "proxy"] {
        body[name] = json!(canary.url());
        body["messages"][0][name] = json!(canary.url());
        body["metadata"][name] = json!(canary.url());
    }
    body["messages"][0]["content"] =
        json!([{"type": "image_url", "image_url": {"url": format!("{}/cat.png", canary.url())}}]);
    let (status, _, text) = post(gateway.url("/v1/chat/completions"), &body).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    assert_eq!(upstream.calls().len(), 1);
    canary.assert_heard_nothing().await;
    // A redirect is not followed, least of all with a key.
    upstream.on("/chat/completions", Reply::status(307).header("location", &canary.url()));
    let (status, _, _) =
        post(gateway.url("/v1/chat/completions"), &ask("openrouter/openai/gpt-4o", false)).await;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    canary.assert_heard_nothing().await;
}
