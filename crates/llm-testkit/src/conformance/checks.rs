//! What scenarios are made of: one call against one upstream, and what must hold of its end.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use futures_util::StreamExt as _;
use llm_core::{
    AttemptId, ChatEvent, ChatRequest, ChatResponse, Collector, Error, ErrorKind, RequestId, Stage,
};
use llm_provider::{CallContext, ChatStream, SharedProvider};

use super::{KEY, Outcome, Subject, observer::Observer};
use crate::{Call, End, Reply, Upstream, corpus};

/// A provider, and the upstream that it calls.
pub(super) struct Scene {
    pub(super) upstream: Upstream,
    pub(super) provider: SharedProvider,
    pub(super) observer: Arc<Observer>,
    pub(super) ctx: CallContext,
}

/// What came of a call: the events before its end, and its end.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) events: Vec<ChatEvent>,
    pub(super) error: Option<Error>,
}

impl Scene {
    /// A scene whose upstream answers every call so.
    pub(super) async fn playing(subject: &Subject, reply: Reply) -> Self {
        let upstream = Upstream::start().await;
        upstream.always("", reply);
        let url = upstream.url();
        Self::at(subject, upstream, &url)
    }

    /// A scene whose provider calls another address than the upstream's.
    pub(super) fn at(subject: &Subject, upstream: Upstream, base_url: &str) -> Self {
        let observer = Arc::new(Observer::default());
        let request = RequestId::new();
        let ctx = CallContext::new(request)
            .with_attempt(AttemptId { request, number: NonZeroU32::MIN }, observer.clone());
        Self { upstream, provider: subject.provider(base_url), observer, ctx }
    }

    pub(super) async fn chat(&self) -> llm_core::Result<ChatResponse> {
        self.provider.chat(&self.ctx, request()).await
    }

    pub(super) async fn begin(&self) -> llm_core::Result<ChatStream> {
        self.provider.chat_stream(&self.ctx, request()).await
    }

    /// A stream to its end. An early error is an end too.
    pub(super) async fn stream(&self) -> Result<Heard, String> {
        match self.begin().await {
            Err(error) => Ok(Heard { events: Vec::new(), error: Some(error) }),
            Ok(stream) => listen(stream).await,
        }
    }

    /// The error of a call that must fail, whole or streamed.
    pub(super) async fn failure(&self, streamed: bool) -> Result<Error, String> {
        if !streamed {
            return self
                .chat()
                .await
                .err()
                .ok_or_else(|| "a broken answer was given as a whole one".to_owned());
        }
        self.stream().await?.error.ok_or_else(|| "a broken stream was given as a whole one".to_owned())
    }

    /// The calls that the upstream heard must be this one.
    pub(super) fn one_call(&self) -> Result<Call, String> {
        let mut calls = self.upstream.calls();
        match calls.len() {
            1 => Ok(calls.remove(0)),
            other => Err(format!("one call makes one upstream call, not {other}")),
        }
    }

    /// The upstream must see that the caller hung up.
    pub(super) async fn hung_up(&self) -> Outcome {
        let ended = tokio::time::timeout(Duration::from_secs(5), self.upstream.ended(0)).await;
        match ended {
            Ok(call) => same("the call's end at the upstream", &call.end, &End::HungUp),
            Err(_) => Err("the connection was still open five seconds after the caller went away".to_owned()),
        }
    }
}

pub(super) fn request() -> ChatRequest {
    ChatRequest::new(corpus::MODEL).user("Why is the sky blue?").with_max_output_tokens(100)
}

/// Listens to a stream's end and behind it: exactly one terminal item, and then nothing, for good.
pub(super) async fn listen(mut stream: ChatStream) -> Result<Heard, String> {
    let mut heard = Heard { events: Vec::new(), error: None };
    let mut ended = false;
    while let Some(item) = stream.next().await {
        if ended {
            return Err("something came behind the stream's terminal item".to_owned());
        }
        match item {
            Ok(event) => {
                ended = matches!(event, ChatEvent::Finished(_));
                heard.events.push(event);
            }
            Err(error) => {
                ended = true;
                heard.error = Some(error);
            }
        }
    }
    check(ended, "the stream ended without a terminal item: neither `Finished` nor an error")?;
    check(stream.next().await.is_none(), "the stream went on after its end")?;
    Ok(heard)
}

impl Heard {
    /// The whole answer that the events make.
    pub(super) fn whole(&self) -> Result<ChatResponse, String> {
        if let Some(error) = &self.error {
            return Err(format!("a good stream failed: {}", error.report()));
        }
        let mut collector = Collector::new();
        self.events.iter().for_each(|event| collector.push(event));
        collector.finish().ok_or_else(|| "a good stream has no `Finished`".to_owned())
    }

    /// The events without signs of life, with pieces of the same text that came behind each other.
    pub(super) fn content(&self) -> Vec<&ChatEvent> {
        self.events.iter().filter(|event| !matches!(event, ChatEvent::Alive)).collect()
    }
}

pub(super) fn check(holds: bool, wrong: &str) -> Outcome {
    if holds { Ok(()) } else { Err(wrong.to_owned()) }
}

pub(super) fn same<T: PartialEq + std::fmt::Debug>(what: &str, is: &T, must: &T) -> Outcome {
    if is == must { Ok(()) } else { Err(format!("{what} is {is:?}, and must be {must:?}")) }
}

pub(super) fn one_of(error: &Error, kinds: &[ErrorKind]) -> Outcome {
    if kinds.contains(&error.kind()) {
        return Ok(());
    }
    Err(format!("the kind is {:?}, and must be one of {kinds:?}: {}", error.kind(), error.report()))
}

pub(super) fn stage(error: &Error, stages: &[Stage]) -> Outcome {
    if stages.contains(&error.stage()) {
        return Ok(());
    }
    Err(format!("the stage is {:?}, and must be one of {stages:?}: {}", error.stage(), error.report()))
}

/// Nothing that can be printed of an error may hold the key.
pub(super) fn no_key_in(error: &Error) -> Outcome {
    let mut said = vec![error.to_string(), format!("{error:?}"), format!("{error:#?}"), error.report()];
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        said.extend([source.to_string(), format!("{source:?}")]);
        cause = source.source();
    }
    check(!said.iter().any(|text| text.contains(KEY)), "an error shows the key")
}
