//! Keys go into headers and nowhere else.

use super::*;

fn url() -> Url {
    Url::parse("https://example.com/v1/chat?token=canary-query").unwrap()
}

#[test]
fn a_key_is_a_sensitive_bearer_header() {
    let request = Request::post(url()).with_bearer(&SecretString::from("sk-canary-0123")).unwrap();
    let value = &request.headers()[header::AUTHORIZATION];
    assert_eq!(value, "Bearer sk-canary-0123");
    assert!(value.is_sensitive());
}

#[test]
fn a_key_that_no_header_can_hold_is_refused_without_being_repeated() {
    for key in ["", "canary\n", "canary\r\nx-evil: 1", "can ary", "canary\u{7f}", "canäry"] {
        let secret = SecretString::from(key);
        for refused in [
            Request::get(url()).with_bearer(&secret),
            Request::get(url()).with_secret_header(HeaderName::from_static("x-api-key"), &secret),
        ] {
            let error = refused.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{key:?}");
            assert!(!format!("{error} {error:?} {}", error.report()).contains("can"), "{error:?}");
        }
    }
}

#[test]
fn debug_prints_neither_header_values_nor_the_query_nor_the_body() {
    let request = Request::post(url())
        .with_bearer(&SecretString::from("sk-canary-0123"))
        .unwrap()
        .with_header(HeaderName::from_static("x-title"), HeaderValue::from_static("canary-title"))
        .with_body("canary-body");
    let shown = format!("{request:?}");
    assert!(!shown.contains("canary"), "{shown}");
    assert!(shown.contains("authorization") && shown.contains("/v1/chat"), "{shown}");
}

#[test]
fn a_body_is_json_unless_it_says_otherwise() {
    let json = Request::post(url()).with_body("{}");
    assert_eq!(json.headers()[header::CONTENT_TYPE], "application/json");
    let other = Request::post(url())
        .with_header(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"))
        .with_body("x");
    assert_eq!(other.headers()[header::CONTENT_TYPE], "text/plain");
}

#[test]
fn a_streaming_request_asks_for_events_and_for_no_compression() {
    let mut request = Request::post(url()).streaming();
    request.fill_in_headers();
    assert_eq!(request.headers()[header::ACCEPT], "text/event-stream");
    assert_eq!(request.headers()[header::ACCEPT_ENCODING], "identity");

    let mut lines = Request::post(url())
        .streaming()
        .with_header(header::ACCEPT, HeaderValue::from_static("application/x-ndjson"));
    lines.fill_in_headers();
    assert_eq!(lines.headers()[header::ACCEPT], "application/x-ndjson");
}
