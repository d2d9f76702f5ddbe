use llm_core::{Capabilities, ChatRequest, ContentPart, ErrorKind, Support, Tool, ToolChoice};
use serde_json::json;

use super::fit;

fn toolless() -> Capabilities {
    let mut model = Capabilities::default();
    model.tools = Support::No;
    model.image_input = Support::No;
    model
}

fn request() -> ChatRequest {
    ChatRequest::new("mock/echo")
        .user("x")
        .with_tool(Tool::function("f", "", json!({})))
        .with_tool_choice(ToolChoice::Required)
}

#[test]
fn what_a_model_cannot_do_is_refused_by_name() {
    let error = fit(&mut request(), &toolless()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("tools, tool_choice"), "{error}");
}

#[test]
fn a_lenient_request_loses_it_and_says_so() {
    let mut request = request();
    request.options.lenient = true;
    assert_eq!(fit(&mut request, &toolless()).unwrap(), ["tools", "tool_choice"]);
    assert!(request.tools.is_empty() && request.tool_choice.is_none());
}

#[test]
fn pictures_are_never_dropped() {
    let mut request = ChatRequest::new("m").user(vec![ContentPart::image("https://example.com/a.png")]);
    request.options.lenient = true;
    assert_eq!(fit(&mut request, &toolless()).unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn what_is_not_known_is_tried() {
    assert!(fit(&mut request(), &Capabilities::default()).unwrap().is_empty());
}
