//! Answers, streams and errors, as a client is told of them.

use std::time::Duration;

use llm_core::{CacheHit, ChatEvent, ChatResponse, Collector, Error, ErrorKind, Finish, FinishReason, Usage};
use llm_wire::chat_completions::{Reply, StreamEncoder, decode_response, encode_error, encode_response};
use serde_json::{Value, json};

use crate::payload::{self, play, play_file};

/// The data that a client is sent for events.
fn encoded(events: &[ChatEvent], include_usage: bool) -> Vec<String> {
    let (mut encoder, mut data) = (StreamEncoder::new("chatcmpl-1", include_usage), Vec::new());
    events.iter().for_each(|event| encoder.push(event, &mut data));
    data
}

fn read(body: &[u8]) -> ChatResponse {
    match decode_response(body).unwrap() {
        Reply::Answer(answer) => answer,
        Reply::Failure(failure) => panic!("{failure:?}"),
    }
}

/// An answer without what only the first reader knew: the id is ours now, and the parts of a cost have become one.
fn comparable(mut answer: ChatResponse) -> ChatResponse {
    answer.id = None;
    answer.usage.cost_details = None;
    answer.created = answer.created.filter(|created| *created != 0);
    answer
}

#[test]
fn whole_answers_are_written_as_they_always_were() {
    for name in ["text", "tools", "reasoning", "media"] {
        let answer = read(payload::read(&format!("replies/{name}.json")).as_bytes());
        let body: Value = serde_json::from_slice(&encode_response(&answer, "chatcmpl-1")).unwrap();
        insta::assert_snapshot!(format!("client_{name}"), serde_json::to_string_pretty(&body).unwrap());
    }
}

#[test]
fn a_whole_answer_survives_being_written_and_read() {
    for name in payload::names("replies") {
        let Ok(Reply::Answer(answer)) =
            decode_response(payload::read(&format!("replies/{name}.json")).as_bytes())
        else {
            continue;
        };
        let again = read(&encode_response(&answer, "chatcmpl-1"));
        assert_eq!(again.id.as_deref(), Some("chatcmpl-1"));
        assert_eq!(comparable(again), comparable(answer), "{name}");
    }
}

#[test]
fn streams_are_written_as_they_always_were() {
    for name in
        ["text", "parallel_tools", "custom_tool", "reasoning", "two_answers", "refusal_and_logprobs", "media"]
    {
        insta::assert_snapshot!(
            format!("client_stream_{name}"),
            encoded(&play_file(name).events, true).join("\n")
        );
    }
}

#[test]
fn a_stream_survives_being_written_and_read() {
    for name in payload::names("streams") {
        let played = play_file(&name);
        if played.end.is_some() {
            continue;
        }
        let data = encoded(&played.events, true);
        assert!(data.iter().all(|data| !data.contains('\n')), "{name}");
        let again = play(data.iter().map(String::as_str).chain(["[DONE]"]));
        assert_eq!(comparable(again.collect()), comparable(played.collect()), "{name}");
    }
}

#[test]
fn usage_goes_last_in_a_chunk_without_choices_and_only_to_those_that_asked() {
    let mut usage = Usage::new().with_tokens(1, 2);
    usage.cost = "0.00000950".parse().ok();
    let events = [
        ChatEvent::TextDelta { choice: 0, text: "a".into() },
        ChatEvent::Usage(usage),
        ChatEvent::Alive,
        ChatEvent::Finished(Finish::of(FinishReason::Stop)),
    ];
    let asked = encoded(&events, true);
    assert_eq!(asked.len(), 3);
    let last = r#""choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"cost":0.0000095}}"#;
    assert!(asked[2].ends_with(last), "{}", asked[2]);
    let silent = encoded(&events, false);
    assert_eq!(silent.len(), 2);
    assert!(silent.iter().all(|data| !data.contains("usage")));
}

#[test]
fn money_is_a_number_with_all_its_digits() {
    for cost in ["0.000000000001", "0.1", "1234.000000000009", "9999", "0"] {
        let mut answer = ChatResponse::of_text("m", "a");
        answer.usage.cost = cost.parse().ok();
        let body = String::from_utf8(encode_response(&answer, "id")).unwrap();
        assert!(body.contains(&format!("\"cost\":{cost}}}")), "{body}");
        assert_eq!(read(body.as_bytes()).usage.cost, answer.usage.cost);
    }
}

#[test]
fn the_cost_of_an_own_key_is_told_as_one_sum_that_is_read_as_one() {
    let answer = play_file("usage_without_choices_own_key").collect();
    let again = read(&encode_response(&answer, "id"));
    assert_eq!(again.usage.cost.unwrap().to_string(), "0.00315");
    assert!(!again.usage.cost_details.unwrap().own_key);
}

#[test]
fn an_answer_out_of_our_cache_says_so() {
    let mut answer = ChatResponse::of_text("m", "a");
    answer.cached = Some(CacheHit { age: Duration::from_secs(90) });
    answer.dropped = vec!["reasoning.max_tokens".into()];
    let body: Value = serde_json::from_slice(&encode_response(&answer, "id")).unwrap();
    assert_eq!((&body["cached"], &body["age"]), (&json!(true), &json!(90)));
    assert_eq!(body["dropped"], json!(["reasoning.max_tokens"]));
    let data = encoded(&answer.into_events(), false);
    assert!(data[0].contains(r#""cached":true,"age":90,"dropped":["reasoning.max_tokens"]"#), "{}", data[0]);
}

#[test]
fn an_answer_and_its_stream_are_told_alike() {
    for name in ["text", "tools", "reasoning", "refusal", "media"] {
        let answer = read(payload::read(&format!("replies/{name}.json")).as_bytes());
        let data = encoded(&answer.clone().into_events(), true);
        let mut collector = Collector::new();
        play(data.iter().map(String::as_str)).events.iter().for_each(|event| collector.push(event));
        let mut streamed = comparable(collector.finish().unwrap());
        let mut whole = comparable(answer);
        for answer in [&mut streamed, &mut whole] {
            // A stream cannot tell empty text from none.
            let message = &mut answer.choices[0].message;
            message.content = message.content.take().filter(|content| !content.is_empty());
        }
        assert_eq!(streamed, whole, "{name}");
    }
}

#[test]
fn every_kind_of_error_has_its_status_type_and_code() {
    let rows = ErrorKind::ALL.iter().map(|kind| {
        let (status, body) = encode_error(&Error::new(*kind, "what was wrong"));
        format!("{status} {}", String::from_utf8(body).unwrap())
    });
    insta::assert_snapshot!(rows.collect::<Vec<_>>().join("\n"));
}

#[test]
fn an_error_is_told_without_its_detail() {
    let error = Error::new(ErrorKind::Provider, "the provider broke")
        .with_detail("the vendor's own words")
        .with_code("vendor_code")
        .with_upstream_id("gen-1");
    let (_, body) = encode_error(&error);
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        body,
        json!({"error": {"message": "the provider broke", "type": "api_error", "param": null, "code": "provider"}})
    );
}
