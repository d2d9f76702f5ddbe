//! The table, row by row.

use std::{collections::BTreeSet, time::SystemTime};

use llm_core::Usage;
use llm_http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::*;

/// All names that OpenRouter documents, with their kinds; `None` is judged by the status.
const ERROR_TYPES: [(&str, Option<ErrorKind>); 27] = [
    ("context_length_exceeded", Some(ContextLength)),
    ("max_tokens_exceeded", Some(InvalidRequest)),
    ("token_limit_exceeded", Some(InvalidRequest)),
    ("string_too_long", Some(InvalidRequest)),
    ("authentication", Some(Authentication)),
    ("permission_denied", Some(PermissionDenied)),
    ("payment_required", Some(InsufficientCredits)),
    ("rate_limit_exceeded", Some(RateLimited)),
    ("provider_overloaded", Some(Overloaded)),
    ("provider_unavailable", Some(Overloaded)),
    ("invalid_request", Some(InvalidRequest)),
    ("invalid_prompt", Some(InvalidRequest)),
    ("not_found", Some(ModelNotFound)),
    ("precondition_failed", Some(InvalidRequest)),
    ("payload_too_large", Some(InvalidRequest)),
    ("unprocessable", Some(InvalidRequest)),
    ("content_policy_violation", Some(ContentFiltered)),
    ("refusal", Some(ContentFiltered)),
    ("invalid_image", Some(InvalidRequest)),
    ("image_too_large", Some(InvalidRequest)),
    ("image_too_small", Some(InvalidRequest)),
    ("unsupported_image_format", Some(InvalidRequest)),
    ("image_not_found", Some(InvalidRequest)),
    ("image_download_failed", Some(InvalidRequest)),
    ("server", Some(Provider)),
    ("timeout", Some(Timeout)),
    ("unmapped", None),
];

fn refusal_with(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Error {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, HeaderValue::from_static(value));
    }
    // 2025-03-07 00:00:00 UTC.
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_741_305_600);
    Facts::of_answer(status, &map, body.as_bytes(), now).into_error()
}

fn refusal(status: u16, error: Value) -> Error {
    refusal_with(status, &[], &json!({"error": error, "user_id": "user_1"}).to_string())
}

#[test]
fn every_documented_error_type_has_its_kind() {
    assert_eq!(ERROR_TYPES.iter().map(|(name, _)| name).collect::<BTreeSet<_>>().len(), 27);
    for (name, kind) in ERROR_TYPES {
        for status in [400, 429, 500] {
            let wanted = kind.unwrap_or_else(|| by_status(status));
            let error =
                refusal(status, json!({"code": status, "message": "No.", "metadata": {"error_type": name}}));
            assert_eq!((error.kind(), error.code()), (wanted, Some(name)), "{name}, status {status}");
            // As the availability errors have it: without a code, the type straight in the error.
            let error = refusal(status, json!({"message": "No.", "error_type": name, "http_status": status}));
            assert_eq!((error.kind(), error.status()), (wanted, Some(status)), "{name} without a code");
        }
    }
}

#[test]
fn every_row_of_the_table_can_be_reached() {
    for (at, (sign, kind)) in TABLE.iter().enumerate() {
        let error = match *sign {
            Limit(name) => json!({"message": "No.", "metadata": {"limit_source": name}}),
            Metadata(name) => json!({"message": "No.", "metadata": {name: ["x"]}}),
            Availability(name) => json!({"message": "No.", "availability": {"code": name}}),
            Says400(begin, phrase) => json!({"message": format!("{begin}x {phrase}"), "code": 400}),
            Quotes400(phrase) => json!({"message": "No.", "code": 400, "metadata": {"raw": phrase}}),
            Type(name) => json!({"message": "No.", "code": name}),
        };
        assert_eq!(refusal(400, error).kind(), *kind, "row {at}: {sign:?}");
    }
}

#[test]
fn every_status_has_its_kind_when_nothing_else_tells() {
    let table = [
        (400, InvalidRequest),
        (401, Authentication),
        (402, InsufficientCredits),
        (403, PermissionDenied),
        (404, ModelNotFound),
        (408, Timeout),
        (412, InvalidRequest),
        (413, InvalidRequest),
        (422, InvalidRequest),
        (429, RateLimited),
        (500, Provider),
        (502, Overloaded),
        (503, Overloaded),
        (504, Timeout),
        (524, Timeout),
        (529, Overloaded),
    ];
    for (status, kind) in table {
        let error = refusal(status, json!({"code": status, "message": "No."}));
        assert_eq!((error.kind(), error.status(), error.stage()), (kind, Some(status), Stage::Answer));
        assert!(!error.maybe_billed());
        // A page of a CDN, and nothing at all.
        assert_eq!(refusal_with(status, &[], "<html>Bad gateway</html>").kind(), kind);
        assert_eq!(refusal_with(status, &[], "").kind(), kind);
    }
}

#[test]
fn money_that_is_held_by_other_calls_comes_back() {
    let body = json!({"error": {"code": 402, "message": "Too many paid requests are in flight.",
        "metadata": {"error_type": "payment_required", "limit_source": "openrouter_in_flight_budget"}}});
    let error = refusal_with(402, &[("retry-after", "3")], &body.to_string());
    assert_eq!((error.kind(), error.is_retryable()), (RateLimited, true));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
}

#[test]
fn a_402_that_max_tokens_cures_says_so_and_hides_the_balance() {
    let words = "This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can \
                 only afford 3395.";
    let error = refusal(402, json!({"message": words, "code": 402, "metadata": {"provider_name": null}}));
    assert_eq!((error.kind(), error.is_retryable()), (InsufficientCredits, false));
    assert!(error.message().contains("send `max_tokens`"), "{error}");
    assert!(!error.message().contains("3395"), "{error}");
    assert!(error.detail().unwrap().contains("3395"));
}

#[test]
fn budgets_are_about_money_though_their_status_says_permission() {
    for limit in ["openrouter_guardrail_budget", "openrouter_workspace_budget"] {
        let metadata = json!({"limit_source": limit, "limit_usd": 5, "spend_usd": 5.2, "scope": "day"});
        let error = refusal(403, json!({"code": 403, "message": "Budget exceeded", "metadata": metadata}));
        assert_eq!(error.kind(), InsufficientCredits, "{limit}");
    }
}

#[test]
fn moderation_names_its_reasons_and_not_the_words() {
    let metadata =
        json!({"reasons": ["violence"], "flagged_input": "How do I hurt", "provider_name": "OpenAI"});
    let error =
        refusal(403, json!({"code": 403, "message": "Your input was flagged.", "metadata": metadata}));
    assert_eq!((error.kind(), error.is_retryable()), (ContentFiltered, false));
    assert!(error.message().contains("violence"), "{error}");
    assert!(!error.report().contains("hurt"), "{}", error.report());

    let metadata = json!({"patterns": ["ignore all previous instructions"]});
    let error = refusal(403, json!({"code": 403, "message": "Request blocked", "metadata": metadata}));
    assert_eq!(error.kind(), ContentFiltered);
    assert!(!error.report().contains("previous instructions"), "{}", error.report());
}

#[test]
fn a_404_about_the_combination_keeps_its_reason() {
    let error = refusal(404, json!({"code": 404, "message": "No endpoints found that support tool use."}));
    assert_eq!(error.kind(), ModelNotFound);
    assert!(error.message().contains("support tool use"), "{error}");
}

#[test]
fn availability_is_read_where_there_is_no_code() {
    let error = refusal(
        404,
        json!({"message": "No endpoints match your data policy.", "error_type": "not_found", "http_status": 404,
            "availability": {"code": "privacy_restricted", "retryable": false, "excluded_by": ["data_policy:zdr"]}}),
    );
    assert_eq!((error.kind(), error.code()), (ModelNotFound, Some("privacy_restricted")));
    assert!(error.detail().unwrap().contains("data_policy:zdr"));

    let full = |header: &[(&'static str, &'static str)]| {
        let body = json!({"error": {"message": "At capacity.", "error_type": "rate_limit_exceeded", "http_status": 429,
            "availability": {"code": "capacity_exhausted", "retryable": true, "retry_after": 40}}});
        refusal_with(429, header, &body.to_string())
    };
    assert_eq!((full(&[]).kind(), full(&[]).retry_after()), (RateLimited, Some(Duration::from_secs(40))));
    let header = full(&[("retry-after", "7")]);
    assert_eq!(header.retry_after(), Some(Duration::from_secs(7)), "the header comes first");
}

#[test]
fn the_vendors_own_word_on_another_try_counts() {
    let error = refusal(
        429,
        json!({"message": "No.", "availability": {"code": "capacity_exhausted", "retryable": false}}),
    );
    assert!(!error.is_retryable());
    let error = refusal(400, json!({"message": "No.", "code": 400, "metadata": {"retryable": true}}));
    assert!(error.is_retryable());
}

#[test]
fn a_limit_for_the_day_is_not_worth_another_try() {
    let words =
        json!({"error": {"code": 429, "message": "Rate limit exceeded: free-models-per-day"}}).to_string();
    assert!(!refusal_with(429, &[], &words).is_retryable());

    let plain = json!({"error": {"code": 429, "message": "Rate limit exceeded"}}).to_string();
    let soon = refusal_with(429, &[("x-ratelimit-reset", "1741305630000")], &plain);
    assert_eq!((soon.is_retryable(), soon.retry_after()), (true, Some(Duration::from_secs(30))));
    let tomorrow = refusal_with(429, &[("x-ratelimit-reset", "1741392000000")], &plain);
    assert!(!tomorrow.is_retryable());
    let past = refusal_with(429, &[("x-ratelimit-reset", "1741305500000")], &plain);
    assert_eq!((past.is_retryable(), past.retry_after()), (true, None));
}

#[test]
fn what_the_vendor_behind_said_is_for_the_log_only() {
    let raw = format!("key sk-or-v1-0123456789abcdef of {}", "x".repeat(5_000));
    let metadata = json!({"provider_name": "Google", "raw": raw});
    let error =
        refusal(429, json!({"code": 429, "message": "Provider returned error", "metadata": metadata}));
    assert_eq!(error.message(), "Google, behind OpenRouter, answered with an error (status 429)");
    let detail = error.detail().unwrap();
    assert!(detail.contains("raw: key [redacted]"), "{detail}");
    assert!(detail.len() < 1_500, "{} bytes", detail.len());
    assert!(!error.report().contains("0123456789abcdef"));
}

#[test]
fn a_context_that_is_too_long_is_known_by_its_words_even_behind_openrouter() {
    let words = "This endpoint's maximum context length is 131072 tokens. However, you requested about 141607 tokens.";
    assert_eq!(refusal(400, json!({"code": 400, "message": words})).kind(), ContextLength);
    let metadata = json!({"raw": json!({"error": {"code": "context_length_exceeded"}}).to_string()});
    let error =
        refusal(400, json!({"code": 400, "message": "Provider returned error", "metadata": metadata}));
    assert_eq!(error.kind(), ContextLength);
}

#[test]
fn what_the_vendor_behind_misses_is_not_the_model() {
    let metadata = json!({"raw": "the file `file-1` does not exist"});
    let error =
        refusal(400, json!({"code": 400, "message": "Provider returned error", "metadata": metadata}));
    assert_eq!(error.kind(), InvalidRequest);
}

#[test]
fn a_word_for_a_code_is_no_status() {
    let error = Facts::from(Box::new(
        llm_wire::chat_completions::decode_failure(
            br#"{"error":{"code":"server_error","message":"Provider disconnected unexpectedly"}}"#,
        )
        .unwrap(),
    ))
    .into_error();
    assert_eq!((error.kind(), error.status(), error.code()), (Provider, None, Some("server_error")));
}

#[test]
fn a_broken_answer_is_billed_and_keeps_what_it_gave() {
    let error = refusal(502, json!({"code": 502, "message": "No."}));
    let error = broken(error, Partial::new("half", Usage::new().with_tokens(3, 1)));
    assert_eq!((error.stage(), error.maybe_billed()), (Stage::Midstream, true));
    assert_eq!((error.partial().unwrap().text.as_str(), error.usage().output_tokens), ("half", Some(1)));
}

proptest::proptest! {
    #[test]
    fn no_refusal_is_too_strange_to_be_one(status in 300u16..600, body in strange()) {
        let error = refusal_with(status, &[], &body.to_string());
        proptest::prop_assert!(error.message().len() < 500 && error.report().len() < 12_000);
        proptest::prop_assert_eq!(error.stage(), Stage::Answer);
    }
}

/// Errors whose fields have the right names and any values.
fn strange() -> impl proptest::strategy::Strategy<Value = Value> {
    use proptest::prelude::*;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,400}".prop_map(Value::from),
    ];
    let name = proptest::sample::select(vec![
        "error",
        "code",
        "message",
        "metadata",
        "availability",
        "raw",
        "reasons",
        "retry_after",
        "retryable",
        "error_type",
        "http_status",
        "provider_name",
        "limit_source",
        "choices",
    ]);
    let inner = leaf.prop_recursive(4, 24, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(name.clone(), inner, 0..6).prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    });
    inner.prop_map(|error| json!({ "error": error }))
}
