use std::sync::Arc;

use async_trait::async_trait;
use llm_core::{Capabilities, ChatRequest, ChatResponse, ErrorKind, ModelId, ProviderName, Result};
use llm_provider::{CallContext, ChatStream, Provider, events};

use super::Routes;

/// A provider that does nothing but have a name.
#[derive(Debug)]
struct Named(ProviderName);

#[async_trait]
impl Provider for Named {
    fn name(&self) -> &ProviderName {
        &self.0
    }
    fn capabilities(&self, _model: &ModelId) -> Capabilities {
        Capabilities::default()
    }
    async fn chat(&self, _ctx: &CallContext, request: ChatRequest) -> Result<ChatResponse> {
        Ok(ChatResponse::of_text(request.model, ""))
    }
    async fn chat_stream(&self, ctx: &CallContext, request: ChatRequest) -> Result<ChatStream> {
        Ok(events(self.chat(ctx, request).await?.into_events()))
    }
}

fn routes(providers: &[&str]) -> Routes {
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect()
    };
    providers
        .iter()
        .fold(Routes::new(), |routes, name| {
            routes.with_provider(Arc::new(Named(ProviderName::new(*name).unwrap())))
        })
        .with_aliases(pairs(&[
            ("fast", "openrouter/google/gemini-2.5-flash"),
            ("creator", "fast"),
            ("house", "mock/echo"),
            ("round", "about"),
            ("about", "round"),
        ]))
        .with_models(pairs(&[
            ("gpt-4o", "openai/gpt-4o"),
            ("claude", "openrouter/anthropic/claude-sonnet-4"),
        ]))
}

fn found(routes: &Routes, name: &str) -> (String, String) {
    let route = routes.find(name).unwrap();
    (route.name.to_string(), route.upstream.to_string())
}

fn pair(provider: &str, upstream: &str) -> (String, String) {
    (provider.into(), upstream.into())
}

#[test]
fn names_lead_where_the_rules_say() {
    let routes = routes(&["openrouter", "openai", "mock"]);
    assert_eq!(
        found(&routes, "openrouter/anthropic/claude-3-opus"),
        pair("openrouter", "anthropic/claude-3-opus")
    );
    assert_eq!(found(&routes, "openrouter/auto"), pair("openrouter", "openrouter/auto"));
    assert_eq!(found(&routes, "openrouter/openrouter/auto"), pair("openrouter", "openrouter/auto"));
    assert_eq!(found(&routes, "openrouter/@preset/mail"), pair("openrouter", "@preset/mail"));
    assert_eq!(found(&routes, "creator"), pair("openrouter", "google/gemini-2.5-flash"));
    assert_eq!(found(&routes, "gpt-4o"), pair("openai", "gpt-4o"));
    assert_eq!(found(&routes, "claude"), pair("openrouter", "anthropic/claude-sonnet-4"));
    assert_eq!(found(&routes, "openai/gpt-4o-mini"), pair("openai", "gpt-4o-mini"));
    assert_eq!(found(&routes, "house"), pair("mock", "echo"));
}

#[test]
fn the_default_provider_takes_every_other_name_whole() {
    let routes =
        routes(&["openrouter", "mock"]).with_default_provider(Some(ProviderName::new("openrouter").unwrap()));
    assert_eq!(found(&routes, "anthropic/claude-3-opus"), pair("openrouter", "anthropic/claude-3-opus"));
    assert_eq!(found(&routes, "mock/echo"), pair("mock", "echo"));
    let routes = routes.with_default_model(Some("fast".into()));
    assert_eq!(found(&routes, ""), pair("openrouter", "google/gemini-2.5-flash"));
}

#[test]
fn what_leads_nowhere_is_told_with_what_to_do() {
    let routes = routes(&["mock"]);
    let error = |name: &str| routes.find(name).unwrap_err();
    assert_eq!(error("openrouter/x/y").kind(), ErrorKind::NotConfigured);
    assert!(error("openrouter/x/y").to_string().contains("OPENROUTER_API_KEY"));
    assert_eq!(error("gpt-4").kind(), ErrorKind::ModelNotFound);
    assert!(error("gpt-4").to_string().contains("`gpt-4o`"), "{}", error("gpt-4"));
    assert!(error("gpt-4").to_string().contains("`mock/…`"));
    assert!(error("mokc/echo").to_string().contains("did you mean `mock/echo`?"), "{}", error("mokc/echo"));
    assert_eq!(error("round").kind(), ErrorKind::NotConfigured);
    assert!(error("round").to_string().contains("circle"));
    for senseless in ["openrouter/", "a\u{0}b", &"m".repeat(300)] {
        assert_eq!(error(senseless).kind(), ErrorKind::InvalidRequest, "{senseless:?}");
    }
    assert!(error("").to_string().contains("DEFAULT_MODEL"));
}
