//! What is added to an answer, whole or in events, before it is given on.

use std::sync::Arc;

use llm_core::{ChatEvent, ChatResponse, EmbedResponse, Error, ProviderName, Usage};
use llm_provider::CallContext;

use crate::catalogue::Catalogue;

/// What is added to an answer before it is given on: whose it is, what was dropped for it, its price where OpenRouter
/// told none.
#[derive(Clone, Debug)]
pub(crate) struct Finishing {
    pub(crate) name: ProviderName,
    pub(crate) catalogue: Arc<Catalogue>,
    /// The model that was asked, by its upstream name.
    pub(crate) asked: String,
    /// The model that answers, once it is known.
    pub(crate) answered: String,
    /// How many answers were asked for.
    pub(crate) choices: u32,
    /// Parameters that a lenient call lost.
    pub(crate) dropped: Vec<String>,
    /// The call's id, once it is known.
    pub(crate) id: Option<String>,
    /// Whether the answer has begun: content came, or the count of what it used.
    pub(crate) begun: bool,
}

impl Finishing {
    /// Takes the id out of a body, where no header gave one.
    pub(crate) fn learn_id(&mut self, ctx: &CallContext, id: Option<&str>) {
        if let (None, Some(id)) = (&self.id, id.filter(|id| !id.is_empty())) {
            ctx.upstream_id(id);
            self.id = Some(id.to_owned());
        }
    }

    /// Finishes a whole answer.
    pub(crate) fn response(&mut self, ctx: &CallContext, response: &mut ChatResponse) {
        self.learn_id(ctx, response.id.as_deref());
        response.id = response.id.take().or_else(|| self.id.clone());
        self.answered.clone_from(&response.model);
        response.provider = Some(self.name.clone());
        response.dropped = std::mem::take(&mut self.dropped);
        self.price(&mut response.usage);
    }

    /// Finishes embeddings.
    pub(crate) fn embeddings(&mut self, ctx: &CallContext, response: &mut EmbedResponse) {
        self.learn_id(ctx, response.id.as_deref());
        response.id = response.id.take().or_else(|| self.id.clone());
        self.answered.clone_from(&response.model);
        self.price(&mut response.usage);
    }

    /// Finishes an event.
    pub(crate) fn event(&mut self, ctx: &CallContext, event: &mut ChatEvent) {
        self.begun |= event.is_content();
        match event {
            ChatEvent::Started(started) => {
                self.learn_id(ctx, started.id.as_deref());
                started.id = started.id.take().or_else(|| self.id.clone());
                self.answered.clone_from(&started.model);
                started.provider = Some(self.name.clone());
                started.dropped = std::mem::take(&mut self.dropped);
            }
            ChatEvent::Usage(usage) => {
                self.begun = true;
                self.price(usage);
            }
            _ => {}
        }
    }

    /// Adds the list's price where OpenRouter gave tokens and no cost.
    pub(crate) fn price(&self, usage: &mut Usage) {
        self.catalogue.price(usage, &self.asked, &self.answered);
    }

    /// Finishes an error.
    pub(crate) fn error(&self, error: Error) -> Error {
        let error = error.with_provider(self.name.clone()).with_model(self.asked.clone());
        match &self.id {
            Some(id) => error.with_upstream_id(id.clone()),
            None => error,
        }
    }
}
