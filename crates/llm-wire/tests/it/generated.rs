//! Generated requests survive being written and read.

use llm_core::{
    CacheControl, ChatRequest, Content, ContentPart, Extra, Message, Reasoning, ResponseFormat, Role,
    TextPart, Tool, ToolCall, ToolChoice, ToolFunction,
};
use llm_wire::chat_completions::{
    Dialect, MaxTokensField, ReasoningField, ReasoningText, decode_request, encode_request,
};
use proptest::{collection::vec, option, prelude::*, string::string_regex};
use serde_json::{Value, json};

fn text() -> impl Strategy<Value = String> {
    string_regex("[ -~äß€\u{1F600}\\n\\\\\"]{0,12}").unwrap()
}

fn word() -> impl Strategy<Value = String> {
    string_regex("[a-z_]{1,8}").unwrap()
}

/// A value that is not `null`: what is `null` is not kept.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((word(), inner), 0..4).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Fields that nothing has a name for.
fn extra() -> impl Strategy<Value = Extra> {
    vec((word().prop_map(|word| format!("x_{word}")), value()), 0..3)
        .prop_map(|fields| fields.into_iter().collect())
}

fn cache_control() -> impl Strategy<Value = Option<CacheControl>> {
    option::of((word(), option::of(word()), extra()).prop_map(|(kind, ttl, extra)| CacheControl {
        kind,
        ttl,
        extra,
    }))
}

fn part() -> impl Strategy<Value = ContentPart> {
    let plain = (text(), cache_control(), extra())
        .prop_map(|(text, cache_control, extra)| ContentPart::Text(TextPart { text, cache_control, extra }));
    let other = (word(), extra()).prop_map(|(kind, mut extra)| {
        extra.insert("type".into(), json!(format!("x_{kind}")));
        ContentPart::Other { value: Value::Object(extra) }
    });
    prop_oneof![
        plain,
        text().prop_map(ContentPart::image),
        (text(), word()).prop_map(|(data, format)| ContentPart::audio(data, format)),
        (text(), text()).prop_map(|(name, data)| ContentPart::file(name, data)),
        other,
    ]
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![text().prop_map(Content::Text), vec(part(), 0..4).prop_map(Content::Parts)]
}

fn call() -> impl Strategy<Value = ToolCall> {
    (word(), word(), text(), extra(), extra()).prop_map(|(id, name, arguments, function_extra, extra)| {
        ToolCall { id, name, arguments, function_extra, extra }
    })
}

prop_compose! {
    fn message()(
        role in prop_oneof![Just("system"), Just("user"), Just("assistant"), Just("tool"), Just("referee")],
        content in option::of(content()),
        name in option::of(text()),
        calls in vec(call(), 0..3),
        call_id in option::of(word()),
        reasoning in option::of(text()),
        details in vec(value(), 0..3),
        refusal in option::of(text()),
        extra in extra(),
    ) -> Message {
        let mut message = Message::empty(Role::from(role));
        message.content = content;
        message.name = name;
        message.tool_calls = calls;
        message.tool_call_id = call_id;
        message.reasoning = reasoning;
        message.reasoning_details = details;
        message.refusal = refusal;
        message.extra = extra;
        message
    }
}

fn tool() -> impl Strategy<Value = Tool> {
    let function = (
        word(),
        option::of(text()),
        option::of(value()),
        option::of(any::<bool>()),
        cache_control(),
        extra(),
        extra(),
    )
        .prop_map(|(name, description, parameters, strict, cache_control, function_extra, extra)| {
            Tool::Function(ToolFunction {
                name,
                description,
                parameters,
                strict,
                cache_control,
                function_extra,
                extra,
            })
        });
    let other = word().prop_map(|kind| Tool::Other { value: json!({"type": format!("x:{kind}")}) });
    prop_oneof![function, other]
}

fn choice() -> impl Strategy<Value = ToolChoice> {
    prop_oneof![
        Just(ToolChoice::None),
        Just(ToolChoice::Auto),
        Just(ToolChoice::Required),
        word().prop_map(ToolChoice::Function),
        word().prop_map(|kind| ToolChoice::Other(json!({"type": format!("x_{kind}")}))),
    ]
}

prop_compose! {
    fn reasoning()(
        effort in option::of(word()),
        max_tokens in option::of(any::<u64>()),
        exclude in option::of(any::<bool>()),
        enabled in option::of(any::<bool>()),
        extra in extra(),
    ) -> Reasoning {
        Reasoning { effort: effort.map(|effort| effort.as_str().into()), max_tokens, exclude, enabled, extra }
    }
}

prop_compose! {
    fn request()(
        model in word(),
        messages in vec(message(), 0..4),
        max_output_tokens in option::of(any::<u64>()),
        temperature in option::of(0.0..2.0f64),
        top_k in option::of(any::<u64>()),
        seed in option::of(any::<i64>()),
        stop in vec(text(), 0..3),
        tools in vec(tool(), 0..3),
        tool_choice in option::of(choice()),
        reasoning in option::of(reasoning()),
        (format, metadata, cache_control, extra) in (
            option::of(Just(ResponseFormat::JsonObject)),
            proptest::collection::btree_map(word(), text(), 0..3),
            cache_control(),
            extra(),
        ),
    ) -> ChatRequest {
        let mut request = ChatRequest::new(model);
        request.messages = messages;
        request.max_output_tokens = max_output_tokens;
        request.temperature = temperature;
        request.top_k = top_k;
        request.seed = seed;
        request.stop = stop;
        request.tools = tools;
        request.tool_choice = tool_choice;
        request.reasoning = reasoning;
        request.response_format = format;
        request.metadata = metadata;
        request.cache_control = cache_control;
        request.extra = extra;
        request
    }
}

fn dialect() -> impl Strategy<Value = Dialect> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(max_tokens, content, usage)| {
        let dialect = Dialect::default().with_reasoning(ReasoningField::Object).with_stream_usage(usage);
        let dialect = if max_tokens { dialect.with_max_tokens(MaxTokensField::MaxTokens) } else { dialect };
        if content { dialect.with_reasoning_text(ReasoningText::ReasoningContent) } else { dialect }
    })
}

proptest! {
    #[test]
    fn a_generated_request_survives_being_written_and_read(request in request(), stream: bool, dialect in dialect()) {
        let body = encode_request(&request, stream, &dialect).unwrap();
        let inbound = decode_request(&body).unwrap();
        prop_assert_eq!(&inbound.request, &request);
        prop_assert_eq!(inbound.stream, stream);
        prop_assert_eq!(inbound.include_usage, stream && dialect.stream_usage);
        prop_assert_eq!(encode_request(&inbound.request, stream, &dialect).unwrap(), body);
    }
}
