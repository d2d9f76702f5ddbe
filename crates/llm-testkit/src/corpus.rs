//! Canonical requests, by name: what every dialect and provider snapshots its wire request for.

use std::collections::BTreeMap;

use llm_core::{
    CacheControl, ChatRequest, Content, ContentPart, Effort, JsonSchemaFormat, Message, Reasoning,
    ResponseFormat, Role, TextPart, Tool, ToolCall, ToolChoice,
};
use serde_json::json;

/// The model of every request, as an upstream names it.
pub const MODEL: &str = "acme/model-1";

/// One white dot as a PNG, in base64.
const DOT: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==";

/// Every request with its name. The names are file names and stay the same; new ones come at the end.
///
/// See [`snapshot_corpus!`](crate::snapshot_corpus) for the usual way to use it.
///
/// ```
/// let names: Vec<_> = llm_testkit::corpus::requests().into_iter().map(|(name, _)| name).collect();
/// assert!(names.contains(&"tool_result"));
/// ```
#[must_use]
pub fn requests() -> Vec<(&'static str, ChatRequest)> {
    vec![
        ("basic", basic()),
        ("full", full()),
        ("tools", tools()),
        ("tool_result", tool_result()),
        ("image", image()),
        ("audio", audio()),
        ("file", file()),
        ("structured", structured()),
        ("reasoning_replay", reasoning_replay()),
        ("cache_control", cache_control()),
        ("unknown_fields", unknown_fields()),
    ]
}

/// The request of this name.
#[must_use]
pub fn request(name: &str) -> Option<ChatRequest> {
    requests().into_iter().find(|(known, _)| *known == name).map(|(_, request)| request)
}

/// Snapshots the wire request of each canonical request with insta, one file each, named after the request.
///
/// The function is given a [`ChatRequest`] and answers with what goes over the wire (anything that serialises), or with
/// an error's text where the dialect refuses the request, which is then the snapshot.
///
/// Your crate needs `insta` with its feature `json` as a dev-dependency.
///
/// ```no_run
/// use llm_core::ChatRequest;
///
/// fn encode(request: ChatRequest) -> serde_json::Result<serde_json::Value> {
///     serde_json::to_value(request.messages)
/// }
///
/// // In a test; the snapshots are then named `wire_basic`, `wire_full`, …
/// llm_testkit::snapshot_corpus!("wire", encode);
/// ```
#[macro_export]
macro_rules! snapshot_corpus {
    ($prefix:expr, $encode:expr) => {
        for (name, request) in $crate::corpus::requests() {
            let name = format!("{}_{name}", $prefix);
            match ($encode)(request) {
                ::std::result::Result::Ok(wire) => ::insta::assert_json_snapshot!(name, wire),
                ::std::result::Result::Err(refusal) => {
                    ::insta::assert_snapshot!(name, ::std::format!("refused: {refusal}"))
                }
            }
        }
    };
}

fn basic() -> ChatRequest {
    ChatRequest::new(MODEL).user("Why is the sky blue?")
}

fn full() -> ChatRequest {
    let mut request = ChatRequest::new(MODEL)
        .system("You answer in one sentence.")
        .user("Grüße! 水 🌍 \"quoted\"\n")
        .assistant("Hello.")
        .user("Go on.")
        .with_max_output_tokens(200)
        .with_temperature(0.2)
        .with_seed(42)
        .with_user("user-7")
        .with_metadata("team", "search")
        .with_reasoning(Reasoning { effort: Some(Effort::Low), ..Reasoning::default() });
    request.top_p = Some(0.9);
    request.top_k = Some(40);
    request.min_p = Some(0.05);
    request.top_a = Some(0.1);
    request.frequency_penalty = Some(0.5);
    request.presence_penalty = Some(-0.5);
    request.repetition_penalty = Some(1.1);
    request.stop = vec!["END".to_owned(), "\n\n".to_owned()];
    request.logit_bias = Some(BTreeMap::from([("50256".to_owned(), -100.0)]));
    request.logprobs = Some(true);
    request.top_logprobs = Some(3);
    request.n = Some(2);
    request.verbosity = Some("low".to_owned());
    request.service_tier = Some("flex".to_owned());
    request.session_id = Some("session-1".to_owned());
    request
}

fn weather_tool() -> Tool {
    let parameters = json!({
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["C", "F"]}},
        "required": ["city"],
        "additionalProperties": false,
    });
    Tool::function("get_weather", "The weather in a city, now.", parameters)
}

fn tools() -> ChatRequest {
    let mut request = ChatRequest::new(MODEL)
        .user("What is the weather in Zürich?")
        .with_tool(weather_tool())
        .with_tool(Tool::Function(llm_core::ToolFunction { name: "now".to_owned(), ..Default::default() }))
        .with_tool_choice(ToolChoice::Function("get_weather".to_owned()));
    request.parallel_tool_calls = Some(false);
    request
}

fn tool_result() -> ChatRequest {
    let mut asks = Message::empty(Role::Assistant);
    let call = |id: &str, arguments: &str| ToolCall {
        id: id.to_owned(),
        name: "get_weather".to_owned(),
        arguments: arguments.to_owned(),
        ..ToolCall::default()
    };
    asks.tool_calls = vec![call("call_1", r#"{"city":"Zürich"}"#), call("call_2", r#"{"city":"Ålesund"}"#)];
    ChatRequest::new(MODEL)
        .user("What is the weather in Zürich and Ålesund?")
        .message(asks)
        .message(Message::tool("call_1", r#"{"celsius":21}"#))
        .message(Message::tool("call_2", "no such city"))
        .with_tool(weather_tool())
}

fn image() -> ChatRequest {
    ChatRequest::new(MODEL).user(vec![
        ContentPart::text("What do these show?"),
        ContentPart::image(format!("data:image/png;base64,{DOT}")),
        ContentPart::image("https://example.com/cat.jpg"),
    ])
}

fn audio() -> ChatRequest {
    ChatRequest::new(MODEL)
        .user(vec![ContentPart::text("What is said here?"), ContentPart::audio("UklGRiQAAABXQVZF", "wav")])
}

fn file() -> ChatRequest {
    ChatRequest::new(MODEL).user(vec![
        ContentPart::file("report.pdf", "data:application/pdf;base64,JVBERi0xLjQK"),
        ContentPart::text("Sum it up."),
    ])
}

fn structured() -> ChatRequest {
    let schema = json!({
        "type": "object",
        "properties": {"city": {"type": "string"}, "celsius": {"type": "number"}},
        "required": ["city", "celsius"],
        "additionalProperties": false,
    });
    ChatRequest::new(MODEL).user("The weather in Zürich, as JSON.").with_response_format(
        ResponseFormat::JsonSchema(JsonSchemaFormat {
            name: "weather".to_owned(),
            description: Some("The weather in a city.".to_owned()),
            schema: Some(schema),
            strict: Some(true),
            ..JsonSchemaFormat::default()
        }),
    )
}

fn reasoning_replay() -> ChatRequest {
    let mut thought = Message::assistant("Forty-two.");
    thought.reasoning = Some("Six times seven.".to_owned());
    thought.reasoning_details = vec![
        json!({"type": "reasoning.text", "text": "Six times seven.", "signature": "c2lnbmVk", "index": 0}),
        json!({"type": "reasoning.encrypted", "data": "b3BhcXVl", "id": "rs_1", "index": 1}),
    ];
    ChatRequest::new(MODEL)
        .user("Six times seven?")
        .message(thought)
        .user("And plus one?")
        .with_reasoning(Reasoning { max_tokens: Some(1024), ..Reasoning::default() })
}

fn cache_control() -> ChatRequest {
    let long = CacheControl { ttl: Some("1h".to_owned()), ..CacheControl::ephemeral() };
    let part = TextPart {
        text: "A very long text that is the same each time.".to_owned(),
        cache_control: Some(long),
        ..TextPart::default()
    };
    let mut request = ChatRequest::new(MODEL)
        .system(Content::Parts(vec![ContentPart::Text(part)]))
        .user("Why is the sky blue?");
    request.cache_control = Some(CacheControl::ephemeral());
    request
}

fn unknown_fields() -> ChatRequest {
    let mut message = Message::user("Why is the sky blue?");
    message.extra.insert("new_message_field".to_owned(), json!("kept"));
    ChatRequest::new(MODEL)
        .message(message)
        .with_extra("new_request_field", json!({"nested": [1, 2.5, null, "kept"]}))
}
