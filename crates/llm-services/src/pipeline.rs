//! The stack around every call: one function, one layer a line.

use std::sync::Arc;

use llm_cache::{CacheConfig, CacheLayer, ResponseCache, SingleFlightLayer};
use llm_core::ProviderName;
use llm_layers::{DeadlineLayer, Deadlines, RetryLayer, RetryPolicy, TracingLayer};
use llm_provider::{Layer, SharedProvider};
use llm_request_log::SqlxRequestLog;

use crate::router::{Router, Routes};

/// What the stack is made of.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) providers: Vec<SharedProvider>,
    /// The names that lead to the providers; without the providers themselves.
    pub(crate) routes: Routes,
    pub(crate) log: Option<SqlxRequestLog>,
    pub(crate) cache: Arc<dyn ResponseCache>,
    pub(crate) cache_config: CacheConfig,
    pub(crate) deadlines: Deadlines,
    pub(crate) retry: RetryPolicy,
    /// The application's own layers, outermost first.
    pub(crate) own: Vec<Arc<dyn Layer>>,
}

/// The whole stack.
#[derive(Clone, Debug)]
pub(crate) struct Pipeline {
    /// The outermost provider: calls begin here.
    pub(crate) entry: SharedProvider,
    /// The routes, each to a provider with what stands around it.
    pub(crate) routes: Arc<Routes>,
    /// The layers' names, outermost first.
    pub(crate) order: Vec<&'static str>,
}

/// Assembles the stack. Read it from the bottom up to follow a call inwards.
pub(crate) fn assemble(name: ProviderName, parts: Parts) -> Pipeline {
    let mut order = Vec::new();
    let mut routes = parts.routes;
    for provider in parts.providers {
        let mut stack = Stack::on(provider);
        // Innermost, so that the ledger outside sees a timeout as the timeout that it is.
        stack.put(&DeadlineLayer::new(parts.deadlines));
        // A span for the attempt, inside the ledger that numbers it.
        stack.put(&TracingLayer::attempt());
        if let Some(log) = &parts.log {
            // One row around each upstream call: inside retry, so that every attempt has its own.
            stack.put(&log.attempt_layer());
        }
        // Around one provider, so that its budget for retries is that provider's own.
        stack.put(&RetryLayer::new(parts.retry));
        order = stack.order;
        routes = routes.with_provider(stack.top);
    }
    let routes = Arc::new(routes);
    let mut stack = Stack { top: Arc::new(Router::new(name, routes.clone())), order };
    stack.order.push("Router");
    #[cfg(feature = "structured")]
    // Outside the router, because a rung depends on the routed model; inside the cache, which keeps what fits.
    stack.put(&crate::structured::StructuredLayer);
    // Inside the cache, which answers first; outside everything that costs.
    stack.put(&SingleFlightLayer::new(parts.cache_config));
    // Inside the log, so that a hit has a row too.
    stack.put(&CacheLayer::new(parts.cache, parts.cache_config));
    for layer in parts.own.iter().rev() {
        // The application's own: what they change is logged as it was asked for, and cached as it was sent.
        stack.put_own(layer.as_ref());
    }
    if let Some(log) = &parts.log {
        // One row for the request, whatever becomes of it further in.
        stack.put(&log.request_layer());
    }
    // Outermost, so that its span holds all that is said about the request.
    stack.put(&TracingLayer::new());
    stack.order.reverse();
    Pipeline { entry: stack.top, routes, order: stack.order }
}

/// Layers over a provider, and their names from the innermost outwards.
struct Stack {
    top: SharedProvider,
    order: Vec<&'static str>,
}

impl Stack {
    fn on(provider: SharedProvider) -> Self {
        Self { top: provider, order: Vec::new() }
    }

    fn put<L: Layer>(&mut self, layer: &L) {
        self.top = layer.layer(self.top.clone());
        let name = std::any::type_name::<L>();
        self.order.push(name.rsplit("::").next().unwrap_or(name));
    }

    fn put_own(&mut self, layer: &dyn Layer) {
        self.top = layer.layer(self.top.clone());
        self.order.push("(own)");
    }
}

#[cfg(all(test, feature = "mock", feature = "structured"))]
mod tests;
