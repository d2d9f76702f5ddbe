//! What OpenRouter's list says of its models, kept after it was read once.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use llm_core::{ChatRequest, CostSource, Result, Usage};

mod endpoints;
mod fit;
mod listed;
mod pricing;

pub use endpoints::ModelEndpoint;
pub(crate) use endpoints::decode_endpoints;
pub(crate) use listed::{Listed, decode_models};

/// The most models that are kept. The whole list had 413 in autumn 2026.
const MOST: usize = 10_000;

/// What OpenRouter's list says of its models. Empty until a list was read; each list takes the place of the last.
#[derive(Debug, Default)]
pub(crate) struct Catalogue(RwLock<Arc<HashMap<String, Listed>>>);

impl Catalogue {
    /// Takes a list over.
    pub(crate) fn keep(&self, models: impl IntoIterator<Item = Listed>) {
        let models = models.into_iter().take(MOST).map(|model| (model.id.clone(), model)).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(models);
    }

    fn models(&self) -> Arc<HashMap<String, Listed>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at a model by its upstream name, or at the one of which it is a variant.
    ///
    /// `:nitro` and its kin are ways to a model and are not in the list, so a name that is missing here says nothing.
    pub(crate) fn look<T>(&self, name: &str, look: impl FnOnce(&Listed) -> T) -> Option<T> {
        let models = self.models();
        let mut name = name;
        loop {
            if let Some(model) = models.get(name) {
                return Some(look(model));
            }
            name = name.rsplit_once(':')?.0;
        }
    }

    /// Takes out of a lenient request what its model does not take, and names it. Unknown models take everything.
    ///
    /// # Errors
    ///
    /// `Unsupported` when the request is not lenient.
    pub(crate) fn fit(&self, request: &mut ChatRequest) -> Result<Vec<String>> {
        let name = request.model.clone();
        self.look(&name, |model| model.fit(request)).unwrap_or_else(|| Ok(Vec::new()))
    }

    /// Adds the list's price to usage that has tokens and no cost.
    ///
    /// Variants have prices of their own (`:nitro` is another tier), so only a model that is in the list under the
    /// very name has one; and `answered` must be that model, by its name or its dated one.
    pub(crate) fn price(&self, usage: &mut Usage, asked: &str, answered: &str) {
        if usage.cost.is_some() {
            return;
        }
        let models = self.models();
        let served = |model: &&Listed| model.id == answered || model.canonical.as_deref() == Some(answered);
        let model = models.get(asked).filter(served).or_else(|| models.get(answered));
        if let Some(cost) = model.and_then(|model| model.pricing.as_ref()?.cost(usage)) {
            usage.cost = Some(cost);
            usage.cost_source = CostSource::Catalogue;
        }
    }
}

#[cfg(test)]
mod tests;
