//! What only OpenRouter can be asked for, typed.

use llm_core::ChatRequest;
use serde::Serialize;
use serde_json::{Value, json};

mod max_price;
mod plugin;
mod provider_preferences;
mod server_tool;

pub use max_price::{MaxPrice, PriceCap};
pub use plugin::{FileParser, PdfEngine, Plugin, PluginSettings, WebSearch};
pub use provider_preferences::{
    DataCollection, Percentiles, ProviderPreferences, Quantization, Sort, SortBy, SortPartition, SortRule,
    Threshold,
};
pub use server_tool::ServerTool;

/// What only OpenRouter can be asked for.
///
/// Each method sets the field of its name in [`ChatRequest::extra`], in OpenRouter's own shape. So a caller who has
/// JSON sets the same by [`ChatRequest::with_extra`], and a later setting takes the place of an earlier one. Other
/// providers are not meant to get such a request.
///
/// ```
/// use llm_core::ChatRequest;
/// use llm_openrouter::{DataCollection, OpenRouterRequest as _, Plugin, ProviderPreferences, SortBy};
/// use serde_json::json;
///
/// let request = ChatRequest::new("openrouter/anthropic/claude-sonnet-4")
///     .user("Hello!")
///     .with_provider_preferences(
///         ProviderPreferences::default()
///             .with_order(["anthropic", "google-vertex"])
///             .with_data_collection(DataCollection::Deny)
///             .with_sort(SortBy::Price),
///     )
///     .with_fallback_models(["openai/gpt-4o"])
///     .with_plugin(Plugin::ResponseHealing(Default::default()));
///
/// let the_same = ChatRequest::new("openrouter/anthropic/claude-sonnet-4")
///     .user("Hello!")
///     .with_extra(
///         "provider",
///         json!({"order": ["anthropic", "google-vertex"], "data_collection": "deny", "sort": "price"}),
///     )
///     .with_extra("models", json!(["openai/gpt-4o"]))
///     .with_extra("plugins", json!([{"id": "response-healing"}]));
/// assert_eq!(request, the_same);
/// ```
pub trait OpenRouterRequest: Sized {
    /// Sets a field, in OpenRouter's own shape.
    #[must_use]
    fn with_field(self, name: &'static str, value: Value) -> Self;

    /// Adds a plugin to those that were set before.
    #[must_use]
    fn with_plugin(self, plugin: Plugin) -> Self;

    /// Keeps the conversation at one vendor, up to 256 bytes, and groups its calls in OpenRouter's records.
    #[must_use]
    fn with_session(self, id: impl Into<String>) -> Self;

    /// Says which vendors may serve the call, and which of them first.
    #[must_use]
    fn with_provider_preferences(self, preferences: ProviderPreferences) -> Self {
        self.with_field("provider", to_json(&preferences))
    }

    /// Names models that are tried in this order after any failure of the first, by OpenRouter itself. The answer's
    /// `model` tells which one served, and that one is billed.
    #[must_use]
    fn with_fallback_models<M: Into<String>>(self, models: impl IntoIterator<Item = M>) -> Self {
        let models: Vec<String> = models.into_iter().map(Into::into).collect();
        self.with_field("models", json!(models))
    }

    /// Names a preset of the account. Fields of the request win over it.
    #[must_use]
    fn with_preset(self, preset: impl Into<String>) -> Self {
        self.with_field("preset", Value::String(preset.into()))
    }

    /// Sets the older form of context compression: `["middle-out"]`, or none to have an overlong prompt refused.
    /// It is on by default where the context is 8,192 tokens or less.
    #[must_use]
    fn with_transforms<T: Into<String>>(self, transforms: impl IntoIterator<Item = T>) -> Self {
        let transforms: Vec<String> = transforms.into_iter().map(Into::into).collect();
        self.with_field("transforms", json!(transforms))
    }

    /// Sets the older switch for fallbacks, `fallback`. It is no longer needed.
    #[must_use]
    fn with_route(self, route: impl Into<String>) -> Self {
        self.with_field("route", Value::String(route.into()))
    }

    /// Says what pictures in the answer shall look like: `aspect_ratio`, `image_size`, …
    #[must_use]
    fn with_image_config(self, config: Value) -> Self {
        self.with_field("image_config", config)
    }

    /// Adds data for the observability tools that are connected to the account.
    #[must_use]
    fn with_trace(self, trace: Value) -> Self {
        self.with_field("trace", trace)
    }

    /// Asks for the request as each vendor got it, in the first chunk of a stream. It echoes the prompt: never in
    /// production.
    #[must_use]
    fn with_upstream_echo(self) -> Self {
        self.with_field("debug", json!({"echo_upstream_body": true}))
    }

    /// Asks for usage with its cost. OpenRouter gives both unasked since 2026; some servers that copy it do not.
    #[must_use]
    fn with_usage_included(self) -> Self {
        self.with_field("usage", json!({"include": true}))
    }

    /// Says how the models that search the web by themselves shall do it.
    #[must_use]
    fn with_web_search_options(self, options: Value) -> Self {
        self.with_field("web_search_options", options)
    }

    /// Bounds the calls of [`ServerTool`]s, at most (and unless set) 30.
    #[must_use]
    fn with_max_tool_calls(self, calls: u32) -> Self {
        self.with_field("max_tool_calls", json!(calls))
    }

    /// Says when OpenRouter shall stop calling [`ServerTool`]s, in its own shape.
    #[must_use]
    fn with_stop_server_tools_when(self, condition: Value) -> Self {
        self.with_field("stop_server_tools_when", condition)
    }

    /// Names the prompt's beginning for vendors that cache it by a key.
    #[must_use]
    fn with_prompt_cache_key(self, key: impl Into<String>) -> Self {
        self.with_field("prompt_cache_key", Value::String(key.into()))
    }

    /// Says how vendors that cache prompts by a key shall do it, in OpenAI's shape.
    #[must_use]
    fn with_prompt_cache_options(self, options: Value) -> Self {
        self.with_field("prompt_cache_options", options)
    }
}

impl OpenRouterRequest for ChatRequest {
    fn with_field(self, name: &'static str, value: Value) -> Self {
        self.with_extra(name, value)
    }

    fn with_plugin(mut self, plugin: Plugin) -> Self {
        let plugin = to_json(&plugin);
        match self.extra.get_mut("plugins") {
            Some(Value::Array(plugins)) => plugins.push(plugin),
            _ => {
                self.extra.insert("plugins".to_owned(), Value::Array(vec![plugin]));
            }
        }
        self
    }

    fn with_session(mut self, id: impl Into<String>) -> Self {
        self.session_id = Some(id.into());
        self
    }
}

/// A value of ours as JSON.
#[expect(clippy::expect_used, reason = "every map in the types of this module has text as its key")]
fn to_json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("plain data")
}

#[cfg(test)]
mod tests;
