//! Requests, as a client writes them and as a server reads them.

use llm_core::{ChatRequest, ErrorKind, Reasoning, Role, ToolChoice};
use llm_wire::chat_completions::{
    Dialect, MaxTokensField, ReasoningField, ReasoningText, decode_request, encode_request,
};
use serde_json::{Value, json};

use crate::corpus;

/// A dialect that can say everything.
fn eloquent() -> Dialect {
    Dialect::default().with_reasoning(ReasoningField::Object)
}

fn pretty(body: &[u8]) -> String {
    let value: Value = serde_json::from_slice(body).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

fn encoded(request: &ChatRequest, dialect: &Dialect) -> Value {
    serde_json::from_slice(&encode_request(request, false, dialect).unwrap()).unwrap()
}

/// What becomes of a body that is read and written again.
fn again(body: &Value) -> Value {
    let inbound = decode_request(body.to_string().as_bytes()).unwrap();
    serde_json::from_slice(&encode_request(&inbound.request, inbound.stream, &eloquent()).unwrap()).unwrap()
}

/// The complaint about a body.
fn refused(body: Value) -> String {
    let error = decode_request(body.to_string().as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    error.message().to_owned()
}

#[test]
fn the_corpus_is_written_as_it_always_was() {
    for (name, request) in corpus::all() {
        let body = encode_request(&request, name == "full", &eloquent()).unwrap();
        insta::assert_snapshot!(format!("request_{name}"), pretty(&body));
    }
}

#[test]
fn the_corpus_survives_being_written_and_read() {
    for (name, request) in corpus::all() {
        let body = encode_request(&request, false, &eloquent()).unwrap();
        let inbound = decode_request(&body).unwrap();
        let mut expected = request.clone();
        // Options of a stream are not sent with a whole answer.
        expected.extra.shift_remove("stream_options");
        assert_eq!(inbound.request, expected, "{name}");
        assert_eq!(encode_request(&inbound.request, false, &eloquent()).unwrap(), body, "{name}");
    }
}

#[test]
fn each_switch_of_the_dialect_is_a_field() {
    let mut thought = llm_core::Message::assistant("42");
    thought.reasoning = Some("Hm".into());
    thought.reasoning_details = vec![json!({"type": "reasoning.text"})];
    let request = ChatRequest::new("m")
        .message(thought)
        .with_max_output_tokens(5)
        .with_reasoning(Reasoning { effort: Some("low".into()), ..Reasoning::default() });

    let body = encoded(&request, &Dialect::default());
    assert_eq!(body["max_completion_tokens"], 5);
    assert_eq!(body["reasoning_effort"], "low");
    assert_eq!(body["messages"][0]["reasoning"], "Hm");

    let older = Dialect::default()
        .with_max_tokens(MaxTokensField::MaxTokens)
        .with_reasoning(ReasoningField::Object)
        .with_reasoning_text(ReasoningText::ReasoningContent);
    let body = encoded(&request, &older);
    assert_eq!((&body["max_tokens"], &body["max_completion_tokens"]), (&json!(5), &Value::Null));
    assert_eq!((&body["reasoning"], &body["reasoning_effort"]), (&json!({"effort": "low"}), &Value::Null));
    assert_eq!(body["messages"][0]["reasoning_content"], "Hm");
    assert_eq!(body["messages"][0]["reasoning"], Value::Null);

    let silent = Dialect::default().with_reasoning_text(ReasoningText::Omitted);
    assert_eq!(encoded(&request, &silent)["messages"][0], json!({"role": "assistant", "content": "42"}));
}

#[test]
fn a_stream_asks_for_usage_unless_the_dialect_may_not() {
    let body = |dialect: &Dialect| -> Value {
        serde_json::from_slice(&encode_request(&corpus::basic(), true, dialect).unwrap()).unwrap()
    };
    assert_eq!(body(&Dialect::default())["stream_options"], json!({"include_usage": true}));
    let shy = body(&Dialect::default().with_stream_usage(false));
    assert_eq!((&shy["stream"], &shy["stream_options"]), (&json!(true), &Value::Null));
}

#[test]
fn what_the_dialect_cannot_say_is_refused_or_dropped() {
    let mut reasoning = Reasoning { max_tokens: Some(2000), ..Reasoning::default() };
    reasoning.extra.insert("summary".into(), json!("auto"));
    let mut request = corpus::basic().with_reasoning(reasoning);

    let error = encode_request(&request, false, &Dialect::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("`reasoning.max_tokens`, `reasoning.summary`"), "{error}");

    request.options.lenient = true;
    let body = encoded(&request, &Dialect::default());
    assert_eq!((&body["reasoning"], &body["reasoning_effort"]), (&Value::Null, &Value::Null));
}

#[test]
fn reasoning_that_is_switched_off_is_the_effort_none() {
    let off = Reasoning { enabled: Some(false), ..Reasoning::default() };
    let body = encoded(&corpus::basic().with_reasoning(off), &Dialect::default());
    assert_eq!(body["reasoning_effort"], "none");
}

#[test]
fn a_known_field_wins_over_one_of_the_same_name_in_extra() {
    let request = corpus::basic()
        .with_temperature(0.5)
        .with_extra("temperature", 2)
        .with_extra("stream", true)
        .with_extra("top_p", 0.25);
    let text = String::from_utf8(encode_request(&request, false, &eloquent()).unwrap()).unwrap();
    assert!(text.ends_with(r#""temperature":0.5,"top_p":0.25}"#), "{text}");
}

#[test]
fn what_has_no_name_comes_out_as_it_went_in() {
    let body = json!({
        "model": "m",
        "messages": [
            {"role": "referee", "content": [{"type": "text", "text": "a", "new": 1}], "weight": 0},
            {"role": "user", "content": [
                {"type": "image_url", "image_url": {"url": "u", "crop": [1]}, "cache_control": {"type": "ephemeral", "scope": "x"}},
                {"type": "input_video", "video_url": {"url": "u"}},
                {"type": "file", "file": {"file_id": "f"}},
                {"type": "refusal", "refusal": "no"},
                {"text": "without a type"},
            ]},
            {"role": "assistant", "content": null, "annotations": [{"type": "file"}], "prefix": true, "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{", "new": 1}, "index": 0},
                {"id": "b", "type": "custom", "custom": {"name": "sh", "input": "ls", "new": 2}},
                {"id": "c", "type": "computer", "computer": {"x": 1}},
            ]},
            {"role": "tool", "content": [{"type": "text", "text": "t"}], "tool_call_id": "a", "name": "f"},
            {"role": "user", "content": []},
        ],
        "response_format": {"type": "grammar", "grammar": "root"},
        "tools": [
            {"type": "function", "function": {"name": "f", "parameters": {}, "new": 1}, "beside": 2},
            {"type": "custom", "custom": {"name": "sh"}},
        ],
        "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}},
        "reasoning": {"max_tokens": 5, "summary": "auto"},
        "plugins": [{"id": "web", "enabled": false}],
        "transforms": [],
        "logit_bias": {"1": 1.5},
        "new": {"deep": [null, 1e3]},
    });
    assert_eq!(again(&body), body);
}

#[test]
fn numbers_keep_every_digit() {
    let text = r#"{"messages":[],"temperature":1.9221499399522721,"x":[0.30000000000000004,1e-7,18446744073709551615]}"#;
    let request = decode_request(text.as_bytes()).unwrap().request;
    assert_eq!(String::from_utf8(encode_request(&request, false, &eloquent()).unwrap()).unwrap(), text);
}

#[test]
fn choices_of_tools_and_formats_of_every_kind_come_out_as_they_went_in() {
    let choices = [
        json!("none"),
        json!("auto"),
        json!("required"),
        json!("any"),
        json!({"type": "function", "function": {"name": "f"}}),
        json!({"type": "function", "function": {"name": "f", "new": 1}}),
        json!({"type": "custom", "custom": {"name": "f"}}),
    ];
    for choice in choices {
        let body = json!({"model": "m", "messages": [], "tool_choice": choice});
        assert_eq!(again(&body), body);
    }
    let formats = [
        json!({"type": "text"}),
        json!({"type": "json_object"}),
        json!({"type": "json_object", "new": 1}),
        json!({"type": "json_schema", "json_schema": {"name": "n", "schema": {}, "new": 1}}),
        json!({"type": "json_schema", "json_schema": {"name": "n"}, "new": 1}),
        json!({"type": "python"}),
    ];
    for format in formats {
        let body = json!({"model": "m", "messages": [], "response_format": format});
        assert_eq!(again(&body), body);
    }
}

#[test]
fn older_names_mean_the_newer_ones() {
    let body = json!({
        "model": "m", "max_tokens": 5, "stop": "END", "reasoning_effort": "high", "temperature": null, "stream": true,
        "stream_options": {"include_usage": true, "include_obfuscation": false},
        "messages": [{"role": "assistant", "content": "a", "reasoning_content": "Hm"}],
    });
    let inbound = decode_request(body.to_string().as_bytes()).unwrap();
    assert!(inbound.stream && inbound.include_usage);
    let request = inbound.request;
    assert_eq!(request.max_output_tokens, Some(5));
    assert_eq!(request.stop, ["END"]);
    assert_eq!(request.reasoning.unwrap().effort, Some("high".into()));
    assert_eq!(request.messages[0].reasoning.as_deref(), Some("Hm"));
    assert_eq!(
        serde_json::to_value(&request.extra).unwrap(),
        json!({"stream_options": {"include_obfuscation": false}})
    );
}

#[test]
fn openrouters_older_switch_for_usage_counts() {
    let inbound = decode_request(br#"{"messages":[],"usage":{"include":true}}"#).unwrap();
    assert!(inbound.include_usage);
    assert_eq!(inbound.request.extra["usage"], json!({"include": true}));
}

#[test]
fn two_names_of_one_field_may_agree_but_not_contradict() {
    let both = |a: u32, b: u32| json!({"messages": [], "max_tokens": a, "max_completion_tokens": b});
    let agreed = decode_request(both(5, 5).to_string().as_bytes()).unwrap();
    assert_eq!(agreed.request.max_output_tokens, Some(5));
    assert!(refused(both(5, 6)).contains("`max_tokens`"));
    let efforts = json!({"messages": [], "reasoning_effort": "low", "reasoning": {"effort": "high"}});
    assert!(refused(efforts).contains("`reasoning_effort`"));
}

#[test]
fn a_wrong_value_is_refused_with_its_place_and_without_itself() {
    let text_part =
        |text: Value| json!({"messages": [{"role": "user", "content": [{"type": "text", "text": text}]}]});
    assert_eq!(refused(text_part(json!(["secret"]))), "`messages[0].content[0].text`: expected a string");
    let cases = [
        (json!([]), "`body`"),
        (json!({"model": "m"}), "`messages`"),
        (json!({"messages": {}}), "`messages`"),
        (json!({"messages": ["secret"]}), "`messages[0]`"),
        (json!({"messages": [{"content": "secret"}]}), "`messages[0].role`"),
        (json!({"messages": [{"role": "user", "content": 5}]}), "`messages[0].content`"),
        (
            json!({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}),
            "`messages[0].content[0].image_url`",
        ),
        (
            json!({"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "secret"}}]}]}),
            "`messages[0].content[0].input_audio.format`",
        ),
        (
            json!({"messages": [{"role": "assistant", "tool_calls": [{"id": "a"}]}]}),
            "`messages[0].tool_calls[0].function`",
        ),
        (json!({"messages": [], "temperature": "secret"}), "`temperature`"),
        (json!({"messages": [], "max_tokens": -1}), "`max_tokens`"),
        (json!({"messages": [], "seed": 18446744073709551615u64}), "`seed`"),
        (json!({"messages": [], "n": 4294967296u64}), "`n`"),
        (json!({"messages": [], "stop": [1]}), "`stop`"),
        (json!({"messages": [], "metadata": {"k": 1}}), "`metadata.k`"),
        (json!({"messages": [], "logit_bias": {"k": "secret"}}), "`logit_bias.k`"),
        (
            json!({"messages": [], "tools": [{"type": "function", "function": {}}]}),
            "`tools[0].function.name`",
        ),
        (
            json!({"messages": [], "response_format": {"type": "json_schema", "json_schema": {}}}),
            "`response_format.json_schema.name`",
        ),
        (json!({"messages": [], "stream": "secret"}), "`stream`"),
    ];
    for (body, place) in cases {
        let message = refused(body);
        assert!(message.starts_with(place), "{message} does not begin with {place}");
        assert!(!message.contains("secret"), "{message}");
    }
}

#[test]
fn a_body_that_is_not_json_is_refused_with_the_place_of_the_fault() {
    let error = decode_request(b"{\"messages\": [secret]}").unwrap_err();
    assert_eq!(error.message(), "the body of the request cannot be read: it is not JSON, line 1 column 15");
    let deep = format!("{{\"messages\":{}", "[".repeat(100_000));
    assert_eq!(decode_request(deep.as_bytes()).unwrap_err().kind(), ErrorKind::InvalidRequest);
}

#[test]
fn a_model_that_is_not_named_is_left_to_the_service() {
    let inbound = decode_request(br#"{"messages":[]}"#).unwrap();
    assert_eq!(inbound.request.model, "");
    assert_eq!(again(&json!({"messages": []})), json!({"messages": []}));
}

#[test]
fn calls_without_an_id_get_ones_that_differ() {
    let call = json!({"type": "function", "function": {"name": "f", "arguments": {"a": 1}}});
    let body = json!({"messages": [
        {"role": "assistant", "tool_calls": [call, call]}, {"role": "assistant", "tool_calls": [call]},
    ]});
    let messages = decode_request(body.to_string().as_bytes()).unwrap().request.messages;
    assert_eq!(messages[0].role, Role::Assistant);
    let ids: std::collections::BTreeSet<_> =
        messages.iter().flat_map(|message| &message.tool_calls).map(|call| call.id.as_str()).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(messages[0].tool_calls[0].arguments, r#"{"a":1}"#);
}

#[test]
fn a_named_choice_is_a_function() {
    let body = br#"{"messages":[],"tool_choice":{"type":"function","function":{"name":"f"}}}"#;
    assert_eq!(decode_request(body).unwrap().request.tool_choice, Some(ToolChoice::Function("f".into())));
}
