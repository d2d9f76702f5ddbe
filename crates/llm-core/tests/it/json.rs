//! Requests and answers survive JSON, unknown values included.

use llm_core::{
    CacheControl, CacheMode, CallOptions, ChatRequest, ChatResponse, ContentPart, Effort, FinishReason,
    Message, Reasoning, ResponseFormat, Role, TextPart, Tool, ToolChoice,
};
use serde_json::json;

#[test]
fn a_request_survives_its_json() {
    let mut options = CallOptions::default();
    options.cache = CacheMode::On { ttl: Some(std::time::Duration::from_secs(60)) };
    let cached = ContentPart::Text(TextPart {
        text: "a long document".into(),
        cache_control: Some(CacheControl::ephemeral()),
        ..TextPart::default()
    });
    let request = ChatRequest::new("openrouter/auto")
        .system(vec![cached])
        .user(vec![ContentPart::text("what is this?"), ContentPart::image("data:image/png;base64,AAAA")])
        .with_tool(Tool::function("f", "does f", json!({"type": "object"})))
        .with_tool_choice(ToolChoice::Function("f".into()))
        .with_response_format(ResponseFormat::JsonObject)
        .with_reasoning(Reasoning { effort: Some(Effort::from("galactic")), ..Reasoning::default() })
        .with_extra("provider", json!({"order": ["a", "b"]}))
        .with_options(options);
    let text = serde_json::to_string(&request).unwrap();
    assert_eq!(serde_json::from_str::<ChatRequest>(&text).unwrap(), request);
}

#[test]
fn unknown_values_survive() {
    assert_eq!(FinishReason::from("eos"), FinishReason::Other("eos".into()));
    let role: Role = serde_json::from_value(json!("critic")).unwrap();
    assert_eq!(serde_json::to_value(&role).unwrap(), "critic");
    let message = Message::user("x");
    let mut value = serde_json::to_value(&message).unwrap();
    value["weather"] = json!("fine");
    let back: Message = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(back.extra["weather"], "fine");
    assert_eq!(serde_json::to_value(&back).unwrap(), value);
}

#[test]
fn an_answer_survives_its_json() {
    let response = ChatResponse::of_text("m", "hello");
    let text = serde_json::to_string(&response).unwrap();
    assert_eq!(serde_json::from_str::<ChatResponse>(&text).unwrap(), response);
}
