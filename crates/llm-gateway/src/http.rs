//! The HTTP edge: routes, errors, streams.

mod chat;
mod error;
mod health;
mod server;
mod sse;
mod stopping;

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};
use llm_core::RequestId;
use llm_services::LlmService;
use tokio::sync::watch;

pub(crate) use server::{ServeOptions, serve};
pub(crate) use stopping::StopLayer;

/// The largest body of a request that is read, in bytes.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// What every route can reach.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) service: LlmService,
    pub(crate) phase: watch::Receiver<Phase>,
}

/// How far the server has come on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// It serves.
    Running,
    /// It accepts nothing new; what runs may end.
    Draining,
    /// What still runs is told so and ended.
    Stopping,
    /// Connections that did not take their last words are closed.
    Closing,
}

/// All routes.
fn routes(app: App) -> Router {
    Router::new()
        .route("/v1/chat/completions", post(chat::completions))
        .route("/chat/completions", post(chat::completions))
        .route("/v1/models", get(chat::models))
        .route("/health", get(health::live))
        .route("/health/ready", get(health::ready))
        .fallback(error::no_such_route)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(middleware::from_fn(named))
        .with_state(Arc::new(app))
}

/// Every reply has an id: that of its row in the log, or one of its own where nothing was accepted.
async fn named(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if !response.headers().contains_key(error::REQUEST_ID) {
        error::set_request_id(&mut response, RequestId::new());
    }
    response
}
