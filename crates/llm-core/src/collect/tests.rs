use serde_json::json;

use crate::{
    ChatEvent, ChatResponse, Collector, CostSource, Finish, FinishReason, Message, Role, Started, ToolCall,
    Usage,
};

fn collect(events: &[ChatEvent]) -> Option<ChatResponse> {
    let mut collector = Collector::new();
    events.iter().for_each(|event| collector.push(event));
    collector.finish()
}

#[test]
fn an_answer_survives_its_own_events() {
    let mut message = Message::new(Role::Assistant, "It is sunny.");
    message.reasoning = Some("Let me look.".into());
    message.reasoning_details = vec![
        json!({"type": "reasoning.text", "text": "Let me look.", "signature": "sig", "index": 0}),
        json!({"type": "reasoning.encrypted", "data": "abc", "index": 1}),
    ];
    message.tool_calls = vec![
        ToolCall {
            id: "a".into(),
            name: "weather".into(),
            arguments: r#"{"city":"Rome"}"#.into(),
            ..ToolCall::default()
        },
        ToolCall { id: "b".into(), name: "time".into(), ..ToolCall::default() },
    ];
    message.extra.insert("annotations".into(), json!([{"type": "url_citation"}]));
    let mut response = ChatResponse::new("m-1", message, FinishReason::ToolCalls);
    response.id = Some("gen-1".into());
    response.choices[0].native_finish_reason = Some("tool_use".into());
    response.choices[0].logprobs = Some(json!({"content": [{"token": "It"}]}));
    response.usage = Usage::new().with_tokens(10, 5).with_cost("0.25".parse().unwrap(), CostSource::Provider);
    assert_eq!(collect(&response.clone().into_events()), Some(response));
}

#[test]
fn pieces_of_reasoning_items_join_by_index_and_type() {
    let piece = |value| ChatEvent::ReasoningDelta { choice: 0, text: String::new(), details: vec![value] };
    let response = collect(&[
        piece(json!({"type": "reasoning.text", "text": "a", "index": 0, "signature": null, "format": "x"})),
        piece(json!({"type": "reasoning.text", "text": "b", "index": 0, "format": null})),
        piece(json!({"type": "reasoning.text", "index": 0, "signature": "s"})),
        piece(json!({"type": "reasoning.encrypted", "data": "d", "index": 0})),
        piece(json!({"type": "reasoning.text", "text": "alone"})),
        piece(json!({"type": "reasoning.text", "text": "too"})),
        ChatEvent::Finished(Finish::of(FinishReason::Stop)),
    ])
    .unwrap();
    assert_eq!(
        response.choices[0].message.reasoning_details,
        [
            json!({"type": "reasoning.text", "text": "ab", "index": 0, "signature": "s", "format": "x"}),
            json!({"type": "reasoning.encrypted", "data": "d", "index": 0}),
            json!({"type": "reasoning.text", "text": "alone"}),
            json!({"type": "reasoning.text", "text": "too"}),
        ]
    );
}

#[test]
fn ids_and_names_of_tool_calls_are_taken_once() {
    let piece = |id: Option<&str>, name: Option<&str>, arguments: &str| ChatEvent::ToolCallDelta {
        choice: 0,
        index: 0,
        id: id.map(Into::into),
        name: name.map(Into::into),
        arguments: arguments.into(),
        extra: crate::Extra::new(),
    };
    let response = collect(&[
        piece(Some("c1"), Some("f"), ""),
        piece(Some("c1"), Some("f"), "{\"a\""),
        piece(None, None, ":1}"),
        ChatEvent::Finished(Finish::of(FinishReason::ToolCalls)),
    ])
    .unwrap();
    let call = &response.tool_calls()[0];
    assert_eq!((&*call.id, &*call.name), ("c1", "f"));
    assert_eq!(call.parse_arguments().unwrap(), json!({"a": 1}));
}

#[test]
fn the_last_word_on_usage_counts_and_silence_does_not_erase() {
    let response = collect(&[
        ChatEvent::Started(Started { model: "m".into(), ..Started::default() }),
        ChatEvent::Usage(Usage::new().with_tokens(3, 1)),
        ChatEvent::Usage(Usage { output_tokens: Some(7), ..Usage::new() }),
        ChatEvent::Finished(Finish::of(FinishReason::Stop)),
    ])
    .unwrap();
    assert_eq!((response.usage.input_tokens, response.usage.output_tokens), (Some(3), Some(7)));
}

#[test]
fn without_an_end_there_is_no_answer() {
    assert_eq!(collect(&[ChatEvent::TextDelta { choice: 0, text: "half".into() }]), None);
}
