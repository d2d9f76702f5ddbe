//! The ladder: rung by rung, each with one repair, until an answer fits.

use std::sync::Arc;

use async_trait::async_trait;
use llm_core::{
    ChatRequest, ChatResponse, Choice, Content, Error, ErrorKind, FinishReason, Message, ModelId, Partial,
    Result, Role, Stage, Usage,
};
use llm_provider::{CallContext, Layer, Provider, SharedProvider, forward};

use super::{
    EnforcedBy, Schema,
    rung::{answer, ask, repair, rungs},
};

/// The field of an answer's `extra` that names the rung.
const RUNG: &str = "enforced_by";

/// The longest part of an answer that does not fit that an error keeps, in characters.
const LONGEST_PARTIAL: usize = 64 * 1024;

/// Makes unary answers fit the [`Schema`] in the call's context, if there is one.
///
/// Streams pass through: a schema cannot be checked before the end. A dropped call stops at the turn that it was at.
/// It stands inside the cache, so that only answers that fit are kept, and inside the request log, so that all its
/// turns are one request with several attempts. Outside the router, because rungs depend on the routed model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StructuredLayer;

impl Layer for StructuredLayer {
    fn layer(&self, inner: SharedProvider) -> SharedProvider {
        Arc::new(Ladder { inner })
    }
}

/// The rung that made an answer fit, taken out of the answer.
pub(crate) fn rung_of(response: &mut ChatResponse) -> Option<EnforcedBy> {
    response.extra.shift_remove(RUNG).and_then(|rung| serde_json::from_value(rung).ok())
}

#[derive(Debug)]
struct Ladder {
    inner: SharedProvider,
}

/// How a rung ended.
enum Climbed {
    /// An answer that fits.
    Fits(Box<ChatResponse>),
    /// The model cannot be asked in this way, or answers what does not fit, twice: the next rung may do.
    Next(Error),
}

impl Ladder {
    async fn climb(&self, ctx: &CallContext, request: ChatRequest, schema: &Schema) -> Result<ChatResponse> {
        let model =
            ModelId::new(request.model.as_str()).map(|id| self.inner.capabilities(&id)).unwrap_or_default();
        let mut spent = None;
        let mut last = None;
        for rung in rungs(&model) {
            let asked = ask(rung, request.clone(), schema, &model);
            match self.rung(ctx, rung, asked, schema, &mut spent).await? {
                Climbed::Fits(mut response) => {
                    response.usage = spent.unwrap_or_default();
                    response.extra.insert(RUNG.to_owned(), rung.as_str().into());
                    return Ok(*response);
                }
                // An answer that did not fit, and was paid for, says more than a way of asking that was refused.
                Climbed::Next(error) => {
                    let says_more = |last: &Error| last.partial().is_some() && error.partial().is_none();
                    last = last.filter(says_more).or(Some(error));
                }
            }
        }
        Err(last.unwrap_or_else(|| {
            Error::new(ErrorKind::Internal, "the ladder of structured output has no rung")
        }))
    }

    /// One rung: a turn, and one repair if its answer does not fit.
    async fn rung(
        &self,
        ctx: &CallContext,
        rung: EnforcedBy,
        asked: ChatRequest,
        schema: &Schema,
        spent: &mut Option<Usage>,
    ) -> Result<Climbed> {
        let mut request = asked;
        let mut repaired = false;
        loop {
            let response = match self.inner.chat(ctx, request.clone()).await {
                Ok(response) => response,
                Err(error) if cannot_ask(&error) => return Ok(Climbed::Next(error)),
                Err(error) => return Err(error),
            };
            let spent = sum(spent, &response.usage);
            let said = answer(rung, &response, schema);
            let faults = match schema.check(&said) {
                Ok(value) => return Ok(Climbed::Fits(Box::new(fitting(response, value.to_string())))),
                Err(faults) => faults,
            };
            if let Some(refusal) = refused(&response) {
                return Err(refusal.with_partial(Partial::new(said, spent.clone())));
            }
            if repaired {
                return Ok(Climbed::Next(misfit(schema, &said, &faults, spent)));
            }
            request = repair(request, &response, &said, &faults);
            repaired = true;
        }
    }
}

/// The sum of the turns so far. One turn of unknown cost makes it unknown, the first one too.
fn sum<'a>(spent: &'a mut Option<Usage>, turn: &Usage) -> &'a Usage {
    match spent {
        Some(spent) => {
            spent.add(turn);
            spent
        }
        None => spent.insert(turn.clone()),
    }
}

/// Whether the provider does not take this way of asking, so that another rung may do.
fn cannot_ask(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::InvalidRequest | ErrorKind::ModelNotFound)
}

/// The model refuses: asking again in another way would be asking it to change its mind.
fn refused(response: &ChatResponse) -> Option<Error> {
    let choice = response.choices.first()?;
    let refused = choice.message.refusal.is_some() || choice.finish_reason == FinishReason::ContentFilter;
    refused.then(|| {
        Error::new(ErrorKind::ContentFiltered, "the model refused to answer").with_stage(Stage::Answer)
    })
}

fn misfit(schema: &Schema, said: &str, faults: &[String], spent: &Usage) -> Error {
    let said: String = said.chars().take(LONGEST_PARTIAL).collect();
    // The faults may quote the answer, which is the caller's, so they are for the log.
    Error::new(
        ErrorKind::InvalidResponse,
        format!("the model's answer does not fit the schema `{}`, even after a repair", schema.name()),
    )
    .with_stage(Stage::Answer)
    .with_detail(faults.join("; "))
    .with_maybe_billed(true)
    .with_partial(Partial::new(said, spent.clone()))
}

/// The answer with the value as its text, wherever it stood.
fn fitting(mut response: ChatResponse, json: String) -> ChatResponse {
    let reasoning =
        response.choices.first_mut().map(|choice| std::mem::take(&mut choice.message.reasoning_details));
    let mut message = Message::new(Role::Assistant, Content::Text(json));
    message.reasoning_details = reasoning.unwrap_or_default();
    response.choices = vec![Choice::new(0, message, FinishReason::Stop)];
    response
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Provider for Ladder {
    forward! { inner: name, capabilities, chat_stream, embed, generate_image, generate_audio, search_recent_news, list_models, health, look_up_call, abandon }

    async fn chat(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        match ctx.extension::<Schema>() {
            Some(schema) => self.climb(ctx, request, &schema).await,
            None => self.inner.chat(ctx, request).await,
        }
    }
}

#[cfg(test)]
mod tests;
