//! Which provider answers for a name.

mod fit;
mod routes;

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use llm_core::{
    AudioRequest, AudioResponse, Capabilities, ChatEvent, ChatRequest, ChatResponse, EmbedRequest,
    EmbedResponse, Error, ErrorKind, ImageRequest, ImageResponse, ModelId, ModelInfo, NewsRequest,
    NewsResponse, ProviderName, Result, Usage,
};
use llm_provider::{Abandon, CallContext, ChatStream, Health, Provider};

pub use routes::{Route, Routes};

/// Sends each call to the provider that its model's name leads to.
///
/// Streams pass through; a dropped call is the provider's to notice. It stands inside the cache, so that a cached
/// answer needs no provider, and outside retry and the attempt ledger, which stand around each provider by itself.
#[derive(Clone, Debug)]
pub struct Router {
    name: ProviderName,
    routes: Arc<Routes>,
}

impl Router {
    /// A router over these routes.
    #[must_use]
    pub fn new(name: ProviderName, routes: Arc<Routes>) -> Self {
        Self { name, routes }
    }

    /// The route of a request, and the request as the provider shall see it, with the fields that it lost.
    fn prepare(&self, mut request: ChatRequest) -> Result<(Route, ChatRequest, Vec<String>)> {
        let route = self.routes.find(&request.model)?;
        let capabilities = route.provider.capabilities(&route.upstream);
        let dropped = fit::fit(&mut request, &capabilities).map_err(|error| route.own(error))?;
        request.model = route.upstream.as_str().to_owned();
        Ok((route, request, dropped))
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Provider for Router {
    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn capabilities(&self, model: &ModelId) -> Capabilities {
        self.routes
            .find(model.as_str())
            .map(|route| route.provider.capabilities(&route.upstream))
            .unwrap_or_default()
    }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        let (route, request, dropped) = self.prepare(request)?;
        let mut response = route.provider.chat(ctx, request).await.map_err(|error| route.own(error))?;
        response.provider.get_or_insert(route.name);
        response.dropped.extend(dropped);
        Ok(response)
    }

    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
        let (route, request, dropped) = self.prepare(request)?;
        let stream = route.provider.chat_stream(ctx, request).await.map_err(|error| route.own(error))?;
        Ok(Box::pin(stream.map(move |item| match item {
            Ok(ChatEvent::Started(mut started)) => {
                started.provider.get_or_insert_with(|| route.name.clone());
                started.dropped.extend_from_slice(&dropped);
                Ok(ChatEvent::Started(started))
            }
            Err(error) => Err(route.own(error)),
            event => event,
        })))
    }

    async fn embed(&self, ctx: &CallContext, mut request: EmbedRequest) -> Result<EmbedResponse> {
        let route = self.routes.find(&request.model)?;
        request.model = route.upstream.as_str().to_owned();
        route.provider.embed(ctx, request).await.map_err(|error| route.own(error))
    }

    async fn generate_image(&self, ctx: &CallContext, mut request: ImageRequest) -> Result<ImageResponse> {
        let route = self.routes.find(&request.model)?;
        request.model = route.upstream.as_str().to_owned();
        route.provider.generate_image(ctx, request).await.map_err(|error| route.own(error))
    }

    async fn generate_audio(&self, ctx: &CallContext, mut request: AudioRequest) -> Result<AudioResponse> {
        let route = self.routes.find(&request.model)?;
        request.model = route.upstream.as_str().to_owned();
        route.provider.generate_audio(ctx, request).await.map_err(|error| route.own(error))
    }

    async fn search_recent_news(&self, ctx: &CallContext, mut request: NewsRequest) -> Result<NewsResponse> {
        let route = self.routes.find(&request.model)?;
        request.model = route.upstream.as_str().to_owned();
        route.provider.search_recent_news(ctx, request).await.map_err(|error| route.own(error))
    }

    /// The models of every provider that answers. The facade asks each by itself, to tell who did not.
    async fn list_models(&self, ctx: &CallContext) -> Result<Vec<ModelInfo>> {
        let mut models = Vec::new();
        for provider in self.routes.providers() {
            models.extend(provider.list_models(ctx).await?);
        }
        Ok(models)
    }

    /// There is no one provider to look at here; the facade asks each.
    async fn health(&self, _ctx: &CallContext) -> Result<Health> {
        Err(Error::new(ErrorKind::Unsupported, "a router has no health of its own; ask each provider"))
    }

    async fn look_up_call(&self, _ctx: &CallContext, _upstream_id: &str) -> Result<Option<Usage>> {
        Err(Error::new(
            ErrorKind::Unsupported,
            "a router keeps no records of calls; ask the provider that made it",
        ))
    }

    fn abandon(&self, model: &str, served_by: Option<&str>, streamed: bool) -> Abandon {
        match self.routes.find(model) {
            Ok(route) => route.provider.abandon(route.upstream.as_str(), served_by, streamed),
            Err(_) => Abandon::Cancel,
        }
    }
}
