//! The OpenAI routes.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::State,
    http::StatusCode,
    response::Response,
};
use llm_core::{Error, ErrorKind};
use llm_wire::chat_completions::{StreamEncoder, decode_request, encode_response};
use serde_json::json;

use super::{
    App, MAX_BODY,
    error::{ApiError, json as json_body, set_request_id},
    sse,
};

/// How long a client may take to send its body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// `POST /v1/chat/completions`: an answer, whole or as server-sent events.
///
/// A stream's status is sent once its first content is there, so that what fails before is a plain error.
pub(crate) async fn completions(State(app): State<Arc<App>>, body: Body) -> Result<Response, ApiError> {
    let bytes = read(body).await?;
    let inbound = decode_request(&bytes)?;
    if inbound.stream {
        let stream = app.service.stream_response(inbound.request).await?;
        let id = stream.request_id();
        let encoder = StreamEncoder::new(id.to_string(), inbound.include_usage);
        let mut response = sse::response(stream, encoder);
        set_request_id(&mut response, id);
        return Ok(response);
    }
    let reply = app.service.generate_response(inbound.request).await?;
    let mut response = json_body(StatusCode::OK, encode_response(&reply, &reply.request_id.to_string()));
    set_request_id(&mut response, reply.request_id);
    Ok(response)
}

/// `GET /v1/models`: the models of every provider that answers.
pub(crate) async fn models(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    let list = app.service.list_models().await?;
    let data: Vec<_> = list
        .models
        .iter()
        .map(|model| {
            let owner = model.id.split('/').next().unwrap_or_default();
            json!({ "id": model.id, "object": "model", "created": model.created.unwrap_or(0), "owned_by": owner })
        })
        .collect();
    let body = json!({ "object": "list", "data": data });
    Ok(json_body(StatusCode::OK, body.to_string().into_bytes()))
}

async fn read(body: Body) -> Result<bytes::Bytes, Error> {
    let late = |_| {
        Error::new(
            ErrorKind::InvalidRequest,
            format!("the body did not come within {} s", BODY_TIMEOUT.as_secs()),
        )
    };
    let broken = |_| {
        Error::new(
            ErrorKind::InvalidRequest,
            format!("the body could not be read; it may be cut, or larger than {} MiB", MAX_BODY >> 20),
        )
    };
    tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, MAX_BODY)).await.map_err(late)?.map_err(broken)
}
