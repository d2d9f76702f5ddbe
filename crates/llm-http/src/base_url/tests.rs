//! What people write as a base URL.

use super::*;

#[test]
fn all_spellings_come_out_the_same() {
    for text in [
        "https://example.com/api/v1",
        "https://example.com/api/v1/",
        "https://example.com/api/v1//",
        "https://example.com/api/v1/chat/completions",
        "https://example.com/api/v1/chat/completions/",
        "  https://EXAMPLE.com:443/api/v1\n",
    ] {
        let url = base_url(text).unwrap();
        assert_eq!(url.as_str(), "https://example.com/api/v1", "{text:?}");
        assert_eq!(join(&url, "chat/completions").as_str(), "https://example.com/api/v1/chat/completions");
    }
}

#[test]
fn a_host_alone_is_enough() {
    let url = base_url("http://127.0.0.1:8080").unwrap();
    assert_eq!(join(&url, "/models").as_str(), "http://127.0.0.1:8080/models");
}

#[test]
fn what_is_no_base_url_is_refused_without_being_repeated() {
    for text in [
        "",
        "canary.example.com/v1",
        "/canary",
        "localhost:8080/canary",
        "ftp://canary.example.com",
        "file:///canary",
        "https://canary:secret@example.com",
        "https://canary@example.com",
        "https://example.com/v1?key=canary",
        "https://example.com/v1#canary",
        "https://",
    ] {
        let error = base_url(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotConfigured, "{text:?}");
        assert!(!error.report().contains("canary"), "{text:?}");
    }
}

#[test]
fn a_joined_path_never_leaves_the_base() {
    let base = base_url("https://example.com/a/b").unwrap();
    for (path, joined) in [
        ("models", "https://example.com/a/b/models"),
        ("//evil.example.net/x", "https://example.com/a/b/evil.example.net/x"),
        ("../../x", "https://example.com/a/b/x"),
        ("x?y#z", "https://example.com/a/b/x%3Fy%23z"),
        ("", "https://example.com/a/b"),
    ] {
        assert_eq!(join(&base, path).as_str(), joined, "{path:?}");
    }
}
