//! The provider.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use futures_util::stream;
use llm_core::{
    Capabilities, ChatEvent, ChatRequest, ChatResponse, Error, ErrorKind, Finish, Message, ModelId,
    ModelInfo, Partial, ProviderName, Result, Role, Stage, Started, Support,
};
use llm_provider::{CallContext, ChatStream, Health, HealthStatus, Provider, begin};

use crate::{
    MockModel,
    answer::{Answer, prices},
};

/// How late the model `slow` answers.
const SLOW: Duration = Duration::from_secs(2);

/// The built-in models as a provider of the name `mock`.
///
/// It does no I/O. Streams give a word an event and can be dropped at any time.
#[derive(Clone, Debug)]
pub struct Mock {
    name: ProviderName,
}

impl Mock {
    /// The name under which it is found.
    pub const NAME: &'static str = "mock";

    /// The built-in models.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        clippy::expect_used,
        reason = "the constant is a good name, which a test shows"
    )]
    pub fn new() -> Self {
        Self { name: ProviderName::new(Self::NAME).expect("a good name") }
    }

    /// What the model says, or how it refuses.
    async fn answer(&self, ctx: &CallContext, request: &ChatRequest) -> Result<(MockModel, Answer)> {
        let model = MockModel::from_name(&request.model).map_err(|error| self.own(error, request))?;
        if !dropped(request).is_empty() && !request.options.lenient {
            let message = "the built-in models give one answer: leave `n` out, or make the request lenient";
            return Err(self.own(Error::new(ErrorKind::Unsupported, message), request));
        }
        ctx.sent();
        ctx.upstream_id(&self.call_id(ctx));
        let refusal = |kind, status, message: &'static str| {
            self.own(Error::new(kind, message).with_status(status).with_stage(Stage::Answer), request)
        };
        match model {
            MockModel::Lorem => Ok((model, Answer::lorem(request))),
            MockModel::Echo | MockModel::Cut => Ok((model, Answer::echo(request))),
            MockModel::Slow => {
                tokio::time::sleep(SLOW).await;
                Ok((model, Answer::echo(request)))
            }
            MockModel::RateLimited => Err(refusal(
                ErrorKind::RateLimited,
                429,
                "mock/rate-limited refuses every call, as it should",
            )
            .with_retry_after(Duration::from_secs(1))),
            MockModel::Broken => {
                Err(refusal(ErrorKind::Provider, 500, "mock/broken refuses every call, as it should"))
            }
        }
    }

    /// An id for the provider's own records, the same for the same attempt.
    fn call_id(&self, ctx: &CallContext) -> String {
        match ctx.attempt_id() {
            Some(attempt) => format!("mock-{attempt}"),
            None => format!("mock-{}", ctx.request_id()),
        }
    }

    fn own(&self, error: Error, request: &ChatRequest) -> Error {
        error.with_provider(self.name.clone()).with_model(request.model.clone())
    }

    /// How `cut` ends.
    fn cut(&self, answer: &Answer, request: &ChatRequest) -> Error {
        let said = answer.pieces[..answer.pieces.len() / 2].concat();
        let error =
            Error::new(ErrorKind::StreamInterrupted, "mock/cut broke off in the middle, as it should")
                .with_stage(Stage::Truncated)
                .with_maybe_billed(true)
                .with_partial(Partial::new(said, answer.usage.clone()));
        self.own(error, request)
    }
}

impl Default for Mock {
    fn default() -> Self {
        Self::new()
    }
}

/// What a lenient request loses.
fn dropped(request: &ChatRequest) -> Vec<String> {
    if request.n.is_some_and(|answers| answers > 1) { vec!["n".to_owned()] } else { Vec::new() }
}

/// Seconds since 1970, if the clock knows them.
fn now() -> Option<i64> {
    let passed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(passed.as_secs()).ok()
}

#[async_trait]
impl Provider for Mock {
    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn capabilities(&self, _model: &ModelId) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.streaming = Support::Yes;
        capabilities.tools = Support::No;
        capabilities.json_schema = Support::No;
        capabilities.json_object = Support::No;
        capabilities.embeddings = Support::No;
        capabilities.image_input = Support::No;
        capabilities.audio_input = Support::No;
        capabilities.file_input = Support::No;
        capabilities
    }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        let (model, answer) = self.answer(ctx, &request).await?;
        if model == MockModel::Cut {
            return Err(self.cut(&answer, &request));
        }
        let message = Message::new(Role::Assistant, answer.text());
        let dropped = dropped(&request);
        let mut response = ChatResponse::new(request.model, message, answer.finish_reason);
        response.id = Some(self.call_id(ctx));
        response.provider = Some(self.name.clone());
        response.created = now();
        response.dropped = dropped;
        response.usage = answer.usage;
        Ok(response)
    }

    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
        let (model, answer) = self.answer(ctx, &request).await?;
        let mut started = Started::default();
        started.id = Some(self.call_id(ctx));
        started.model.clone_from(&request.model);
        started.provider = Some(self.name.clone());
        started.created = now();
        started.dropped = dropped(&request);
        let mut items = vec![Ok(ChatEvent::Started(started))];
        let whole = model != MockModel::Cut;
        let shown = if whole { answer.pieces.len() } else { answer.pieces.len() / 2 };
        items.extend(
            answer
                .pieces
                .iter()
                .take(shown)
                .map(|text| Ok(ChatEvent::TextDelta { choice: 0, text: text.clone() })),
        );
        if whole {
            items.push(Ok(ChatEvent::Usage(answer.usage)));
            items.push(Ok(ChatEvent::Finished(Finish::of(answer.finish_reason))));
        } else {
            items.push(Err(self.cut(&answer, &request)));
        }
        begin(stream::iter(items)).await
    }

    async fn list_models(&self, _ctx: &CallContext) -> Result<Vec<ModelInfo>> {
        let info = |model: &MockModel| {
            let mut info = ModelInfo::new(format!("{}/{}", Self::NAME, model.name()));
            info.description = Some(model.description().to_owned());
            info.capabilities.streaming = Support::Yes;
            info.capabilities.tools = Support::No;
            info.prices = Some(prices());
            info
        };
        Ok(MockModel::ALL.iter().map(info).collect())
    }

    async fn health(&self, _ctx: &CallContext) -> Result<Health> {
        Ok(Health::new(HealthStatus::Up).with_latency(Duration::ZERO))
    }
}
