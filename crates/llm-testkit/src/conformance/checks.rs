//! What must hold of a call's end.

use futures_util::StreamExt as _;
use llm_core::{ChatEvent, ChatRequest, ChatResponse, Collector, Error, ErrorKind, FinishReason, Stage};
use llm_provider::ChatStream;

use super::{KEY, Outcome};
use crate::corpus;

/// What a broken upstream may be called.
pub(super) const BROKEN: &[ErrorKind] = &[ErrorKind::Provider, ErrorKind::Overloaded, ErrorKind::Unavailable];

/// What came of a call: the events before its end, and its end.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) events: Vec<ChatEvent>,
    pub(super) error: Option<Error>,
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

    /// The text that came, of whatever end.
    pub(super) fn text(&self) -> String {
        self.events.iter().filter_map(ChatEvent::as_text).collect()
    }

    /// `Started` comes at most once, and before everything else.
    pub(super) fn started_first(&self) -> Outcome {
        let started = self.content().iter().rposition(|event| matches!(event, ChatEvent::Started(_)));
        check(started.is_none_or(|at| at == 0), "`Started` comes at most once, and before everything else")
    }
}

/// An answer that the model ended, with the tokens that it took.
pub(super) fn ended_well(response: &ChatResponse) -> Outcome {
    same("the finish reason", &response.finish_reason(), &Some(&FinishReason::Stop))?;
    check(response.usage.input_tokens.is_some(), "the tokens of the prompt are lost")?;
    check(response.usage.output_tokens.is_some(), "the tokens of the answer are lost")
}

/// A stream's answer must be the one that the whole call gives.
pub(super) fn same_answer(streamed: &ChatResponse, whole: &ChatResponse) -> Outcome {
    same("the streamed model", &streamed.model, &whole.model)?;
    same("the streamed usage", &streamed.usage, &whole.usage)?;
    same("the streamed choices", &streamed.choices, &whole.choices)
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
