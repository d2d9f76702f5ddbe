//! Whether the server is alive, and whether it wants work.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{App, Phase};

/// The process runs and answers. It looks at nothing else: a restart would not mend a provider or a database.
pub(crate) async fn live() -> Json<serde_json::Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// The server takes work: it is not on its way out, and the ledger has room. It does not depend on a database or a
/// provider being there.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Response {
    let reason = match (*app.phase.borrow(), app.service.accepts_calls()) {
        (Phase::Running, true) => return Json(json!({ "status": "ready" })).into_response(),
        (Phase::Running, false) => "the ledger cannot take more calls",
        _ => "the server is stopping",
    };
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "not ready", "reason": reason })))
        .into_response()
}
