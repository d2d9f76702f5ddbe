//! Streams, as a provider sends them.

use llm_core::{ChatEvent, ErrorKind, FinishReason, Stage};
use llm_wire::chat_completions::{Reply, StreamDecoder, StreamFailure, decode_response};
use serde_json::json;

use crate::payload::{self, Played, play, play_file};

fn usages(played: &Played) -> usize {
    played.events.iter().filter(|event| matches!(event, ChatEvent::Usage(_))).count()
}

fn terminals(played: &Played) -> usize {
    played.events.iter().filter(|event| matches!(event, ChatEvent::Finished(_))).count()
}

#[test]
fn each_stream_is_read_as_it_always_was() {
    for name in payload::names("streams") {
        insta::assert_snapshot!(format!("stream_{name}"), play_file(&name).transcript());
    }
}

#[test]
fn a_stream_has_one_beginning_and_one_terminal_item() {
    for name in payload::names("streams") {
        let played = play_file(&name);
        let started = played.events.iter().position(|event| matches!(event, ChatEvent::Started(_)));
        assert_eq!(started, Some(0), "{name}");
        assert_eq!(terminals(&played) + usize::from(played.end.is_some()), 1, "{name}");
        if played.end.is_none() {
            assert!(matches!(played.events.last(), Some(ChatEvent::Finished(_))), "{name}");
        }
    }
}

#[test]
fn usage_precedes_the_end_in_all_three_shapes() {
    let costs = [
        ("text", "0.0000095"),
        ("usage_without_choices_own_key", "0.00315"),
        ("usage_behind_null_reason", "0.000001"),
    ];
    for (name, cost) in costs {
        let played = play_file(name);
        assert_eq!((usages(&played), terminals(&played)), (1, 1), "{name}");
        let answer = played.collect();
        assert_eq!(answer.usage.cost.unwrap().to_string(), cost, "{name}");
        assert_eq!(answer.finish_reason(), Some(&FinishReason::Stop), "{name}");
    }
}

#[test]
fn usage_that_is_repeated_is_given_once() {
    let chunk =
        r#"{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#;
    assert_eq!(usages(&play([chunk, chunk])), 1);
}

#[test]
fn a_stream_that_ends_before_the_answer_is_interrupted() {
    for name in ["cut_text", "done_without_reason", "one_of_two_ended"] {
        let end = play_file(name).end.unwrap();
        assert_eq!((end.kind(), end.stage()), (ErrorKind::StreamInterrupted, Stage::Truncated), "{name}");
        assert!(end.maybe_billed());
    }
    assert_eq!(play([]).end.unwrap().kind(), ErrorKind::StreamInterrupted);
    assert_eq!(play(["[DONE]"]).end.unwrap().kind(), ErrorKind::StreamInterrupted);
}

#[test]
fn a_missing_end_marker_behind_the_reason_is_no_loss() {
    let played = play([r#"{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}"#]);
    assert_eq!(played.collect().text(), "a");
}

#[test]
fn an_empty_reason_ends_an_answer_only_with_the_end_marker() {
    let chunk = r#"{"choices":[{"delta":{"content":"a"},"finish_reason":""}]}"#;
    assert_eq!(play([chunk, "[DONE]"]).collect().finish_reason(), Some(&FinishReason::Other(String::new())));
    assert_eq!(play([chunk]).end.unwrap().kind(), ErrorKind::StreamInterrupted);
}

#[test]
fn an_error_breaks_the_stream_and_what_came_with_it_stays() {
    let played = play_file("error_with_choices");
    let Some(StreamFailure::Failure(failure)) = &played.failure else { panic!("{played:?}") };
    assert_eq!((failure.status, failure.error_type()), (Some(429), Some("rate_limit_exceeded")));
    let text: String = played.events.iter().filter_map(ChatEvent::as_text).collect();
    assert_eq!(text, "Hello");
    let usage = played.events.iter().find_map(|event| match event {
        ChatEvent::Usage(usage) => usage.cost,
        _ => None,
    });
    assert_eq!(usage.unwrap().to_string(), "0.00001");
    assert_eq!(played.end.unwrap().kind(), ErrorKind::InvalidResponse, "no end makes it whole");
}

#[test]
fn errors_in_every_shape_are_failures() {
    let cases = [
        ("error_alone", "The server had an error", None),
        ("error_code_as_text", "Provider disconnected", Some("server_error")),
        ("error_as_text", "over capacity", Some("overloaded")),
        ("error_as_reason", "the answer ended with the finish reason `error`", Some("error")),
        (
            "out_of_resources",
            "the answer ended with the finish reason `insufficient_system_resource`",
            Some("insufficient_system_resource"),
        ),
    ];
    for (name, message, code) in cases {
        let played = play_file(name);
        let Some(StreamFailure::Failure(failure)) = &played.failure else { panic!("{name}: {played:?}") };
        assert_eq!((failure.message.as_str(), failure.code.as_deref()), (message, code), "{name}");
    }
    let groq = play([r#"{"choices":[],"x_groq":{"error":"over_capacity"}}"#]);
    assert!(
        matches!(groq.failure, Some(StreamFailure::Failure(failure)) if failure.message == "over_capacity")
    );
}

#[test]
fn the_limit_on_tokens_behind_the_reason_length_is_no_failure() {
    let played = play_file("length_then_limit");
    assert_eq!(played.failure, None);
    let answer = played.collect();
    assert_eq!(answer.finish_reason(), Some(&FinishReason::Length));
    assert_eq!(answer.usage.cost, Some(llm_core::Usd::ZERO));

    let limit = r#"{"error":{"code":400,"message":"Token limit reached"},"choices":[]}"#;
    assert!(play([limit]).failure.is_some(), "without the reason it is one");
    let length = r#"{"choices":[{"delta":{"content":"a"},"finish_reason":"length"}]}"#;
    let other = r#"{"error":{"code":502,"message":"Bad gateway"},"choices":[]}"#;
    assert!(play([length, other]).failure.is_some(), "another error is one");
}

#[test]
fn a_malformed_event_is_remembered_and_not_quoted() {
    let mut decoder = StreamDecoder::new();
    let mut events = Vec::new();
    let failure = decoder.push(r#"{"choices":[{"delta":{"content":"secret"#, &mut events).unwrap_err();
    let StreamFailure::Malformed(text) = failure else { panic!("{failure:?}") };
    assert_eq!(text, "the JSON ends too early, line 1 column 39");
    let end = r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#;
    decoder.push(end, &mut events).unwrap();
    assert_eq!(decoder.finish(&mut events).unwrap_err().stage(), Stage::Protocol);
}

#[test]
fn content_of_a_surprising_type_is_malformed_and_not_dropped() {
    for delta in [
        json!({"content": 5}),
        json!("text"),
        json!({"tool_calls": {"id": "a"}}),
        json!({"content": {"a": 1}}),
    ] {
        let chunk = json!({"choices": [{"delta": delta}]}).to_string();
        assert!(matches!(play([&*chunk]).failure, Some(StreamFailure::Malformed(_))), "{chunk}");
    }
}

#[test]
fn what_follows_the_end_marker_is_ignored() {
    let end = r#"{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}"#;
    let (mut decoder, mut events) = (StreamDecoder::new(), Vec::new());
    for data in [end, " [DONE] ", "not JSON", r#"{"error":"late"}"#] {
        decoder.push(data, &mut events).unwrap();
    }
    decoder.finish(&mut events).unwrap();
    let given = events.len();
    decoder.finish(&mut events).unwrap();
    assert_eq!(events.len(), given, "the end is given once");
}

#[test]
fn a_cut_call_ends_by_length() {
    let answer = play_file("cut_tool").collect();
    assert_eq!(answer.finish_reason(), Some(&FinishReason::Length));
    assert_eq!(answer.choices[0].native_finish_reason.as_deref(), Some("max_output_tokens"));
}

#[test]
fn odd_servers_tool_calls_are_told_apart() {
    let answer = play_file("odd_tools").collect();
    assert_eq!(answer.finish_reason(), Some(&FinishReason::ToolCalls));
    let calls: Vec<_> =
        answer.tool_calls().iter().map(|call| (call.name.as_str(), call.arguments.as_str())).collect();
    assert_eq!(calls, [("read", r#"{"path":"a"}"#), ("write", r#"{"path":"b","n":1}"#), ("stat", "")]);
    let ids: Vec<_> = answer.tool_calls().iter().map(|call| call.id.as_str()).collect();
    assert_eq!((ids[0], ids[2]), ("toolu_1", "toolu_3"));
    assert!(ids[1].starts_with("call_") && ids[1].ends_with("_0_1"), "{}", ids[1]);

    let answer = play_file("tools_without_index").collect();
    let calls: Vec<_> =
        answer.tool_calls().iter().map(|call| (call.id.as_str(), call.arguments.as_str())).collect();
    assert_eq!(calls, [("a", r#"{"x":1}"#), ("b", "{}")]);
}

#[test]
fn several_whole_calls_without_ids_in_one_chunk_are_several() {
    let call = json!({"function": {"name": "f", "arguments": "{}"}});
    let chunk = json!({"id": "r1", "choices": [{"delta": {"tool_calls": [call, call]}, "finish_reason": "tool_calls"}]});
    let answer = play([&*chunk.to_string()]).collect();
    assert_eq!(answer.tool_calls().len(), 2);
    assert_ne!(answer.tool_calls()[0].id, answer.tool_calls()[1].id);
}

#[test]
fn a_call_gets_the_same_id_in_a_stream_and_in_a_whole_answer() {
    let call = json!({"type": "function", "function": {"name": "f", "arguments": "{}"}});
    let whole =
        json!({"id": "r1", "choices": [{"message": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]});
    let stream =
        json!({"id": "r1", "choices": [{"delta": {"tool_calls": [call]}, "finish_reason": "tool_calls"}]});
    let Reply::Answer(whole) = decode_response(whole.to_string().as_bytes()).unwrap() else { panic!() };
    assert_eq!(play([&*stream.to_string()]).collect().tool_calls(), whole.tool_calls());
}

#[test]
fn a_server_that_makes_up_an_id_for_each_piece_makes_one_call() {
    let piece = |id: &str, name: Option<&str>, arguments: &str| {
        json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "id": id, "function": {"name": name, "arguments": arguments}}]}}]})
            .to_string()
    };
    let end = r#"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#;
    let pieces = [piece("x1", Some("f"), "{\"a\""), piece("x2", None, ":1}")];
    let answer = play([&*pieces[0], &pieces[1], end]).collect();
    assert_eq!(answer.tool_calls().len(), 1);
    assert_eq!((&*answer.tool_calls()[0].id, &*answer.tool_calls()[0].arguments), ("x1", "{\"a\":1}"));
}

#[test]
fn errors_without_an_envelope_and_in_a_list_are_failures() {
    let cases = [
        (r#"{"object":"error","message":"broke","type":"BadRequestError","code":400}"#, Some(400)),
        (r#"[{"error":{"code":503,"message":"broke"}}]"#, Some(503)),
        (r#"{"error":{"message":"broke"},"choices":"none"}"#, None),
    ];
    for (data, status) in cases {
        let Some(StreamFailure::Failure(failure)) = play([data]).failure else { panic!("{data}") };
        assert_eq!((failure.message.as_str(), failure.status), ("broke", status));
    }
}

#[test]
fn reasoning_of_a_surprising_type_costs_nothing() {
    let chunk = r#"{"choices":[{"delta":{"content":"a","reasoning":{"x":1},"thinking":true},"finish_reason":"stop"}]}"#;
    assert_eq!(play([chunk]).collect().text(), "a");
}

#[test]
fn empty_pieces_are_no_content() {
    let chunk = r#"{"id":"r1","choices":[{"delta":{"role":"assistant","content":"","refusal":null,"annotations":[],
        "audio":{},"provider_specific_fields":null,"note":""}}]}"#;
    let events = play([chunk]).events;
    assert!(matches!(events.as_slice(), [ChatEvent::Started(_)]), "{events:?}");
}

#[test]
fn a_message_in_place_of_deltas_is_content_and_beside_them_is_not() {
    let message = r#"{"choices":[{"message":{"content":"whole"},"finish_reason":"stop"}]}"#;
    assert_eq!(play([message]).collect().text(), "whole");
    let both = r#"{"choices":[{"delta":{"content":"a"},"message":{"content":"all a"}}]}"#;
    let end = r#"{"choices":[{"message":{"content":"all a"},"finish_reason":"stop"}]}"#;
    assert_eq!(play([both, end]).collect().text(), "a");
}

#[test]
fn an_error_that_says_nothing_is_none() {
    for nothing in ["null", "false", "\"\""] {
        let chunk = format!(
            r#"{{"error":{nothing},"choices":[{{"delta":{{"content":"a"}},"finish_reason":"stop"}}]}}"#
        );
        assert_eq!(play([&*chunk]).collect().text(), "a", "{nothing}");
    }
}

#[test]
fn an_answer_that_never_began_is_missed_unless_the_end_marker_came() {
    let whole = r#"{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}"#;
    let ended = |marker: bool| {
        let (mut decoder, mut events) = (StreamDecoder::new().with_choices(2), Vec::new());
        decoder.push(whole, &mut events).unwrap();
        if marker {
            decoder.push("[DONE]", &mut events).unwrap();
        }
        decoder.finish(&mut events)
    };
    assert_eq!(ended(false).unwrap_err().kind(), llm_core::ErrorKind::StreamInterrupted);
    assert!(ended(true).is_ok(), "a server may ignore how many were asked for");
}
