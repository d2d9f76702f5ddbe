//! Plugins: what OpenRouter does to a request or an answer on its way.

use llm_core::Extra;
use serde::Serialize;
use serde_json::Value;

/// Something that OpenRouter does to a request or an answer on its way.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Plugin {
    /// Searches the web before the model answers. Deprecated by OpenRouter in favour of
    /// [`ServerTool::WebSearch`](super::ServerTool::WebSearch).
    Web(WebSearch),
    /// Reads documents for models that cannot. What it read comes back as annotations; sent back with the assistant's
    /// message, they save reading, and paying for it, again.
    FileParser(FileParser),
    /// Mends broken JSON; only in JSON modes, and not in streams.
    ResponseHealing(PluginSettings),
    /// Shortens prompts that are too long.
    ContextCompression(PluginSettings),
    /// Looks at prompt and answer for forbidden content.
    Moderation(PluginSettings),
    /// Reads pages that the prompt names.
    WebFetch(PluginSettings),
    /// Sets how `openrouter/auto` chooses.
    AutoRouter(PluginSettings),
    /// Sets how `openrouter/pareto` chooses.
    ParetoRouter(PluginSettings),
    /// Asks several models and joins what they say.
    Fusion(PluginSettings),
    /// One that has no name here, as it shall be sent, its `id` included.
    #[serde(untagged)]
    Other(Value),
}

/// Settings that every plugin has, and those that have no name here.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PluginSettings {
    /// `false` switches off what the account has switched on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Settings that have no name here.
    #[serde(flatten)]
    pub extra: Extra,
}

impl PluginSettings {
    /// Switches the plugin off, whatever the account's default.
    #[must_use]
    pub fn off() -> Self {
        Self { enabled: Some(false), ..Self::default() }
    }

    /// Sets what has no name here.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }
}

/// Settings of [`Plugin::Web`].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WebSearch {
    /// `native`, `exa`, `firecrawl`, `parallel`, `perplexity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// How many pages to look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_results: Option<u32>,
    /// Only these sites.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include_domains: Vec<String>,
    /// None of these sites.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_domains: Vec<String>,
    /// What the model is told about the results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_prompt: Option<String>,
    /// The rest.
    #[serde(flatten)]
    pub settings: PluginSettings,
}

impl WebSearch {
    /// Searches with `native`, `exa`, `firecrawl`, `parallel` or `perplexity`.
    #[must_use]
    pub fn with_engine(mut self, engine: impl Into<String>) -> Self {
        self.engine = Some(engine.into());
        self
    }

    /// Looks at so many pages.
    #[must_use]
    pub fn with_max_results(mut self, pages: u32) -> Self {
        self.max_results = Some(pages);
        self
    }

    /// Looks at this site, and at those alone that are added so.
    #[must_use]
    pub fn with_domain(mut self, domain: impl Into<String>) -> Self {
        self.include_domains.push(domain.into());
        self
    }

    /// Does not look at this site.
    #[must_use]
    pub fn without_domain(mut self, domain: impl Into<String>) -> Self {
        self.exclude_domains.push(domain.into());
        self
    }

    /// Tells the model this about the results.
    #[must_use]
    pub fn with_search_prompt(mut self, prompt: impl Into<String>) -> Self {
        self.search_prompt = Some(prompt.into());
        self
    }
}

/// Settings of [`Plugin::FileParser`].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FileParser {
    /// What reads PDFs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pdf: Option<PdfEngine>,
    /// The rest.
    #[serde(flatten)]
    pub settings: PluginSettings,
}

impl FileParser {
    /// Has PDFs read by this engine.
    #[must_use]
    pub fn pdf(engine: PdfEngine) -> Self {
        Self { pdf: Some(engine), ..Self::default() }
    }
}

/// What reads PDFs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "engine", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PdfEngine {
    /// Scans too, for a price a page.
    MistralOcr,
    /// Text only, free.
    CloudflareAi,
    /// The model itself, where it can; its tokens are billed.
    Native,
}
