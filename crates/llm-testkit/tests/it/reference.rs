//! A small provider of the OpenAI dialect, written to pass; and the ways in which it can be broken.

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use llm_core::{
    Capabilities, ChatRequest, ChatResponse, Error, ErrorKind, ModelId, ProviderName, Result, Stage,
};
use llm_provider::{CallContext, ChatStream, Provider};
use llm_testkit::conformance::KEY;
use serde_json::{Value, json};
use tokio::{net::TcpStream, task::JoinSet};

mod decode;
mod events;
mod refuse;

/// What is wrong with a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    SwallowsCut,
    TwoTerminals,
    Retries,
    LeaksKey,
    DebugsKey,
    IgnoresRetryAfter,
    PanicsOnUnknown,
    LosesUnknown,
    LosesExtra,
    DecodesPieces,
    NeverSaysSent,
    SaysSentLate,
    KeepsReading,
    OverlooksErrors,
    FollowsRedirects,
    NeverBilled,
    SaysBilled,
    LosesId,
    LosesUsage,
    LosesArguments,
    MistakesKinds,
    MakesUpWaits,
    DiesOfComments,
    TakesHalf,
    KeepsCalling,
    HidesAttempt,
}

pub(crate) struct Reference {
    name: ProviderName,
    authority: String,
    flaw: Flaw,
}

impl std::fmt::Debug for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = if self.flaw == Flaw::DebugsKey { KEY } else { "[redacted]" };
        f.debug_struct("Reference").field("key", &key).finish_non_exhaustive()
    }
}

/// An answer that is under way. Dropped, it closes the connection.
struct Open {
    response: Response<Incoming>,
    connection: JoinSet<()>,
}

impl Reference {
    #[expect(clippy::unwrap_used, reason = "a test may panic")]
    pub(crate) fn new(base_url: &str, flaw: Flaw) -> Self {
        let authority = base_url.strip_prefix("http://").unwrap().to_owned();
        Self { name: ProviderName::new("reference").unwrap(), authority, flaw }
    }

    fn body(&self, request: &ChatRequest, streamed: bool) -> Value {
        let mut body = json!({"model": request.model, "messages": request.messages, "stream": streamed});
        for (name, value) in request.extra.iter().filter(|_| self.flaw != Flaw::LosesExtra) {
            body[name] = value.clone();
        }
        body
    }

    fn attempt(&self, ctx: &CallContext) -> String {
        let id = ctx.attempt_id().filter(|_| self.flaw != Flaw::HidesAttempt);
        id.map(|id| id.to_string()).unwrap_or_default()
    }

    async fn call(&self, ctx: &CallContext, body: &Value) -> Result<Open> {
        let first = self.call_once(ctx, &self.authority, body).await;
        match &first {
            Err(error) if self.flaw == Flaw::Retries && error.is_retryable() => {
                self.call_once(ctx, &self.authority, body).await
            }
            _ => first,
        }
    }

    async fn call_once(&self, ctx: &CallContext, authority: &str, body: &Value) -> Result<Open> {
        let broken = |billed: bool, cause: String| {
            Error::new(ErrorKind::Unavailable, "the connection failed")
                .with_stage(Stage::Connect)
                .with_maybe_billed(billed)
                .with_detail(cause)
        };
        let stream = TcpStream::connect(authority)
            .await
            .map_err(|error| broken(self.flaw == Flaw::SaysBilled, error.to_string()))?;
        let handshake = http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, driver) = handshake.map_err(|error| broken(false, error.to_string()))?;
        let mut connection = JoinSet::new();
        connection.spawn(async move {
            let _ = driver.await;
        });
        if self.flaw == Flaw::KeepsCalling {
            connection.detach_all();
        }
        let request = Request::post("/chat/completions")
            .header(header::HOST, authority)
            .header(header::AUTHORIZATION, format!("Bearer {KEY}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-client-request-id", self.attempt(ctx))
            .body(Full::new(Bytes::from(body.to_string())))
            .map_err(|_| Error::new(ErrorKind::Internal, "the request cannot be built"))?;
        if !matches!(self.flaw, Flaw::NeverSaysSent | Flaw::SaysSentLate) {
            ctx.sent();
        }
        let billed = self.flaw != Flaw::NeverBilled;
        let response = match self.flaw {
            Flaw::KeepsCalling => match tokio::spawn(sender.send_request(request)).await {
                Ok(response) => response,
                Err(_) => return Err(broken(billed, "the task was lost".to_owned())),
            },
            _ => sender.send_request(request).await,
        };
        let response = response.map_err(|error| {
            let broken = broken(billed, error.to_string());
            if self.flaw == Flaw::MistakesKinds { broken.with_kind(ErrorKind::Internal) } else { broken }
        })?;
        if self.flaw == Flaw::SaysSentLate {
            ctx.sent();
        }
        let open = Open { response, connection };
        if self.flaw == Flaw::LosesId {
            return self.accept(ctx, open, body).await;
        }
        if let Some(id) = open.response.headers().get("x-generation-id").and_then(|id| id.to_str().ok()) {
            ctx.upstream_id(id);
        }
        self.accept(ctx, open, body).await
    }

    /// Makes an error of every status that is not good.
    async fn accept(&self, ctx: &CallContext, open: Open, body: &Value) -> Result<Open> {
        let status = open.response.status();
        if status == StatusCode::OK {
            return Ok(open);
        }
        let location = open.response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
        if let (Flaw::FollowsRedirects, Some(location)) = (self.flaw, location) {
            let authority = location.trim_start_matches("http://").split('/').next().unwrap_or_default();
            return Box::pin(self.call_once(ctx, authority, body)).await;
        }
        let (head, text) = open.response.into_parts();
        let text = text.collect().await.map(|text| text.to_bytes()).unwrap_or_default();
        Err(refuse::error(self.flaw, status, &head.headers, &text))
    }
}

#[async_trait]
impl Provider for Reference {
    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn capabilities(&self, _model: &ModelId) -> Capabilities {
        Capabilities::default()
    }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        let open = self.call(ctx, &self.body(&request, false)).await?;
        let body = open.response.into_body().collect().await.map_err(|_| {
            Error::new(ErrorKind::StreamInterrupted, "the answer was cut")
                .with_stage(Stage::Truncated)
                .with_maybe_billed(self.flaw != Flaw::NeverBilled)
        })?;
        drop(open.connection);
        decode::whole(self.flaw, &body.to_bytes())
    }

    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
        let open = self.call(ctx, &self.body(&request, true)).await?;
        events::begin(self.flaw, open).await
    }
}
