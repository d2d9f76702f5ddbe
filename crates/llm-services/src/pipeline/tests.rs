use std::sync::Arc;

use llm_cache::{CacheConfig, MokaCache};
use llm_core::ProviderName;
use llm_layers::{Deadlines, RetryPolicy};
use llm_provider::{Layer, SharedProvider};
use llm_request_log::{LedgerConfig, SqlxRequestLog};

use super::{Parts, assemble};
use crate::router::Routes;

/// A layer of an application's own.
#[derive(Debug)]
struct Own;

impl Layer for Own {
    fn layer(&self, inner: SharedProvider) -> SharedProvider {
        inner
    }
}

/// A wrong order loses rows or money without any other test noticing: see decision 0001 before changing it.
#[tokio::test]
async fn the_layers_stand_in_this_order() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("llm.db").display());
    let parts = Parts {
        providers: vec![Arc::new(llm_mock::Mock::new())],
        routes: Routes::new(),
        log: Some(SqlxRequestLog::open(LedgerConfig::new(url)).await.unwrap()),
        cache: Arc::new(MokaCache::new(1 << 20)),
        cache_config: CacheConfig::default(),
        deadlines: Deadlines::default(),
        retry: RetryPolicy::default(),
        own: vec![Arc::new(Own)],
    };
    let pipeline = assemble(ProviderName::new("llm-services").unwrap(), parts);
    insta::assert_snapshot!(pipeline.order.join("\n"), @r"
    TracingLayer
    RequestLogLayer
    (own)
    CacheLayer
    SingleFlightLayer
    StructuredLayer
    Router
    RetryLayer
    AttemptLedgerLayer
    TracingLayer
    DeadlineLayer
    ");
}
