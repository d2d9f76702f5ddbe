//! Embeddings, both ways.

use llm_core::{CostSource, EmbedInput, EmbedRequest, ErrorKind};
use llm_wire::chat_completions::{
    EmbedFormat, Reply, decode_embed_request, decode_embed_response, encode_embed_request,
    encode_embed_response,
};
use serde_json::{Value, json};

#[test]
fn a_request_survives_being_read_and_written() {
    let inputs = [
        json!("a"),
        json!(["a", "b"]),
        json!([1, 2]),
        json!([[1], [2]]),
        json!([{"type": "text", "text": "a"}]),
    ];
    for input in inputs {
        let body = json!({"model": "m", "input": input, "dimensions": 3, "user": "u", "encoding_format": "base64", "new": 1});
        let request = decode_embed_request(body.to_string().as_bytes()).unwrap();
        assert_eq!(EmbedFormat::of(&request), EmbedFormat::Base64);
        let again: Value = serde_json::from_slice(&encode_embed_request(&request).unwrap()).unwrap();
        assert_eq!(again, body);
    }
}

#[test]
fn a_request_says_what_is_asked_and_no_more() {
    let body = encode_embed_request(&EmbedRequest::new("m", "a")).unwrap();
    assert_eq!(body, br#"{"model":"m","input":"a"}"#);
    let request = decode_embed_request(&body).unwrap();
    assert_eq!(request.input, EmbedInput::Text("a".into()));
    assert_eq!(EmbedFormat::of(&request), EmbedFormat::Float);
}

#[test]
fn a_wrong_request_is_refused_with_its_place() {
    for (body, place) in [
        ("{}", "`input`"),
        (r#"{"input":5}"#, "`input`"),
        (r#"{"input":"a","dimensions":-1}"#, "`dimensions`"),
    ] {
        let error = decode_embed_request(body.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.message().starts_with(place), "{error}");
    }
}

#[test]
fn vectors_are_read_as_numbers_and_as_base64_in_the_order_of_the_inputs() {
    let body = json!({
        "object": "list", "model": "m-1", "id": "gen-1",
        "data": [
            {"object": "embedding", "index": 1, "embedding": "AACAPwAAIMA="},
            {"object": "embedding", "index": 0, "embedding": [0.5, -1]},
        ],
        "usage": {"prompt_tokens": 4, "total_tokens": 4, "cost": 8e-8},
    });
    let Reply::Answer(answer) = decode_embed_response(body.to_string().as_bytes()).unwrap() else { panic!() };
    let vectors: Vec<_> =
        answer.embeddings.iter().map(|embedding| (embedding.index, embedding.vector.as_slice())).collect();
    assert_eq!(vectors, [(0, [0.5f32, -1.0].as_slice()), (1, [1.0, -2.5].as_slice())]);
    assert_eq!(answer.usage.cost.unwrap().to_string(), "0.00000008");
    assert_eq!(answer.usage.cost_source, CostSource::Provider);

    for format in [EmbedFormat::Float, EmbedFormat::Base64] {
        let again = decode_embed_response(&encode_embed_response(&answer, format)).unwrap();
        assert_eq!(again, Reply::Answer(answer.clone()), "{format:?}");
    }
}

#[test]
fn an_error_in_place_of_vectors_is_a_failure() {
    for body in [r#"{"error":{"message":"no","code":400}}"#, r#"{"detail":"no"}"#, r#"[{"error":"no"}]"#] {
        let Reply::Failure(failure) = decode_embed_response(body.as_bytes()).unwrap() else {
            panic!("{body}")
        };
        assert_eq!(failure.message, "no");
    }
}

#[test]
fn what_is_no_vector_is_an_error() {
    for body in [
        "",
        "{}",
        r#"{"data":[{"embedding":"!"}]}"#,
        r#"{"data":[{"embedding":{}}]}"#,
        r#"{"data":[{"embedding":["a"]}]}"#,
    ] {
        let error = decode_embed_response(body.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{body}");
    }
}
