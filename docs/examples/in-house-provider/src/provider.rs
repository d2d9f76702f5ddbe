//! The provider.

use async_trait::async_trait;
use futures_util::{Stream, StreamExt as _, stream};
use llm_core::{
    Capabilities, ChatEvent, ChatRequest, ChatResponse, Error, ErrorKind, Finish, Message, ModelId,
    ProviderName, Result, Role, Stage, Started, Support, ToolCall,
};
use llm_http::{Client, ClientConfig, NdjsonItem, Request, Response, SseLimits, join, ndjson};
use llm_provider::{CallContext, ChatStream, Provider, begin};

use crate::{
    InHouseConfig,
    error::{of_fault, of_response},
    wire::{Ask, Line},
};

/// The company's own models, found as `in-house/<model>`.
#[derive(Clone, Debug)]
pub struct InHouse {
    name: ProviderName,
    config: InHouseConfig,
    client: Client,
}

impl InHouse {
    /// The models behind this address.
    ///
    /// # Errors
    ///
    /// `Internal` when no HTTP client can be made.
    pub fn new(config: InHouseConfig) -> Result<Self> {
        let name = ProviderName::new("in-house")
            .map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))?;
        Ok(Self { name, config, client: Client::new(ClientConfig::default())? })
    }

    async fn send(&self, ctx: &CallContext, request: &ChatRequest, streamed: bool) -> Result<Response> {
        let body = serde_json::to_vec(&Ask::new(request, streamed))
            .map_err(|error| Error::new(ErrorKind::InvalidRequest, error.to_string()))?;
        let http = Request::post(join(&self.config.base_url, "answer"))
            .with_bearer(&self.config.key)?
            .with_body(body);
        let http = if streamed { http.streaming() } else { http };
        let response = self.client.send(ctx, http).await.map_err(|error| self.own(error))?;
        if response.status().is_success() { Ok(response) } else { Err(self.own(of_response(response).await)) }
    }

    fn own(&self, error: Error) -> Error {
        error.with_provider(self.name.clone())
    }
}

#[async_trait]
impl Provider for InHouse {
    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn capabilities(&self, _model: &ModelId) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.streaming = Support::Yes;
        capabilities.tools = Support::Yes;
        capabilities.tool_choice = Support::No;
        capabilities.json_schema = Support::No;
        capabilities.image_input = Support::No;
        capabilities
    }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        let body = self.send(ctx, &request, false).await?.bytes().await.map_err(|error| self.own(error))?;
        let line: Line = serde_json::from_slice(&body).map_err(|error| self.own(not_quill(error)))?;
        if let Some(fault) = &line.fault {
            return Err(self.own(of_fault(fault)));
        }
        // Without an end it is not known whether the answer is whole.
        let end = line.end.as_deref().ok_or_else(|| self.own(endless()))?;
        let mut message = Message::new(Role::Assistant, line.says.unwrap_or_default());
        message.tool_calls = line.wants.into_iter().map(Into::into).collect();
        let mut response = ChatResponse::new(request.model, message, Line::finish_reason(end));
        if let Some(call) = &line.call {
            ctx.upstream_id(call);
        }
        response.id = line.call;
        response.extra = line.extra;
        response.usage = line.spent.map(|spent| spent.usage()).unwrap_or_default();
        Ok(response)
    }

    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
        let response = self.send(ctx, &request, true).await?;
        let name = self.name.clone();
        let events = events(response, request.model, ctx.clone())
            .map(move |item| item.map_err(|error| error.with_provider(name.clone())));
        begin(events).await
    }
}

/// The events of a stream's lines. How it ends is `begin`'s to check: a stream without an end is an error there.
fn events(
    response: Response,
    model: String,
    ctx: CallContext,
) -> impl Stream<Item = Result<ChatEvent>> + Send {
    let mut tools = 0;
    ndjson(response.into_stream(), SseLimits::default()).flat_map(move |item| {
        stream::iter(match item {
            Ok(NdjsonItem::Line(text)) => of_line(&text, &model, &ctx, &mut tools),
            Ok(_) => vec![Ok(ChatEvent::Alive)],
            Err(error) => vec![Err(error)],
        })
    })
}

fn of_line(text: &str, model: &str, ctx: &CallContext, tools: &mut u32) -> Vec<Result<ChatEvent>> {
    let line: Line = match serde_json::from_str(text) {
        Ok(line) => line,
        Err(error) => return vec![Err(not_quill(error))],
    };
    let mut events = Vec::new();
    if let Some(call) = line.call {
        // As soon as it is known, so that a call that is cut can be asked for later.
        ctx.upstream_id(&call);
        let mut started = Started::default();
        started.id = Some(call);
        started.model = model.to_owned();
        events.push(Ok(ChatEvent::Started(started)));
    }
    if let Some(text) = line.says.filter(|text| !text.is_empty()) {
        events.push(Ok(ChatEvent::TextDelta { choice: 0, text }));
    }
    for want in line.wants {
        events.push(Ok(tool_call(want.into(), *tools)));
        *tools += 1;
    }
    if !line.extra.is_empty() {
        events.push(Ok(ChatEvent::ExtraDelta { choice: 0, fields: line.extra }));
    }
    if let Some(spent) = line.spent {
        events.push(Ok(ChatEvent::Usage(spent.usage())));
    }
    if let Some(fault) = line.fault {
        events.push(Err(of_fault(&fault)));
    } else if let Some(end) = line.end {
        events.push(Ok(ChatEvent::Finished(Finish::of(Line::finish_reason(&end)))));
    }
    events
}

fn tool_call(call: ToolCall, index: u32) -> ChatEvent {
    let (id, name) = (Some(call.id), Some(call.name));
    ChatEvent::ToolCallDelta { choice: 0, index, id, name, arguments: call.arguments, extra: call.extra }
}

fn not_quill(error: serde_json::Error) -> Error {
    Error::new(ErrorKind::InvalidResponse, "Quill's answer is not what it should be")
        .with_stage(Stage::Protocol)
        .with_maybe_billed(true)
        .with_detail(format!("line {}, column {}", error.line(), error.column()))
}

fn endless() -> Error {
    Error::new(ErrorKind::InvalidResponse, "Quill's answer does not say how it ended")
        .with_stage(Stage::Protocol)
        .with_maybe_billed(true)
}
