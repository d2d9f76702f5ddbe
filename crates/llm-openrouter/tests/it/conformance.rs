//! What holds for every provider.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use llm_openrouter::{OpenRouter, OpenRouterConfig};
use llm_testkit::conformance::{KEY, Replies};

fn provider(base_url: &str) -> OpenRouter {
    let config = OpenRouterConfig::default().with_api_key(KEY).with_base_url(base_url);
    OpenRouter::new(config).unwrap()
}

llm_testkit::conformance!(provider, Replies::openai_chat());
