//! How a service is made.

use std::sync::Arc;

use llm_cache::{CacheConfig, MokaCache, ResponseCache};
use llm_core::{ErrorKind, ProviderName, RequestId, Result};
use llm_layers::{Deadlines, RetryPolicy};
use llm_provider::{CallContext, HealthStatus, Layer, Provider, SharedProvider};
use llm_request_log::{LedgerConfig, SqlxRequestLog};

use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    LlmConfig, LlmService,
    config::DatabaseUrl,
    pipeline::{Parts, assemble},
    router::Routes,
};

/// The model of requests that name none, when nothing is configured and OpenRouter has a key: it picks a model.
const OPENROUTER_DEFAULT: &str = "openrouter/auto";

/// The model of requests that name none, when nothing is configured and there is no key: it answers on any machine.
const KEYLESS_DEFAULT: &str = "mock/echo";

/// Makes an [`LlmService`], from a configuration and what only code can give: providers, layers, a cache.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> llm_services::Result<()> {
/// use llm_services::{ChatRequest, LlmService};
///
/// let llm = LlmService::builder().without_request_log().alias("parrot", "mock/echo").build().await?;
/// let reply = llm.generate_response(ChatRequest::new("parrot").user("Hello!")).await?;
/// assert_eq!(reply.text(), "Hello!");
/// # Ok(()) }
/// ```
#[derive(Debug, Default)]
#[must_use = "a builder does nothing until `build`"]
pub struct LlmServiceBuilder {
    config: LlmConfig,
    providers: Vec<SharedProvider>,
    layers: Vec<Arc<dyn Layer>>,
    cache: Option<Arc<dyn ResponseCache>>,
    /// As it was given; it may hold a password.
    log_url: Option<SecretString>,
    without_log: bool,
}

impl LlmServiceBuilder {
    /// Starts over from this configuration; what was set before is forgotten, what is set afterwards wins.
    pub fn config(mut self, config: LlmConfig) -> Self {
        self.config = config;
        self
    }

    /// Adds a provider of one's own, found under its own name, in the place of a built-in one of that name.
    pub fn provider(self, provider: impl Provider) -> Self {
        self.shared_provider(Arc::new(provider))
    }

    /// Adds a provider that others hold too.
    pub fn shared_provider(mut self, provider: SharedProvider) -> Self {
        self.providers.push(provider);
        self
    }

    /// Adds a layer of one's own around every call: inside the request log, outside the cache. The first that is added
    /// is the outermost.
    pub fn layer(mut self, layer: impl Layer) -> Self {
        self.layers.push(Arc::new(layer));
        self
    }

    /// Adds a name that stands for another.
    pub fn alias(mut self, name: impl Into<String>, model: impl Into<String>) -> Self {
        self.config.aliases.insert(name.into(), model.into());
        self
    }

    /// Sets the model of requests that name none.
    pub fn default_model(mut self, model: impl Into<String>) -> Self {
        self.config.default_model = Some(model.into());
        self
    }

    /// Switches the response cache on, with a store of one's own or [`MokaCache`].
    pub fn cache(mut self, cache: impl ResponseCache) -> Self {
        self.cache = Some(Arc::new(cache));
        self.config.cache.enabled = true;
        self
    }

    /// Sets where the request log is: `sqlite://llm.db`, `postgres://…`. It is checked when the service is built.
    pub fn request_log(mut self, url: impl Into<String>) -> Self {
        self.log_url = Some(SecretString::from(url.into()));
        self.without_log = false;
        self
    }

    /// Keeps no request log: nothing of a call can be found afterwards, and nobody knows what it cost.
    pub fn without_request_log(mut self) -> Self {
        self.without_log = true;
        self
    }

    /// What could be called but lacks something, and what is set but leads nowhere: words for whoever starts the
    /// service. Nothing is opened and nobody is asked.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotConfigured`] when a built-in provider cannot be made of the configuration.
    pub fn hints(&self) -> Result<Vec<String>> {
        let mut providers = built_in(&self.config)?;
        providers.extend(self.providers.iter().cloned());
        Ok(hints(&self.config, &providers))
    }

    /// Makes the service: opens the log, recovers what a killed process left open, and checks keys if that is asked.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotConfigured`] when the configuration does not fit together, listing every problem;
    /// [`ErrorKind::Internal`] or [`ErrorKind::Unavailable`] when the log cannot be opened;
    /// [`ErrorKind::Authentication`] when a key was to be checked and is not accepted.
    pub async fn build(self) -> Result<LlmService> {
        let mut config = self.config;
        if let Some(url) = self.log_url {
            config.database.url = DatabaseUrl::new(url.expose_secret()).map_err(|error| {
                let message = format!("the address of the request log {error}");
                llm_core::Error::new(ErrorKind::NotConfigured, message)
            })?;
        }
        config.validate()?;
        let mut providers = built_in(&config)?;
        providers.extend(self.providers);
        if config.openrouter.check_key_at_start {
            check_keys(&providers).await?;
        }
        let log = if self.without_log { None } else { Some(SqlxRequestLog::open(ledger(&config)).await?) };
        let cache = self.cache.unwrap_or_else(|| Arc::new(MokaCache::new(config.cache.max_bytes)));
        let deadlines = deadlines(&config);
        let parts = Parts {
            providers: providers.clone(),
            routes: routes(&config),
            log: log.clone(),
            cache,
            cache_config: CacheConfig::default()
                .with_enabled_by_default(config.cache.enabled)
                .with_ttl(config.cache.ttl),
            deadlines,
            retry: retry(&config),
            own: self.layers,
        };
        let pipeline = assemble(ProviderName::new("llm-services").map_err(internal)?, parts);
        let hints = hints(&config, &providers);
        Ok(LlmService::new(pipeline, providers, log, deadlines, config, hints))
    }
}

fn internal(error: impl std::error::Error + Send + Sync + 'static) -> llm_core::Error {
    llm_core::Error::new(ErrorKind::Internal, "the service could not be assembled").with_source(error)
}

/// The providers that come with this crate, as its features say.
fn built_in(config: &LlmConfig) -> Result<Vec<SharedProvider>> {
    let providers: Vec<SharedProvider> = vec![
        #[cfg(feature = "openrouter")]
        Arc::new(openrouter(config)?),
        #[cfg(feature = "mock")]
        Arc::new(llm_mock::Mock::new()),
    ];
    let _ = config;
    Ok(providers)
}

/// OpenRouter is there without a key too: its calls then say which variable to set.
#[cfg(feature = "openrouter")]
fn openrouter(config: &LlmConfig) -> Result<llm_openrouter::OpenRouter> {
    let own = &config.openrouter;
    let mut settings = llm_openrouter::OpenRouterConfig::default().with_base_url(own.base_url.as_str());
    settings.api_key.clone_from(&own.api_key);
    settings.title.clone_from(&own.title);
    settings.referer.clone_from(&own.referer);
    settings.categories.clone_from(&own.categories);
    let limits = llm_http::ClientConfig::default()
        .with_connect_timeout(config.deadlines.connect)
        .with_headers_timeout(config.deadlines.headers);
    llm_openrouter::OpenRouter::with_client(settings, llm_http::Client::new(limits)?)
}

/// What the built-in providers lack, and a default provider that is none of these.
fn hints(config: &LlmConfig, providers: &[SharedProvider]) -> Vec<String> {
    let keyless = cfg!(feature = "openrouter") && config.openrouter.api_key.is_none();
    let keyless = keyless.then(|| "openrouter has no key yet: set `OPENROUTER_API_KEY`".to_owned());
    let absent =
        config.default_provider.as_ref().filter(|name| providers.iter().all(|own| own.name() != *name));
    let absent = absent.map(|name| {
        let names: Vec<_> = providers.iter().map(|own| format!("`{}`", own.name())).collect();
        format!("`LLM_PROVIDER` names `{name}`, which is not here: there are {}", names.join(", "))
    });
    keyless.into_iter().chain(absent).collect()
}

/// Asks each provider that can tell whether it accepts our key.
async fn check_keys(providers: &[SharedProvider]) -> Result<()> {
    let ctx = CallContext::new(RequestId::new());
    for provider in providers {
        let health = match provider.health(&ctx).await {
            Err(error) if error.kind() == ErrorKind::Unsupported => continue,
            outcome => outcome?,
        };
        if health.status == HealthStatus::Down {
            let why = health.message.unwrap_or_else(|| "it does not answer".to_owned());
            let name = provider.name();
            return Err(llm_core::Error::new(
                ErrorKind::Authentication,
                format!("`{name}` cannot be called: {why}"),
            )
            .with_provider(name.clone()));
        }
    }
    Ok(())
}

fn routes(config: &LlmConfig) -> Routes {
    let default_model = config.default_model.clone().unwrap_or_else(|| {
        let keyed = config.openrouter.api_key.is_some() && cfg!(feature = "openrouter");
        if keyed { OPENROUTER_DEFAULT } else { KEYLESS_DEFAULT }.to_owned()
    });
    Routes::new()
        .with_aliases(config.roles.clone())
        .with_aliases(config.aliases.clone())
        .with_models(config.models.clone())
        .with_default_provider(config.default_provider.clone())
        .with_default_model(Some(default_model))
}

pub(crate) fn ledger(config: &LlmConfig) -> LedgerConfig {
    LedgerConfig::new(config.database.url.expose())
        .with_spool(config.database.spool.clone())
        .with_spool_max_bytes(config.database.spool_max_bytes)
        .with_config_version(config.version())
}

fn deadlines(config: &LlmConfig) -> Deadlines {
    let own = &config.deadlines;
    Deadlines::default()
        .with_first_token(own.first_token)
        .with_idle(own.idle)
        .with_total_unary(own.total_unary)
        .with_total_stream(own.total_stream)
}

fn retry(config: &LlmConfig) -> RetryPolicy {
    let own = &config.retry;
    RetryPolicy::default().with_max_attempts(own.max_attempts).with_base(own.base).with_cap(own.cap)
}
