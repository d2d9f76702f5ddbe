//! The canonical requests.

use llm_core::{
    CacheControl, ChatRequest, Content, ContentPart, Effort, JsonSchemaFormat, Message, Reasoning,
    ResponseFormat, Role, TextPart, Tool, ToolCall, ToolChoice, ToolFunction, VideoPart,
};
use serde_json::json;

/// Every request, by its name.
pub(crate) fn all() -> Vec<(&'static str, ChatRequest)> {
    vec![
        ("basic", basic()),
        ("full", full()),
        ("tools", tools()),
        ("image", image()),
        ("structured", structured()),
        ("reasoning_replay", reasoning_replay()),
        ("cache_control", cache_control()),
    ]
}

pub(crate) fn basic() -> ChatRequest {
    ChatRequest::new("acme/poet-1").system("You are brief.").user("Hello!")
}

fn full() -> ChatRequest {
    let mut request = basic()
        .with_max_output_tokens(100)
        .with_temperature(0.2)
        .with_seed(-7)
        .with_user("user-1")
        .with_metadata("team", "a")
        .with_reasoning(Reasoning { effort: Some(Effort::High), ..Reasoning::default() })
        .with_extra("models", json!(["acme/poet-2"]))
        .with_extra("provider", json!({"order": ["acme"], "max_price": {"prompt": "1"}}))
        .with_extra("transforms", json!([]))
        .with_extra("stream_options", json!({"include_obfuscation": false}));
    request.top_p = Some(0.9);
    request.top_k = Some(40);
    request.min_p = Some(0.05);
    request.top_a = Some(0.1);
    request.frequency_penalty = Some(-0.5);
    request.presence_penalty = Some(0.5);
    request.repetition_penalty = Some(1.1);
    request.stop = vec!["END".into(), "\n".into()];
    request.logit_bias = Some([("50256".to_owned(), -100.0)].into());
    request.logprobs = Some(true);
    request.top_logprobs = Some(3);
    request.n = Some(2);
    request.verbosity = Some("low".into());
    request.modalities = vec!["text".into(), "audio".into()];
    request.audio = Some(json!({"voice": "alloy", "format": "wav"}));
    request.prediction = Some(json!({"type": "content", "content": "Hello"}));
    request.service_tier = Some("flex".into());
    request.session_id = Some("session-1".into());
    request
}

fn tools() -> ChatRequest {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    let mut asks = Message::empty(Role::Assistant);
    asks.tool_calls = vec![ToolCall {
        id: "call_a".into(),
        name: "weather".into(),
        arguments: r#"{"city": "Graz"}"#.into(),
        ..ToolCall::default()
    }];
    let mut request = ChatRequest::new("acme/poet-1")
        .user("How is the weather in Graz?")
        .message(asks)
        .message(Message::tool("call_a", "rain"))
        .with_tool(Tool::Function(ToolFunction {
            name: "weather".into(),
            description: Some("The weather now".into()),
            parameters: Some(schema),
            strict: Some(true),
            ..ToolFunction::default()
        }))
        .with_tool(Tool::Other { value: json!({"type": "openrouter:web_search", "parameters": {"max": 3}}) })
        .with_tool_choice(ToolChoice::Function("weather".into()));
    request.parallel_tool_calls = Some(false);
    request
}

fn image() -> ChatRequest {
    let mut image = ContentPart::image("data:image/png;base64,AA==");
    if let ContentPart::Image(image) = &mut image {
        image.detail = Some("low".into());
    }
    ChatRequest::new("acme/poet-1").user(vec![
        ContentPart::text("What is this?"),
        image,
        ContentPart::audio("AAAA", "wav"),
        ContentPart::Video(VideoPart { url: "https://example.com/a.mp4".into(), ..VideoPart::default() }),
        ContentPart::file("a.pdf", "data:application/pdf;base64,AA=="),
        ContentPart::Other { value: json!({"type": "hologram", "hologram": {"id": 1}}) },
    ])
}

fn structured() -> ChatRequest {
    let schema = json!({"type": "object", "properties": {"z": {"type": "integer"}, "a": {"type": "string"}}});
    ChatRequest::new("acme/poet-1").user("Make one up.").with_response_format(ResponseFormat::JsonSchema(
        JsonSchemaFormat {
            name: "npc".into(),
            description: Some("A person".into()),
            schema: Some(schema),
            strict: Some(true),
            ..JsonSchemaFormat::default()
        },
    ))
}

fn reasoning_replay() -> ChatRequest {
    let mut thought = Message::assistant("42");
    thought.reasoning = Some("Hm".into());
    thought.reasoning_details = vec![
        json!({"type": "reasoning.text", "text": "Hm", "signature": "c2ln", "id": null, "index": 0}),
        json!({"type": "reasoning.encrypted", "data": "ZW5j", "id": "rs_1", "index": 1, "new": [1]}),
    ];
    ChatRequest::new("acme/poet-1").user("What is the answer?").message(thought).user("Are you sure?")
}

fn cache_control() -> ChatRequest {
    let hour = CacheControl { ttl: Some("1h".into()), ..CacheControl::ephemeral() };
    let long = TextPart {
        text: "A long text".into(),
        cache_control: Some(CacheControl::ephemeral()),
        ..TextPart::default()
    };
    let mut request = ChatRequest::new("acme/poet-1")
        .message(Message::system(Content::Parts(vec![ContentPart::Text(long)])))
        .user("Hello!")
        .with_tool(Tool::Function(ToolFunction {
            name: "noop".into(),
            cache_control: Some(hour.clone()),
            ..ToolFunction::default()
        }));
    request.cache_control = Some(hour);
    request
}
