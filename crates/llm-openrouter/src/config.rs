//! Where OpenRouter is, and as whom we call it.

use llm_core::{Error, ErrorKind, Result};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

/// Where OpenRouter is, and as whom we call it.
///
/// Attribution (title, referer, categories) comes from here only: nothing is sent that was not set.
///
/// ```
/// use llm_openrouter::OpenRouterConfig;
///
/// let config = OpenRouterConfig::default()
///     .with_api_key("sk-or-v1-0000")
///     .with_title("Storyteller")
///     .with_referer("https://storyteller.example");
/// assert!(config.validate().is_ok());
/// assert!(!format!("{config:?}").contains("0000"));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OpenRouterConfig {
    /// The key. Without one every call answers [`ErrorKind::NotConfigured`], before any I/O.
    pub api_key: Option<SecretString>,
    /// The API's address, [`OpenRouterConfig::BASE_URL`] unless set. It may end with `/`, and with the path of an
    /// endpoint (`…/v1/chat/completions`).
    pub base_url: String,
    /// The application's name, sent as `X-OpenRouter-Title` and under its older name `X-Title`.
    pub title: Option<String>,
    /// The application's page, sent as `HTTP-Referer`. Without it OpenRouter keeps no page for the application.
    pub referer: Option<String>,
    /// What the application is, sent as `X-OpenRouter-Categories`: lower-case words joined by hyphens, at most 30
    /// bytes each.
    pub categories: Vec<String>,
    /// Betas of Anthropic's to switch on where Anthropic serves the call, sent as `x-anthropic-beta`.
    /// `structured-outputs-2025-11-13` is what makes `strict` count on tools there.
    pub anthropic_betas: Vec<String>,
    /// Whether to ask for OpenRouter's report of its routing, sent as `X-OpenRouter-Metadata`. The report comes back as
    /// `openrouter_metadata` in the answer's `extra`. Off unless set.
    pub routing_report: bool,
}

impl Default for OpenRouterConfig {
    fn default() -> Self {
        Self {
            api_key: None,
            base_url: Self::BASE_URL.to_owned(),
            title: None,
            referer: None,
            categories: Vec::new(),
            anthropic_betas: Vec::new(),
            routing_report: false,
        }
    }
}

impl OpenRouterConfig {
    /// The public API.
    pub const BASE_URL: &'static str = "https://openrouter.ai/api/v1";

    /// Sets the key.
    #[must_use]
    pub fn with_api_key(mut self, key: impl Into<SecretString>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Sets the API's address.
    #[must_use]
    pub fn with_base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Names the application.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Names the application's page.
    #[must_use]
    pub fn with_referer(mut self, referer: impl Into<String>) -> Self {
        self.referer = Some(referer.into());
        self
    }

    /// Adds a word for what the application is.
    #[must_use]
    pub fn with_category(mut self, category: impl Into<String>) -> Self {
        self.categories.push(category.into());
        self
    }

    /// Adds a beta of Anthropic's.
    #[must_use]
    pub fn with_anthropic_beta(mut self, beta: impl Into<String>) -> Self {
        self.anthropic_betas.push(beta.into());
        self
    }

    /// Asks for OpenRouter's report of its routing.
    #[must_use]
    pub fn with_routing_report(mut self) -> Self {
        self.routing_report = true;
        self
    }

    /// Checks every setting without I/O. A missing key is none of them: it is told when a call needs it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotConfigured`], naming every setting that makes no sense, each with what it should be.
    pub fn validate(&self) -> Result<()> {
        let problems = self.problems();
        if problems.is_empty() {
            return Ok(());
        }
        let message = format!("the configuration of OpenRouter makes no sense: {}", problems.join("; "));
        Err(Error::new(ErrorKind::NotConfigured, message))
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut require = |fine: bool, problem: &dyn Fn() -> String| {
            if !fine {
                problems.push(problem());
            }
        };
        if let Some(key) = &self.api_key {
            let key = key.expose_secret();
            let fine = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
            require(fine, &|| "`api_key` (OPENROUTER_API_KEY) is empty or holds white space".to_owned());
        }
        // The address is not repeated: some hold a key.
        require(llm_http::base_url(&self.base_url).is_ok(), &|| {
            format!("`base_url` (OPENROUTER_BASE_URL) should be an address like {}", Self::BASE_URL)
        });
        if let Some(title) = &self.title {
            require(is_header(title), &|| {
                "`title` (OPENROUTER_HEADERS_X_TITLE) is empty or holds other than visible ASCII".to_owned()
            });
        }
        if let Some(referer) = &self.referer {
            let fine = is_header(referer) && Url::parse(referer).is_ok_and(|url| url.has_host());
            require(fine, &|| {
                format!(
                    "`referer` (OPENROUTER_HEADERS_REFERER) is `{referer}`; it should be an address, https://…"
                )
            });
        }
        for category in &self.categories {
            let fine = (1..=30).contains(&category.len())
                && category.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            require(fine, &|| {
                format!("`categories` holds `{category}`; use lower-case letters, digits and `-`, at most 30")
            });
        }
        for beta in &self.anthropic_betas {
            let fine = !beta.is_empty() && beta.bytes().all(|b| b.is_ascii_graphic() && b != b',');
            require(fine, &|| format!("`anthropic_betas` holds `{beta}`, which is not a beta's name"));
        }
        problems
    }
}

/// Whether a text can be a header's value as it is.
fn is_header(text: &str) -> bool {
    !text.trim().is_empty() && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests;
