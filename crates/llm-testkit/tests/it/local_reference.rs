//! A small provider without an upstream, written to pass; and the ways in which it can be broken.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use llm_core::{
    Capabilities, ChatEvent, ChatRequest, ChatResponse, CostSource, Error, ErrorKind, Finish, FinishReason,
    ModelId, ModelInfo, Partial, ProviderName, Result, Stage, Started, Usage, Usd,
};
use llm_provider::{CallContext, ChatStream, Provider};
use llm_testkit::conformance::local::LocalModels;

/// What is wrong with a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    SwallowsCut,
    TwoTerminals,
    LosesCost,
    StreamsForFree,
    NeverSaysSent,
    SaysSentTwice,
    HidesId,
    RepeatsId,
    LosesPart,
    LosesWait,
    BreaksForGood,
    AnswersAnyModel,
    HidesItself,
    ListsBareNames,
    StaysBusyAfterStream,
    StaysBusyAfterCall,
}

pub(crate) const MODELS: LocalModels = LocalModels {
    whole: "good",
    cut: Some("cut"),
    rate_limited: Some("busy"),
    broken: Some("broken"),
    unknown: Some("none"),
};

const PIECES: [&str; 2] = ["Because of ", "Rayleigh."];

#[derive(Debug)]
pub(crate) struct LocalReference {
    name: ProviderName,
    flaw: Flaw,
    busy: Arc<AtomicBool>,
}

impl LocalReference {
    #[expect(clippy::unwrap_used, reason = "a test may panic")]
    pub(crate) fn new(flaw: Flaw) -> Self {
        Self { name: ProviderName::new("local").unwrap(), flaw, busy: Arc::default() }
    }

    fn error(&self, kind: ErrorKind) -> Error {
        let error = Error::new(kind, "it fails to order");
        if self.flaw == Flaw::HidesItself { error } else { error.with_provider(self.name.clone()) }
    }

    /// The call's id and usage, and whether its answer is whole.
    async fn call(&self, ctx: &CallContext, model: &str) -> Result<(String, Usage, bool)> {
        let known = [MODELS.whole, "cut", "busy", "broken"].contains(&model);
        if !known && self.flaw != Flaw::AnswersAnyModel {
            return Err(self.error(ErrorKind::ModelNotFound));
        }
        if self.busy.load(Ordering::Acquire) {
            return Err(self.error(ErrorKind::Overloaded));
        }
        match self.flaw {
            Flaw::NeverSaysSent => {}
            Flaw::SaysSentTwice => (0..2).for_each(|_| ctx.sent()),
            _ => ctx.sent(),
        }
        let id = if self.flaw == Flaw::RepeatsId { "1".to_owned() } else { ctx.request_id().to_string() };
        if self.flaw != Flaw::HidesId {
            ctx.upstream_id(&id);
        }
        self.busy.store(self.flaw == Flaw::StaysBusyAfterCall, Ordering::Release);
        tokio::task::yield_now().await;
        self.busy.store(false, Ordering::Release);
        let usage = Usage::new().with_tokens(5, 3);
        let usage = match self.flaw {
            Flaw::LosesCost => usage,
            _ => usage.with_cost(Usd::MAX, CostSource::Provider),
        };
        match model {
            "busy" if self.flaw == Flaw::LosesWait => Err(self.error(ErrorKind::RateLimited)),
            "busy" => Err(self.error(ErrorKind::RateLimited).with_retry_after(Duration::from_secs(1))),
            "broken" if self.flaw == Flaw::BreaksForGood => Err(self.error(ErrorKind::InvalidRequest)),
            "broken" => Err(self.error(ErrorKind::Provider)),
            _ => Ok((id, usage, model != "cut" || self.flaw == Flaw::SwallowsCut)),
        }
    }

    fn cut(&self) -> Error {
        let part = if self.flaw == Flaw::LosesPart { "" } else { PIECES[0] };
        self.error(ErrorKind::StreamInterrupted)
            .with_stage(Stage::Truncated)
            .with_maybe_billed(true)
            .with_partial(Partial::new(part, Usage::new()))
    }
}

#[async_trait]
impl Provider for LocalReference {
    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn capabilities(&self, _model: &ModelId) -> Capabilities {
        Capabilities::default()
    }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        let (id, usage, whole) = self.call(ctx, &request.model).await?;
        if !whole {
            return Err(self.cut());
        }
        let mut response = ChatResponse::of_text(request.model, PIECES.concat());
        response.id = Some(id);
        response.usage = usage;
        Ok(response)
    }

    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
        let (id, mut usage, whole) = self.call(ctx, &request.model).await?;
        let mut started = Started::default();
        started.id = Some(id);
        started.model = request.model;
        let piece = |text: &str| Ok(ChatEvent::TextDelta { choice: 0, text: text.to_owned() });
        let mut items = vec![Ok(ChatEvent::Started(started)), piece(PIECES[0])];
        if self.flaw == Flaw::StreamsForFree {
            usage.cost = Some(Usd::ZERO);
        }
        if whole {
            let end = Ok(ChatEvent::Finished(Finish::of(FinishReason::Stop)));
            items.extend([piece(PIECES[1]), Ok(ChatEvent::Usage(usage)), end.clone()]);
            items.extend((self.flaw == Flaw::TwoTerminals).then_some(end));
        } else {
            items.push(Err(self.cut()));
        }
        // Busy until somebody has heard the end.
        let busy = self.busy.clone();
        busy.store(self.flaw == Flaw::StaysBusyAfterStream, Ordering::Release);
        let end = stream::once(async move { busy.store(false, Ordering::Release) });
        Ok(Box::pin(stream::iter(items).chain(end.filter_map(async |()| None))))
    }

    async fn list_models(&self, _ctx: &CallContext) -> Result<Vec<ModelInfo>> {
        let prefix = if self.flaw == Flaw::ListsBareNames { "" } else { "local/" };
        Ok(["good", "cut", "busy", "broken"].map(|model| ModelInfo::new(format!("{prefix}{model}"))).into())
    }
}
