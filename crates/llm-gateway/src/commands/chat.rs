//! `chat`.

use std::io::Read as _;

use futures_util::StreamExt as _;
use llm_core::{
    ChatEvent, ChatRequest, ChatResponse, CostSource, FinishReason, ProviderName, RequestId, Usage,
};
use llm_services::{LlmService, Schema};
use serde_json::{Value, json};
use tokio::signal::ctrl_c;

use super::start::{LEDGER_TIMEOUT, start};
use crate::{
    cli::{Chat, Global},
    failure::Failure,
    output::Output,
};

pub(crate) async fn run(global: &Global, chat: Chat, output: &mut Output) -> Result<(), Failure> {
    let request = request(&chat)?;
    let schema = chat.schema.as_deref().map(read_schema).transpose()?;
    let service = start(global, output).await?;
    let answer = async {
        match schema {
            Some(schema) => structured(&service, request, schema, output).await,
            None if chat.no_stream || output.is_json() => whole(&service, request, output).await,
            None => streamed(&service, request, output).await,
        }
    };
    let outcome = tokio::select! {
        outcome = answer => outcome,
        // Dropping the answer cancels the call, so that its row says what became of it.
        Ok(()) = ctrl_c() => {
            output.note("\n[stopped; waiting to hear what it cost, Ctrl-C leaves at once]");
            Err(Failure::call("the call was stopped"))
        }
    };
    tokio::select! {
        _ = service.shutdown(LEDGER_TIMEOUT) => {}
        Ok(()) = ctrl_c() => {}
    }
    outcome
}

fn request(chat: &Chat) -> Result<ChatRequest, Failure> {
    let prompt = if chat.prompt == "-" {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text)?;
        text
    } else {
        chat.prompt.clone()
    };
    let mut request = ChatRequest::new(chat.model.clone().unwrap_or_default());
    if let Some(system) = &chat.system {
        request = request.system(system.as_str());
    }
    request = request.user(prompt);
    request.max_output_tokens = chat.max_tokens;
    request.temperature = chat.temperature;
    request.user.clone_from(&chat.user);
    Ok(request)
}

fn read_schema(path: &std::path::Path) -> Result<Schema, Failure> {
    let wrong = |why: String| Failure::usage(format!("the schema file `{}`: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let schema: Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or("answer");
    Schema::raw(name, schema).map_err(|error| wrong(error.to_string()))
}

/// Prints the answer as it comes. A broken one is an error, however much of it was printed.
async fn streamed(service: &LlmService, request: ChatRequest, output: &mut Output) -> Result<(), Failure> {
    let mut stream = service.stream_response(request).await?;
    let request_id = stream.request_id();
    let (mut model, mut usage, mut finish) = (String::new(), Usage::new(), None);
    while let Some(event) = stream.next().await {
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                output.text("\n")?;
                return Err(error.into());
            }
        };
        match event {
            ChatEvent::Started(started) => model = full_name(started.provider.as_ref(), &started.model),
            ChatEvent::Usage(latest) => usage.update(latest),
            ChatEvent::Finished(end) => finish = end.reason().cloned(),
            event => {
                if let Some(text) = event.as_text() {
                    output.text(text)?;
                }
            }
        }
    }
    output.text("\n")?;
    output.note(&summary(&model, &usage, finish.as_ref(), request_id));
    Ok(())
}

async fn whole(service: &LlmService, request: ChatRequest, output: &mut Output) -> Result<(), Failure> {
    let reply = service.generate_response(request).await?;
    print(&reply.response, reply.request_id, Value::Null, output)
}

async fn structured(
    service: &LlmService,
    request: ChatRequest,
    schema: Schema,
    output: &mut Output,
) -> Result<(), Failure> {
    let reply = service.generate_structured_value(request, schema).await?;
    print(&reply.response, reply.request_id, json!(reply.enforced_by), output)
}

fn print(
    response: &ChatResponse,
    id: RequestId,
    enforced_by: Value,
    output: &mut Output,
) -> Result<(), Failure> {
    if output.is_json() {
        let usage = &response.usage;
        return Ok(output.value(&json!({
            "request_id": id,
            "model": response.model,
            "provider": response.provider,
            "text": response.text(),
            "finish_reason": response.finish_reason(),
            "tool_calls": response.tool_calls(),
            "enforced_by": enforced_by,
            "cached": response.cached.is_some(),
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cost_usd": usage.cost,
            "cost_source": usage.cost_source,
        }))?);
    }
    output.line(&response.text())?;
    let model = full_name(response.provider.as_ref(), &response.model);
    output.note(&summary(&model, &response.usage, response.finish_reason(), id));
    Ok(())
}

/// The model that answered, by the name under which it can be asked again.
fn full_name(provider: Option<&ProviderName>, model: &str) -> String {
    provider.map_or_else(|| model.to_owned(), |provider| format!("{provider}/{model}"))
}

/// One line about an answer: what a person would ask next.
fn summary(model: &str, usage: &Usage, finish: Option<&FinishReason>, id: RequestId) -> String {
    let count = |tokens: Option<u64>| tokens.map_or_else(|| "?".to_owned(), |tokens| tokens.to_string());
    let cost = match (usage.cost, usage.cost_source) {
        (Some(cost), CostSource::Provider) => format!("${cost}"),
        (Some(cost), source) => format!("${cost} ({})", source.as_str()),
        (None, _) => "cost unknown".to_owned(),
    };
    let cut = match finish {
        Some(FinishReason::Stop) | None => String::new(),
        Some(other) => format!("  ended by {other}"),
    };
    format!(
        "[{model}  {} in, {} out  {cost}{cut}  request {id}]",
        count(usage.input_tokens),
        count(usage.output_tokens)
    )
}
