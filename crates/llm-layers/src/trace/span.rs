//! The span of one call, from its beginning to its outcome.

use llm_core::{ChatEvent, ChatResponse, EmbedResponse, Error, ProviderName, Started, Usage};
use llm_provider::{CallContext, RetryWait};
use tokio::time::Instant;
use tracing::{
    Span,
    field::{Empty, display},
    info_span,
};

use super::fields::*;

/// What a span stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// A request with all its attempts.
    Request,
    /// One upstream call.
    Attempt,
}

/// Opens a span with every field that a call may fill.
macro_rules! call_span {
    ($name:literal, $operation:expr, $model:expr, $ctx:expr, $streamed:expr) => {
        info_span!(
            $name,
            { OTEL_NAME } = %format_args!("{} {}", $operation, $model),
            { OTEL_KIND } = "client",
            { OPERATION } = $operation,
            { PROVIDER } = Empty,
            { REQUEST_MODEL } = $model,
            { RESPONSE_MODEL } = Empty,
            { RESPONSE_ID } = Empty,
            { INPUT_TOKENS } = Empty,
            { OUTPUT_TOKENS } = Empty,
            { ERROR } = Empty,
            { REQUEST_ID } = %$ctx.request_id(),
            { ATTEMPT } = Empty,
            { RETRY_WAIT } = Empty,
            { STREAMED } = $streamed,
            { CACHED } = Empty,
            { COST } = Empty,
            { FIRST_TOKEN } = Empty,
            { OUTCOME } = Empty,
        )
    };
}

/// The span of one call. Dropped before the call has ended, it says so.
#[derive(Debug)]
pub(super) struct CallSpan {
    span: Span,
    began: Instant,
    /// The provider that was called; the answer may name another, further in.
    provider: ProviderName,
    usage: Usage,
    open: bool,
}

impl CallSpan {
    pub(super) fn begin(
        scope: Scope,
        operation: &'static str,
        model: &str,
        provider: &ProviderName,
        ctx: &CallContext,
        streamed: bool,
    ) -> Self {
        let span = match scope {
            Scope::Request => call_span!("llm.request", operation, model, ctx, streamed),
            Scope::Attempt => call_span!("llm.attempt", operation, model, ctx, streamed),
        };
        if let (Scope::Attempt, Some(id)) = (scope, ctx.attempt_id()) {
            span.record(ATTEMPT, id.number.get());
        }
        if let (Scope::Attempt, Some(wait)) = (scope, ctx.extension::<RetryWait>()) {
            span.record(RETRY_WAIT, millis(wait.0));
        }
        Self { span, began: Instant::now(), provider: provider.clone(), usage: Usage::new(), open: true }
    }

    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    /// The first content is there.
    pub(super) fn first_content(&self) {
        self.span.record(FIRST_TOKEN, millis(self.began.elapsed()));
    }

    /// A stream went on.
    pub(super) fn event(&mut self, event: &ChatEvent) {
        match event {
            ChatEvent::Started(started) => self.started(started),
            ChatEvent::Usage(usage) => self.usage.update(usage.clone()),
            ChatEvent::Finished(_) => self.close("ok"),
            _ => {}
        }
    }

    fn started(&mut self, started: &Started) {
        self.origin(
            started.id.as_deref(),
            &started.model,
            started.provider.as_ref(),
            started.cached.is_some(),
        );
    }

    fn origin(&mut self, id: Option<&str>, model: &str, provider: Option<&ProviderName>, cached: bool) {
        self.span.record(RESPONSE_ID, id);
        self.span.record(RESPONSE_MODEL, model);
        self.span.record(CACHED, cached);
        if let Some(provider) = provider {
            self.provider = provider.clone();
        }
    }

    /// A whole answer came.
    pub(super) fn answered(&mut self, answer: &ChatResponse) {
        self.origin(answer.id.as_deref(), &answer.model, answer.provider.as_ref(), answer.cached.is_some());
        self.usage = answer.usage.clone();
        self.close("ok");
    }

    /// Embeddings came.
    pub(super) fn embedded(&mut self, answer: &EmbedResponse) {
        self.origin(answer.id.as_deref(), &answer.model, None, false);
        self.usage = answer.usage.clone();
        self.close("ok");
    }

    /// The call failed.
    pub(super) fn failed(&mut self, error: &Error) {
        self.span.record(ERROR, error.kind().as_str());
        if let Some(provider) = error.provider() {
            self.provider = provider.clone();
        }
        self.usage.update(error.usage());
        self.close("error");
    }

    /// Writes down what is known at the end, once.
    fn close(&mut self, outcome: &'static str) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        self.span.record(PROVIDER, self.provider.as_str());
        self.span.record(INPUT_TOKENS, self.usage.input_tokens);
        self.span.record(OUTPUT_TOKENS, self.usage.output_tokens);
        self.span.record(COST, self.usage.cost.map(display));
        self.span.record(OUTCOME, outcome);
    }
}

impl Drop for CallSpan {
    fn drop(&mut self) {
        self.close("dropped");
    }
}

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
