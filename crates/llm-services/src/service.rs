//! The facade.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt as _, future::join_all};
use llm_core::{
    AudioRequest, AudioResponse, CallOptions, ChatRequest, EmbedRequest, EmbedResponse, Error, ErrorKind,
    ImageRequest, ImageResponse, NewsRequest, NewsResponse, ProviderName, RequestId, Result,
};
use llm_layers::{Deadlines, deadline_for};
use llm_provider::{CallContext, SharedProvider};
use llm_request_log::SqlxRequestLog;

use crate::{
    Generated, GeneratedStream, LlmConfig, LlmServiceBuilder, ModelList, ServiceHealth,
    generated::broke_down, health, pipeline::Pipeline, sense,
};

/// How long a provider may take to list its models or to say how it is.
const LOOK_TIMEOUT: Duration = Duration::from_secs(10);

/// One service for every model.
///
/// Cheap to clone; clones share everything. Dropping a future or a stream that it gave cancels the call and writes
/// its row. Call [`shutdown`](Self::shutdown) before the process ends, so that the last rows are written.
#[derive(Clone, Debug)]
pub struct LlmService {
    inner: Arc<Inner>,
    tenant: Option<Arc<str>>,
}

#[derive(Debug)]
struct Inner {
    pipeline: Pipeline,
    /// The bare providers, for what is no call: lists, health, records.
    providers: Vec<SharedProvider>,
    log: Option<SqlxRequestLog>,
    deadlines: Deadlines,
    config: LlmConfig,
    hints: Vec<String>,
}

impl LlmService {
    pub(crate) fn new(
        pipeline: Pipeline,
        providers: Vec<SharedProvider>,
        log: Option<SqlxRequestLog>,
        deadlines: Deadlines,
        config: LlmConfig,
        hints: Vec<String>,
    ) -> Self {
        Self { inner: Arc::new(Inner { pipeline, providers, log, deadlines, config, hints }), tenant: None }
    }

    /// A service as the environment says, and the file that `LLM_CONFIG` names if it is set.
    ///
    /// # Errors
    ///
    /// As [`LlmServiceBuilder::build`].
    pub async fn from_env() -> Result<Self> {
        Self::builder().config(LlmConfig::from_env()?).build().await
    }

    /// A service made piece by piece.
    pub fn builder() -> LlmServiceBuilder {
        LlmServiceBuilder::default()
    }

    /// Brings the database of this configuration to the schema of this program. Making a service does so too; this is
    /// for those who want it done first.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] when the database cannot be reached; [`ErrorKind::NotConfigured`] when it belongs to
    /// a newer program.
    pub async fn migrate(config: &LlmConfig) -> Result<()> {
        SqlxRequestLog::migrate(&crate::builder::ledger(config)).await
    }

    /// The same service for one tenant: its calls are logged and cached as that tenant's, apart from all others.
    #[must_use]
    pub fn for_tenant(&self, tenant: impl Into<Arc<str>>) -> Self {
        Self { inner: self.inner.clone(), tenant: Some(tenant.into()) }
    }

    /// Asks for an answer and waits for all of it.
    ///
    /// # Errors
    ///
    /// Every [`ErrorKind`] but `Unsupported` operations; [`ErrorKind::Internal`] when a provider or a layer panics. A
    /// request that makes no sense is refused without an [`Error::request_id`]; every other error has one, and a row in
    /// the log unless the log itself could not take the request. A broken answer is an error.
    pub async fn generate_response(&self, mut request: ChatRequest) -> Result<Generated> {
        let ctx = self.enter(&mut request, false)?;
        let request_id = ctx.request_id();
        let response = own(request_id, self.inner.pipeline.entry.chat(&ctx, request)).await?;
        Ok(Generated { request_id, response })
    }

    /// Asks for an answer and gives it as it comes.
    ///
    /// Resolves once the first content is there; what fails before is an error here, what fails afterwards is the
    /// stream's last item. Dropping the stream cancels the call.
    ///
    /// # Errors
    ///
    /// As [`generate_response`](Self::generate_response).
    pub async fn stream_response(&self, mut request: ChatRequest) -> Result<GeneratedStream> {
        let ctx = self.enter(&mut request, true)?;
        let request_id = ctx.request_id();
        let stream = own(request_id, self.inner.pipeline.entry.chat_stream(&ctx, request)).await?;
        Ok(GeneratedStream::new(request_id, stream))
    }

    /// Asks for an answer that is a value of `T`.
    ///
    /// The strictest way that the model supports is tried first: a schema that the provider enforces, then a tool that
    /// the model must call, then JSON that we check; each with one repair turn that shows the model its faults. All
    /// turns are one request with several attempts in the log. `enforced_by` in the answer says what did it.
    ///
    /// # Errors
    ///
    /// As [`generate_response`](Self::generate_response); [`ErrorKind::InvalidResponse`] when no answer fits, with the
    /// last answer's text and the usage of all turns in [`Error::partial`]; [`ErrorKind::ContentFiltered`] when the
    /// model refuses.
    #[cfg(feature = "structured")]
    pub async fn generate_structured_response<T>(&self, request: ChatRequest) -> Result<crate::Structured<T>>
    where
        T: serde::de::DeserializeOwned + schemars::JsonSchema,
    {
        let schema = crate::Schema::of::<T>()?;
        let structured = self.generate_structured_value(request, schema).await?;
        // It was read once already, when it was checked.
        let value = serde_json::from_value(structured.value).map_err(|error| {
            Error::new(ErrorKind::Internal, "an answer that was checked could not be read").with_source(error)
        })?;
        let crate::Structured { request_id, enforced_by, response, .. } = structured;
        Ok(crate::Structured { value, request_id, enforced_by, response })
    }

    /// As [`generate_structured_response`](Self::generate_structured_response), for a schema that is no Rust type.
    ///
    /// # Errors
    ///
    /// As there.
    #[cfg(feature = "structured")]
    pub async fn generate_structured_value(
        &self,
        mut request: ChatRequest,
        schema: crate::Schema,
    ) -> Result<crate::Structured<serde_json::Value>> {
        request.options.operation = llm_core::Operation::Structured;
        // So that the cache and single flight tell it from a request for another schema.
        request.response_format = Some(schema.as_format());
        let ctx = self.enter(&mut request, false)?.with_extension(Arc::new(schema));
        let request_id = ctx.request_id();
        let mut response = own(request_id, self.inner.pipeline.entry.chat(&ctx, request)).await?;
        let broken = || {
            Error::new(ErrorKind::Internal, "an answer of structured output lost its schema")
                .with_request_id(request_id)
        };
        let enforced_by = crate::structured::rung_of(&mut response).ok_or_else(broken)?;
        let value = serde_json::from_str(&response.text()).map_err(|error| broken().with_source(error))?;
        Ok(crate::Structured { value, request_id, enforced_by, response })
    }

    /// Makes embeddings.
    ///
    /// # Errors
    ///
    /// As [`generate_response`](Self::generate_response); [`ErrorKind::Unsupported`] where the provider has none.
    pub async fn embed(&self, mut request: EmbedRequest) -> Result<EmbedResponse> {
        let ctx = self.context(&mut request.model, &CallOptions::default(), false)?;
        own(ctx.request_id(), self.inner.pipeline.entry.embed(&ctx, request)).await
    }

    /// Draws pictures. The request log has no row of it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] where the provider draws none.
    pub async fn generate_image(&self, mut request: ImageRequest) -> Result<ImageResponse> {
        let ctx = self.context(&mut request.model, &CallOptions::default(), false)?;
        self.inner.pipeline.entry.generate_image(&ctx, request).await
    }

    /// Speaks. The request log has no row of it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] where the provider does not speak.
    pub async fn generate_audio(&self, mut request: AudioRequest) -> Result<AudioResponse> {
        let ctx = self.context(&mut request.model, &CallOptions::default(), false)?;
        self.inner.pipeline.entry.generate_audio(&ctx, request).await
    }

    /// Looks for recent news. The request log has no row of it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] where the provider has none.
    pub async fn search_recent_news(&self, mut request: NewsRequest) -> Result<NewsResponse> {
        let ctx = self.context(&mut request.model, &CallOptions::default(), false)?;
        self.inner.pipeline.entry.search_recent_news(&ctx, request).await
    }

    /// The models of every provider, each asked at the same time and given ten seconds.
    ///
    /// A provider that does not answer is told in [`ModelList::unavailable`]; one that keeps no list is passed over.
    ///
    /// # Errors
    ///
    /// The first provider's, when none answers.
    pub async fn list_models(&self) -> Result<ModelList> {
        let ctx = CallContext::new(RequestId::new());
        let lists = join_all(self.inner.providers.iter().map(|provider| {
            let ctx = &ctx;
            async move {
                let list = within(provider, provider.list_models(ctx)).await;
                list.map_err(|error| error.with_provider(provider.name().clone()))
            }
        }));
        let mut list = ModelList::default();
        for outcome in lists.await {
            match outcome {
                Ok(models) => list.models.extend(models),
                Err(error) if error.kind() == ErrorKind::Unsupported => {}
                Err(error) => list.unavailable.push(error),
            }
        }
        match list.unavailable.first() {
            Some(error) if list.models.is_empty() => Err(error.clone()),
            _ => Ok(list),
        }
    }

    /// How the service, its ledger and every provider are. No paid call is made.
    pub async fn health(&self) -> ServiceHealth {
        let ctx = CallContext::new(RequestId::new());
        let looks = join_all(self.inner.providers.iter().map(|provider| {
            let ctx = &ctx;
            within(provider, provider.health(ctx))
                .map(|outcome| (provider.name().clone(), health::of(outcome)))
        }));
        ServiceHealth { accepts_calls: self.accepts_calls(), providers: looks.await.into_iter().collect() }
    }

    /// Whether calls are accepted: the ledger has room for them.
    #[must_use]
    pub fn accepts_calls(&self) -> bool {
        self.inner.log.as_ref().is_none_or(SqlxRequestLog::accepts_calls)
    }

    /// The request log; `None` if the service was made without one.
    #[must_use]
    pub fn request_log(&self) -> Option<&SqlxRequestLog> {
        self.inner.log.as_ref()
    }

    /// The configuration that it runs under.
    #[must_use]
    pub fn config(&self) -> &LlmConfig {
        &self.inner.config
    }

    /// The layers around a call, outermost first.
    #[must_use]
    pub fn layers(&self) -> &[&'static str] {
        &self.inner.pipeline.order
    }

    /// The providers' names.
    pub fn provider_names(&self) -> impl Iterator<Item = &ProviderName> {
        self.inner.providers.iter().map(|provider| provider.name())
    }

    /// What the providers that cannot be called yet lack, a line each, such as a key.
    #[must_use]
    pub fn hints(&self) -> &[String] {
        &self.inner.hints
    }

    /// The bare provider of this name, without what stands around it.
    pub(crate) fn provider(&self, name: &str) -> Option<&SharedProvider> {
        self.inner.providers.iter().rev().find(|provider| provider.name().as_str() == name)
    }

    /// Writes and ships what is still on its way into the log, for at most `limit`. Calls that still run are not waited
    /// for; drop them first. Nothing is lost when the time runs out: the next start goes on from there.
    pub async fn shutdown(&self, limit: Duration) {
        if let Some(log) = &self.inner.log {
            log.shutdown(limit).await;
        }
    }

    /// Checks a request and gives it an id and a deadline. Nothing has been spent when it is refused here.
    fn enter(&self, request: &mut ChatRequest, streamed: bool) -> Result<CallContext> {
        sense::check(request)?;
        self.context(&mut request.model, &request.options, streamed)
    }

    /// Also names the default model where none is named, so that the log and the cache know which it was.
    fn context(&self, model: &mut String, options: &CallOptions, streamed: bool) -> Result<CallContext> {
        let checked = self.inner.pipeline.routes.check(model)?;
        if model.is_empty() {
            checked.as_str().clone_into(model);
        }
        let deadline = deadline_for(options, &self.inner.deadlines, streamed);
        let ctx = CallContext::new(RequestId::new()).with_deadline(deadline);
        Ok(match &self.tenant {
            Some(tenant) => ctx.with_tenant(tenant.clone()),
            None => ctx,
        })
    }
}

/// A call whose errors name its request, a panic among them: the caller hears of it, and the row says `internal`.
async fn own<T>(request: RequestId, call: impl Future<Output = Result<T>>) -> Result<T> {
    let outcome = AssertUnwindSafe(call).catch_unwind().await;
    outcome.unwrap_or_else(|_| Err(broke_down())).map_err(|error| error.with_request_id(request))
}

/// A look at a provider, within bounds.
async fn within<T>(provider: &SharedProvider, look: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(LOOK_TIMEOUT, look).await.unwrap_or_else(|_| {
        let seconds = LOOK_TIMEOUT.as_secs();
        Err(Error::new(
            ErrorKind::Timeout,
            format!("`{}` did not answer within {seconds} s", provider.name()),
        ))
    })
}
