//! From a name to a provider.

use std::collections::BTreeMap;

use llm_core::{Error, ErrorKind, ModelId, ProviderName, Result};
use llm_provider::SharedProvider;

/// The prefix that always routes to OpenRouter.
const OPENROUTER: &str = "openrouter";

/// How many names may lead to one another before it must be a circle.
const MAX_HOPS: usize = 8;

/// From which likeness on a name is taken for a misspelt one: 0 is nothing alike, 1 the same.
const LIKE: f64 = 0.75;

/// The most names that an error suggests.
const SUGGESTIONS: usize = 3;

/// Where a name leads.
#[derive(Clone, Debug)]
pub struct Route {
    /// The provider's name.
    pub name: ProviderName,
    /// The provider, with what stands around it.
    pub provider: SharedProvider,
    /// The model's name at the provider.
    pub upstream: ModelId,
}

impl Route {
    /// Names this route in an error that does not name one yet.
    pub(crate) fn own(&self, error: Error) -> Error {
        let error = if error.provider().is_none() { error.with_provider(self.name.clone()) } else { error };
        if error.model().is_none() { error.with_model(self.upstream.as_str()) } else { error }
    }
}

/// The providers, and the names that lead to them.
///
/// In order: `openrouter/…` goes to OpenRouter; then aliases and roles; then the explicit map of models; then
/// `<provider>/…` where there is such a provider; then the default provider takes every name as it stands.
#[derive(Debug, Default)]
pub struct Routes {
    providers: BTreeMap<ProviderName, SharedProvider>,
    aliases: BTreeMap<String, String>,
    models: BTreeMap<String, String>,
    default_provider: Option<ProviderName>,
    default_model: Option<String>,
}

impl Routes {
    /// No routes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a provider under its own name, in the place of an earlier one of that name.
    #[must_use]
    pub fn with_provider(mut self, provider: SharedProvider) -> Self {
        self.providers.insert(provider.name().clone(), provider);
        self
    }

    /// Adds names that stand for other names: aliases and roles.
    #[must_use]
    pub fn with_aliases(mut self, aliases: impl IntoIterator<Item = (String, String)>) -> Self {
        self.aliases.extend(aliases);
        self
    }

    /// Adds models whose provider is not in their name: `gpt-4o` to `openai/gpt-4o`.
    #[must_use]
    pub fn with_models(mut self, models: impl IntoIterator<Item = (String, String)>) -> Self {
        self.models.extend(models);
        self
    }

    /// Sets the provider that takes every other name, as it stands.
    #[must_use]
    pub fn with_default_provider(mut self, provider: Option<ProviderName>) -> Self {
        self.default_provider = provider;
        self
    }

    /// Sets the model of requests that name none.
    #[must_use]
    pub fn with_default_model(mut self, model: Option<String>) -> Self {
        self.default_model = model;
        self
    }

    /// The providers, in the order of their names.
    pub fn providers(&self) -> impl Iterator<Item = &SharedProvider> {
        self.providers.values()
    }

    /// The provider of this name.
    #[must_use]
    pub fn provider(&self, name: &str) -> Option<&SharedProvider> {
        self.providers.get(name)
    }

    /// Where a name leads. An empty name is the default model's.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidRequest`] for a name without sense, [`ErrorKind::NotConfigured`] when it leads to a
    /// provider that is not there or when aliases go in a circle, [`ErrorKind::ModelNotFound`] when it leads nowhere.
    pub fn find(&self, name: &str) -> Result<Route> {
        let mut id = self.check(name)?;
        for _ in 0..MAX_HOPS {
            if id.as_str().starts_with("openrouter/") {
                return self.at(OPENROUTER, id.upstream());
            }
            match self.aliases.get(id.as_str()).or_else(|| self.models.get(id.as_str())) {
                Some(next) => id = ModelId::new(next.as_str())?,
                None => return self.by_prefix(&id),
            }
        }
        Err(Error::new(
            ErrorKind::NotConfigured,
            format!(
                "the name `{name}` leads in a circle; check `aliases`, `roles` and `models` in the configuration"
            ),
        ))
    }

    /// The name, or the default model's if it is empty, checked for sense.
    pub(crate) fn check(&self, name: &str) -> Result<ModelId> {
        if !name.is_empty() {
            return Ok(ModelId::new(name)?);
        }
        let default = self.default_model.as_deref().ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidRequest,
                "the request names no model and there is no default; name one, or set `DEFAULT_MODEL`",
            )
        })?;
        Ok(ModelId::new(default)?)
    }

    fn by_prefix(&self, id: &ModelId) -> Result<Route> {
        if let Some(prefix) = id.provider()
            && self.providers.contains_key(prefix)
        {
            return self.at(prefix, id.upstream());
        }
        match &self.default_provider {
            Some(default) => self.at(default.as_str(), id.as_str()),
            None => Err(self.not_found(id)),
        }
    }

    fn at(&self, provider: &str, upstream: &str) -> Result<Route> {
        let (name, provider) =
            self.providers.get_key_value(provider).ok_or_else(|| self.not_there(provider))?;
        Ok(Route { name: name.clone(), provider: provider.clone(), upstream: ModelId::new(upstream)? })
    }

    fn not_there(&self, provider: &str) -> Error {
        let there: Vec<_> = self.providers.keys().map(|name| format!("`{name}`")).collect();
        let hint = if provider == OPENROUTER { "; set `OPENROUTER_API_KEY`" } else { "" };
        Error::new(
            ErrorKind::NotConfigured,
            format!("there is no provider `{provider}` here, only {}{hint}", there.join(", ")),
        )
    }

    fn not_found(&self, id: &ModelId) -> Error {
        let prefixes: Vec<_> = self.providers.keys().map(|name| format!("`{name}/…`")).collect();
        let near = match self.near(id.as_str()).as_slice() {
            [] => String::new(),
            near => format!("; did you mean {}?", near.join(", ")),
        };
        Error::new(
            ErrorKind::ModelNotFound,
            format!(
                "no provider is known for the model `{id}`{near} (name it with a provider in front, {}, or set `LLM_PROVIDER`)",
                prefixes.join(", ")
            ),
        )
    }

    /// The names most like this one, among those that lead somewhere.
    fn near(&self, name: &str) -> Vec<String> {
        let misspelt = name.split_once('/').map(|(prefix, rest)| {
            self.providers.keys().map(move |provider| {
                (strsim::jaro_winkler(prefix, provider.as_str()), format!("`{provider}/{rest}`"))
            })
        });
        let mut near: Vec<(f64, String)> = self
            .aliases
            .keys()
            .chain(self.models.keys())
            .map(|known| (strsim::jaro_winkler(name, known), format!("`{known}`")))
            .chain(misspelt.into_iter().flatten())
            .filter(|(likeness, _)| *likeness > LIKE)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        near.into_iter().take(SUGGESTIONS).map(|(_, name)| name).collect()
    }
}

#[cfg(test)]
mod tests;
