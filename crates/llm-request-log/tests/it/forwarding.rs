//! What the layers have nothing to do with goes through them, once.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use llm_core::{
    AudioRequest, AudioResponse, Capabilities, ImageRequest, ImageResponse, ModelInfo, NewsRequest,
    NewsResponse, ProviderName, Support, Usage,
};
use llm_provider::{Abandon, Health, HealthStatus, Layer, MockProvider};

use crate::double::{ctx, log};

fn inner() -> MockProvider {
    let mut inner = MockProvider::new();
    inner.expect_name().return_const(ProviderName::new("inner").unwrap());
    let mut known = Capabilities::default();
    known.tools = Support::Yes;
    inner.expect_capabilities().times(1).return_const(known);
    inner.expect_generate_image().times(1).returning(|_, _| Ok(ImageResponse::default()));
    inner.expect_generate_audio().times(1).returning(|_, _| Ok(AudioResponse::default()));
    inner.expect_search_recent_news().times(1).returning(|_, _| Ok(NewsResponse::default()));
    inner.expect_list_models().times(1).returning(|_| Ok(vec![ModelInfo::new("inner/m")]));
    inner.expect_health().times(1).returning(|_| Ok(Health::new(HealthStatus::Up)));
    inner.expect_look_up_call().times(1).returning(|_, _| Ok(Some(Usage::new())));
    inner.expect_abandon().times(1).returning(|_, _, _| Abandon::Drain);
    inner
}

#[tokio::test]
async fn both_layers_forward_every_method_that_is_not_theirs() {
    let (log, _folder) = log().await;
    let layers: [Box<dyn Layer>; 2] = [Box::new(log.request_layer()), Box::new(log.attempt_layer())];
    for layer in layers {
        let provider = layer.layer(Arc::new(inner()));
        assert_eq!(provider.name().as_str(), "inner");
        assert!(provider.capabilities(&"m".parse().unwrap()).tools.is_yes());
        provider.generate_image(&ctx(), ImageRequest::default()).await.unwrap();
        provider.generate_audio(&ctx(), AudioRequest::default()).await.unwrap();
        provider.search_recent_news(&ctx(), NewsRequest::default()).await.unwrap();
        assert_eq!(provider.list_models(&ctx()).await.unwrap().len(), 1);
        assert_eq!(provider.health(&ctx()).await.unwrap().status, HealthStatus::Up);
        assert!(provider.look_up_call(&ctx(), "gen-1").await.unwrap().is_some());
        assert_eq!(provider.abandon("m", None, true), Abandon::Drain);
    }
}
