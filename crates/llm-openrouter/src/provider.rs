//! The provider.

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use llm_core::{
    Capabilities, ChatRequest, ChatResponse, EmbedRequest, EmbedResponse, Error, ErrorKind, Extra, ModelId,
    ModelInfo, Operation, ProviderName, ResponseFormat, Result, Stage, ToolChoice, Usage,
};
use llm_http::{ByteStream, Client, ClientConfig, HeaderMap, Response, Url, header};
use llm_provider::{Abandon, CallContext, ChatStream, Health, HealthStatus, Provider, begin, events};
use llm_wire::chat_completions::{
    Reply, decode_embed_response, decode_response, encode_embed_request, encode_request, unsupported_fields,
};
use serde_json::Value;

use crate::{
    OpenRouterConfig, abandon,
    answer::Finishing,
    calls,
    catalogue::{Catalogue, decode_models},
    error::Facts,
    stream,
    wire::{Looks, decode_data, dialect, page},
};

/// OpenRouter, as a provider of the name `openrouter`.
///
/// Each call of [`Provider::chat`] or [`Provider::chat_stream`] makes one call upstream: nothing is tried again, cached
/// or logged here. Dropping a future or a stream closes the connection; see [`Provider::abandon`] for what that is
/// worth. Clones share the connections and the list of models.
#[derive(Clone, Debug)]
pub struct OpenRouter {
    pub(crate) name: ProviderName,
    pub(crate) config: OpenRouterConfig,
    pub(crate) base_url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) client: Client,
    pub(crate) catalogue: Arc<Catalogue>,
}

impl OpenRouter {
    /// The name under which it is found.
    pub const NAME: &'static str = "openrouter";

    /// A provider of this configuration, on a client of its own. It does no I/O yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotConfigured`], naming everything that is wrong with the configuration. A missing key is told by
    /// the first call.
    pub fn new(config: OpenRouterConfig) -> Result<Self> {
        let client = Client::new(ClientConfig::default())?;
        Self::with_client(config, client)
    }

    /// A provider of this configuration, on a client that others may share.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_client(config: OpenRouterConfig, client: Client) -> Result<Self> {
        config.validate()?;
        let name = ProviderName::new(Self::NAME)
            .map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))?;
        Ok(Self {
            name,
            base_url: llm_http::base_url(&config.base_url)?,
            headers: calls::headers(&config)?,
            client,
            catalogue: Arc::default(),
            config,
        })
    }

    fn finishing(&self, model: &str) -> Finishing {
        Finishing {
            name: self.name.clone(),
            catalogue: self.catalogue.clone(),
            asked: model.to_owned(),
            answered: model.to_owned(),
            choices: 1,
            dropped: Vec::new(),
            id: None,
            begun: false,
        }
    }

    /// Sends a chat request and waits for the head of its answer.
    async fn ask(
        &self,
        ctx: &CallContext,
        mut request: ChatRequest,
        streamed: bool,
        finishing: &mut Finishing,
    ) -> Result<Response> {
        // Without a model OpenRouter would take the account's default one, at any price.
        ModelId::new(request.model.as_str())?;
        finishing.dropped = self.catalogue.fit(&mut request)?;
        if request.options.lenient {
            // What the dialect has no word for; a strict request is refused for it below.
            finishing.dropped.extend(unsupported_fields(&request, &dialect()));
        }
        finishing.choices = request.n.unwrap_or(1);
        require_what_enforces(&mut request);
        let body = encode_request(&request, streamed, &dialect())?;
        let response = self.post(ctx, "chat/completions", body, streamed).await?;
        finishing.id = calls::generation_id(response.headers());
        Ok(response)
    }

    /// Reads a whole answer.
    fn whole(ctx: &CallContext, body: &[u8], finishing: &mut Finishing) -> Result<ChatResponse> {
        if Looks::of(body) == Looks::Page {
            return Err(page());
        }
        match decode_response(body)? {
            Reply::Answer(mut response) => {
                finishing.response(ctx, &mut response);
                Ok(response)
            }
            Reply::Failure(mut failure) => {
                if let Some(partial) = &mut failure.partial {
                    finishing.price(&mut partial.usage);
                }
                let facts = Facts::from(failure);
                finishing.learn_id(ctx, facts.id());
                Err(facts.into_error())
            }
        }
    }

    /// The events of a response to a request for a stream, which may be JSON after all.
    async fn stream_of(
        &self,
        ctx: &CallContext,
        response: Response,
        finishing: &mut Finishing,
    ) -> Result<ChatStream> {
        let body = if is_json(response.headers()) {
            response.bytes().await?
        } else {
            match stream::look(response.into_stream()).await? {
                (Looks::Json, body) => collect(body, self.client.config().max_body).await?,
                (Looks::Page, _) => return Err(page()),
                (_, body) => return begin(stream::events(body, ctx, finishing.clone())).await,
            }
        };
        Self::whole(ctx, &body, finishing).map(|response| events(response.into_events()))
    }
}

#[async_trait]
impl Provider for OpenRouter {
    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn capabilities(&self, model: &ModelId) -> Capabilities {
        self.catalogue.look(model.as_str(), |listed| listed.capabilities.clone()).unwrap_or_default()
    }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        let mut finishing = self.finishing(&request.model);
        let answer = async {
            let response = self.ask(ctx, request, false, &mut finishing).await?;
            Self::whole(ctx, &response.bytes().await?, &mut finishing)
        };
        let answer = answer.await;
        answer.map_err(|error| finishing.error(error))
    }

    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
        let mut finishing = self.finishing(&request.model);
        let answer = async {
            let response = self.ask(ctx, request, true, &mut finishing).await?;
            self.stream_of(ctx, response, &mut finishing).await
        };
        let answer = answer.await;
        answer.map_err(|error| finishing.error(error))
    }

    async fn embed(&self, ctx: &CallContext, request: EmbedRequest) -> Result<EmbedResponse> {
        let mut finishing = self.finishing(&request.model);
        let answer = async {
            ModelId::new(request.model.as_str())?;
            let body = encode_embed_request(&request)?;
            let response = self.post(ctx, "embeddings", body, false).await?;
            finishing.id = calls::generation_id(response.headers());
            match decode_embed_response(&response.bytes().await?)? {
                Reply::Answer(response) => Ok(response),
                Reply::Failure(failure) => Err(Facts::from(failure).into_error()),
            }
        };
        let answer = answer.await;
        let mut response = answer.map_err(|error| finishing.error(error))?;
        finishing.embeddings(ctx, &mut response);
        Ok(response)
    }

    async fn list_models(&self, ctx: &CallContext) -> Result<Vec<ModelInfo>> {
        let body = self.get(ctx, "models", &[]).await.map_err(|error| self.own(error))?;
        let entries = decode_data(&body).map_err(|error| self.own(error))?;
        let (listed, models): (Vec<_>, Vec<_>) = decode_models(entries).into_iter().unzip();
        self.catalogue.keep(listed);
        Ok(models)
    }

    async fn health(&self, ctx: &CallContext) -> Result<Health> {
        let began = Instant::now();
        let health = match self.key_info(ctx).await {
            Ok(_) => Health::new(HealthStatus::Up),
            // It answers, but asks to slow down.
            Err(error) if error.kind() == ErrorKind::RateLimited => {
                Health::new(HealthStatus::Degraded).with_message(error.message().to_owned())
            }
            Err(error) => Health::new(HealthStatus::Down).with_message(error.message().to_owned()),
        };
        Ok(health.with_latency(began.elapsed()))
    }

    async fn look_up_call(&self, ctx: &CallContext, upstream_id: &str) -> Result<Option<Usage>> {
        let generation = self.generation(ctx, upstream_id).await?;
        // A record that does not say anything yet is as good as none.
        Ok(generation.map(|generation| generation.usage()).filter(|usage| !usage.is_empty()))
    }

    fn abandon(&self, _model: &str, served_by: Option<&str>, streamed: bool) -> Abandon {
        abandon::abandon(served_by, streamed)
    }
}

/// Leaves out vendors that would drop what makes a structured answer fit, a schema or a forced call: they answer in
/// prose and are paid for it. What the caller says about it stands.
fn require_what_enforces(request: &mut ChatRequest) {
    let enforced = matches!(request.response_format, Some(ResponseFormat::JsonSchema(_)))
        || matches!(request.tool_choice, Some(ToolChoice::Function(_)));
    if request.options.operation != Operation::Structured || !enforced {
        return;
    }
    let preferences = request.extra.entry("provider").or_insert_with(|| Value::Object(Extra::new()));
    if let Value::Object(preferences) = preferences {
        preferences.entry("require_parameters").or_insert(Value::Bool(true));
    }
}

/// Whether the headers say that the body is JSON.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("application/json")
}

/// The rest of a body that turned out to be JSON, at most `most` bytes of it.
async fn collect(mut body: ByteStream, most: usize) -> Result<Bytes> {
    let mut whole = BytesMut::new();
    while let Some(chunk) = body.next().await.transpose()? {
        if chunk.len() > most.saturating_sub(whole.len()) {
            let message = format!("OpenRouter's answer is longer than {most} bytes");
            return Err(Error::new(ErrorKind::InvalidResponse, message)
                .with_stage(Stage::Protocol)
                .with_maybe_billed(true));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}
