//! How each rung asks, and where its answer stands.

use llm_core::{
    Capabilities, ChatRequest, ChatResponse, Content, JsonSchemaFormat, Message, ResponseFormat, Role, Tool,
    ToolChoice,
};

use super::{EnforcedBy, Schema, strict::strict};

/// The rungs worth trying with a model, the strictest first. The last needs nothing of the model.
pub(super) fn rungs(model: &Capabilities) -> Vec<EnforcedBy> {
    let mut rungs = Vec::with_capacity(3);
    if !model.json_schema.is_no() {
        rungs.push(EnforcedBy::JsonSchema);
    }
    if !model.tools.is_no() && !model.tool_choice.is_no() {
        rungs.push(EnforcedBy::ToolCall);
    }
    rungs.push(EnforcedBy::JsonMode);
    rungs
}

/// The request as this rung asks it.
pub(super) fn ask(
    rung: EnforcedBy,
    mut request: ChatRequest,
    schema: &Schema,
    model: &Capabilities,
) -> ChatRequest {
    match rung {
        EnforcedBy::JsonSchema => {
            let strict = strict(schema.as_value());
            let format = JsonSchemaFormat {
                name: schema.name().to_owned(),
                strict: Some(strict.is_some()),
                schema: Some(strict.unwrap_or_else(|| schema.as_value().clone())),
                ..JsonSchemaFormat::default()
            };
            request.with_response_format(ResponseFormat::JsonSchema(format))
        }
        EnforcedBy::ToolCall => {
            request.response_format = None;
            let tool = Tool::function(schema.name(), "Gives the answer.", schema.as_value().clone());
            request.with_tool(tool).with_tool_choice(ToolChoice::Function(schema.name().to_owned()))
        }
        EnforcedBy::JsonMode => {
            request.response_format = (!model.json_object.is_no()).then_some(ResponseFormat::JsonObject);
            let rule = format!(
                "Answer with one JSON value that fits this JSON Schema, and with nothing else:\n{}",
                schema.as_value()
            );
            // In front, where system text belongs; what the caller said stays as it was.
            request.messages.insert(0, Message::system(rule));
            request
        }
    }
}

/// The JSON that an answer gave, wherever the rung wants it.
pub(super) fn answer(rung: EnforcedBy, response: &ChatResponse, schema: &Schema) -> String {
    let call = response.tool_calls().iter().find(|call| call.name == schema.name());
    match (rung, call) {
        (EnforcedBy::ToolCall, Some(call)) => call.arguments.clone(),
        // Some models answer in text although they were made to call.
        _ => response.text(),
    }
}

/// The conversation with the answer that did not fit, and what is wrong with it.
pub(super) fn repair(
    mut request: ChatRequest,
    response: &ChatResponse,
    said: &str,
    faults: &[String],
) -> ChatRequest {
    let told = format!(
        "Your answer does not fit the schema:\n- {}\nGive the whole answer again, corrected.",
        faults.join("\n- ")
    );
    let Some(choice) = response.choices.first() else { return request.user(told) };
    let mut message = choice.message.clone();
    message.role = Role::Assistant;
    if message.tool_calls.is_empty() {
        message.content = Some(Content::Text(said.to_owned()));
        request.messages.push(message);
        return request.user(told);
    }
    // A call must be answered by its id, or vendors refuse the conversation.
    let answers = message
        .tool_calls
        .iter()
        .map(|call| Message::tool(call.id.as_str(), told.as_str()))
        .collect::<Vec<_>>();
    request.messages.push(message);
    request.messages.extend(answers);
    request
}
