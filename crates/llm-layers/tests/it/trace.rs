//! `TracingLayer`, seen by a subscriber.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    collections::BTreeMap,
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex},
};

use futures_util::StreamExt as _;
use llm_core::{
    AttemptId, ChatEvent, ChatResponse, CostSource, EmbedRequest, ErrorKind, ProviderName, Started, Usage,
};
use llm_layers::TracingLayer;
use llm_provider::{AttemptObserver, Layer as _, MockProvider, RetryWait};
use tracing::{
    Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{
    layer::{Context, SubscriberExt as _},
    registry::LookupSpan,
};

use crate::double::{Act, Double, ask, ctx, failure, millis, text};

type Fields = BTreeMap<String, String>;

/// Keeps the fields of every span that has closed.
#[derive(Clone, Default)]
struct Closed(Arc<Mutex<Vec<Fields>>>);

impl Closed {
    fn listen(&self) -> DefaultGuard {
        tracing::subscriber::set_default(tracing_subscriber::registry().with(self.clone()))
    }

    fn take(&self) -> Vec<Fields> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

struct Writing<'a>(&'a mut Fields);

impl Visit for Writing<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> tracing_subscriber::Layer<S> for Closed {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, at: Context<'_, S>) {
        let span = at.span(id).unwrap();
        let mut fields = Fields::from([("span".to_owned(), span.name().to_owned())]);
        if let Some(parent) = span.parent() {
            fields.insert("parent".to_owned(), parent.name().to_owned());
        }
        attributes.record(&mut Writing(&mut fields));
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, at: Context<'_, S>) {
        let span = at.span(id).unwrap();
        values.record(&mut Writing(span.extensions_mut().get_mut().unwrap()));
    }

    fn on_close(&self, id: Id, at: Context<'_, S>) {
        let fields = at.span(&id).unwrap().extensions_mut().remove().unwrap();
        self.0.lock().unwrap().push(fields);
    }
}

/// What a span said, fields that it left empty not counted.
fn said<'a>(fields: &'a Fields, names: &[&str]) -> Vec<Option<&'a str>> {
    names.iter().map(|name| fields.get(*name).map(String::as_str)).collect()
}

fn answer() -> ChatResponse {
    let mut answer = ChatResponse::of_text("m-1-2026", "a secret answer");
    answer.id = Some("gen-1".into());
    answer.provider = Some(ProviderName::new("vendor").unwrap());
    answer.usage =
        Usage::new().with_tokens(12, 3).with_cost("0.00014025".parse().unwrap(), CostSource::Provider);
    answer
}

fn provider() -> MockProvider {
    let mut mock = MockProvider::new();
    mock.expect_name().return_const(ProviderName::new("pipeline").unwrap());
    mock.expect_chat().returning(|_, _| Ok(answer()));
    mock.expect_chat_stream().returning(|_, _| Ok(llm_provider::events(answer().into_events())));
    mock
}

#[tokio::test(start_paused = true)]
async fn a_request_says_what_it_was_and_never_what_was_said() {
    let closed = Closed::default();
    let _listening = closed.listen();
    let ctx = ctx();
    let provider = TracingLayer::new().layer(Arc::new(provider()));
    provider.chat(&ctx, ask().system("a secret prompt")).await.unwrap();
    let streamed = provider.chat_stream(&ctx, ask()).await.unwrap();
    assert_eq!(closed.take().len(), 1, "the stream's span lives as long as the stream");
    let stream_spans = {
        drop(streamed.collect::<Vec<_>>().await);
        closed.take()
    };
    assert_eq!(stream_spans[0]["llm.streamed"], "true");
    assert_eq!(stream_spans[0]["llm.time_to_first_token_ms"], "0");
    provider.chat(&ctx, ask().system("a secret prompt")).await.unwrap();
    for fields in closed.take().iter().chain(&stream_spans) {
        let id = ctx.request_id().to_string();
        let names = [
            "span",
            "otel.name",
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model",
            "gen_ai.response.model",
            "gen_ai.response.id",
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.output_tokens",
            "llm.cost_usd",
            "llm.cached",
            "llm.outcome",
            "llm.request_id",
            "error.type",
        ];
        let want = [
            "llm.request",
            "chat m-1",
            "chat",
            "vendor",
            "m-1",
            "m-1-2026",
            "gen-1",
            "12",
            "3",
            "0.00014025",
            "false",
            "ok",
            &id,
        ];
        let mut want: Vec<_> = want.into_iter().map(Some).collect();
        want.push(None);
        assert_eq!(said(fields, &names), want);
        assert!(!format!("{fields:?}").contains("secret"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_says_its_kind() {
    let closed = Closed::default();
    let _listening = closed.listen();
    let provider = Double::failing(failure(ErrorKind::RateLimited)).under(&TracingLayer::new());
    provider.chat(&ctx(), ask()).await.unwrap_err();
    provider.chat_stream(&ctx(), ask()).await.err().unwrap();
    provider.embed(&ctx(), EmbedRequest::new("e", "text")).await.unwrap_err();
    let spans = closed.take();
    assert_eq!(spans.len(), 3);
    for fields in &spans {
        let names = ["error.type", "llm.outcome", "gen_ai.provider.name"];
        assert_eq!(said(fields, &names), [Some("rate_limited"), Some("error"), Some("double")]);
    }
    assert_eq!(spans[2]["gen_ai.operation.name"], "embeddings");
}

#[tokio::test(start_paused = true)]
async fn what_is_dropped_says_so_with_the_usage_so_far() {
    let closed = Closed::default();
    let _listening = closed.listen();
    let mut started = Started::default();
    started.id = Some("gen-2".into());
    let inner = Double::new(move |call| match call {
        0 => Act::Hang,
        _ => Act::Stream(vec![
            (0, Ok(ChatEvent::Started(started.clone()))),
            (5, Ok(ChatEvent::Usage(Usage::new().with_tokens(9, 1)))),
            (5, text("a")),
        ]),
    });
    let provider = inner.under(&TracingLayer::new());
    assert!(tokio::time::timeout(millis(5), provider.chat(&ctx(), ask())).await.is_err());
    assert_eq!(closed.take()[0]["llm.outcome"], "dropped");
    let stream = provider.chat_stream(&ctx(), ask()).await.unwrap();
    drop(stream.take(3).collect::<Vec<_>>().await);
    let spans = closed.take();
    let names = ["llm.outcome", "gen_ai.usage.input_tokens", "gen_ai.response.id", "error.type"];
    assert_eq!(said(&spans[0], &names), [Some("dropped"), Some("9"), Some("gen-2"), None]);
}

#[derive(Debug)]
struct Deaf;

impl AttemptObserver for Deaf {
    fn sent(&self) {}
    fn upstream_id(&self, _id: &str) {}
}

#[tokio::test(start_paused = true)]
async fn an_attempt_has_a_span_inside_its_requests() {
    let closed = Closed::default();
    let _listening = closed.listen();
    let provider = TracingLayer::new().layer(TracingLayer::attempt().layer(Arc::new(provider())));
    let ctx = ctx();
    let id = AttemptId { request: ctx.request_id(), number: NonZeroU32::new(2).unwrap() };
    let second = ctx.with_attempt(id, Arc::new(Deaf)).with_extension(Arc::new(RetryWait(millis(250))));
    provider.chat(&second, ask()).await.unwrap();
    let spans = closed.take();
    let names = ["span", "parent", "llm.attempt", "llm.retry_wait_ms", "llm.outcome"];
    assert_eq!(
        said(&spans[0], &names),
        [Some("llm.attempt"), Some("llm.request"), Some("2"), Some("250"), Some("ok")]
    );
    assert_eq!(said(&spans[1], &names), [Some("llm.request"), None, None, None, Some("ok")]);
}
