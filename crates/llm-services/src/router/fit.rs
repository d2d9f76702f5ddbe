//! Whether a model can do what a request asks for.

use llm_core::{
    Capabilities, ChatRequest, Content, ContentPart, Error, ErrorKind, ResponseFormat, Result, ToolChoice,
};

/// Refuses what the model is known not to do; for a lenient request drops it instead, and says what.
///
/// Pictures, sound and documents are never dropped: without them the question is another one.
pub(super) fn fit(request: &mut ChatRequest, model: &Capabilities) -> Result<Vec<String>> {
    let mut lost = Vec::new();
    if model.tools.is_no() && !request.tools.is_empty() {
        lost.push("tools");
    }
    if (model.tools.is_no() || model.tool_choice.is_no())
        && matches!(request.tool_choice, Some(ToolChoice::Required | ToolChoice::Function(_)))
    {
        lost.push("tool_choice");
    }
    let format = match &request.response_format {
        Some(ResponseFormat::JsonSchema(_)) => model.json_schema,
        Some(ResponseFormat::JsonObject) => model.json_object,
        _ => llm_core::Support::Unknown,
    };
    if format.is_no() {
        lost.push("response_format");
    }
    if model.reasoning.is_no() && request.reasoning.is_some() {
        lost.push("reasoning");
    }
    if let Some(part) = unreadable(request, model) {
        return Err(refusal(&request.model, &[part]));
    }
    if !lost.is_empty() && !request.options.lenient {
        return Err(refusal(&request.model, &lost));
    }
    for field in &lost {
        match *field {
            "tools" => request.tools.clear(),
            "tool_choice" => request.tool_choice = None,
            "response_format" => request.response_format = None,
            _ => request.reasoning = None,
        }
    }
    Ok(lost.into_iter().map(str::to_owned).collect())
}

/// The first kind of content that the model is known not to read.
fn unreadable(request: &ChatRequest, model: &Capabilities) -> Option<&'static str> {
    let parts = request.messages.iter().filter_map(|message| match &message.content {
        Some(Content::Parts(parts)) => Some(parts),
        _ => None,
    });
    parts.flatten().find_map(|part| match part {
        ContentPart::Image(_) if model.image_input.is_no() => Some("pictures"),
        ContentPart::Audio(_) if model.audio_input.is_no() => Some("sound"),
        ContentPart::File(_) if model.file_input.is_no() => Some("documents"),
        _ => None,
    })
}

fn refusal(model: &str, what: &[&str]) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!(
            "the model `{model}` cannot honour {}; leave it out, take another model, or make the request lenient",
            what.join(", ")
        ),
    )
}

#[cfg(test)]
mod tests;
