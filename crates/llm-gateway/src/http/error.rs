//! Errors as the OpenAI SDKs expect them.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use llm_core::{Error, ErrorKind};

/// The header that names the request.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// An error on its way to a client: the outer message, in OpenAI's shape, with the status of its kind.
#[derive(Debug)]
pub(crate) struct ApiError(pub(crate) Error);

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self(error) = self;
        if error.kind() == ErrorKind::Internal {
            tracing::error!(report = %error.report(), "a request failed for a reason of our own");
        } else {
            tracing::debug!(report = %error.report(), "a request failed");
        }
        let (status, body) = llm_wire::chat_completions::encode_error(&error);
        let mut response =
            json(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body);
        if let Some(id) = error.request_id() {
            set_request_id(&mut response, id);
        }
        if let Some(wait) = error.retry_after() {
            // Whole seconds, rounded up: a client that comes back early is refused again.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// A body of JSON that is encoded already.
pub(crate) fn json(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Names the request in the response's head.
pub(crate) fn set_request_id(response: &mut Response, id: llm_core::RequestId) {
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
}

pub(crate) async fn no_such_route(uri: Uri) -> Response {
    refusal(
        StatusCode::NOT_FOUND,
        format!("there is nothing at `{}`; the chat route is `POST /v1/chat/completions`", uri.path()),
    )
}

pub(crate) async fn method_not_allowed(uri: Uri) -> Response {
    refusal(StatusCode::METHOD_NOT_ALLOWED, format!("`{}` does not take this method", uri.path()))
}

fn refusal(status: StatusCode, message: String) -> Response {
    let (_, body) = llm_wire::chat_completions::encode_error(&Error::new(ErrorKind::InvalidRequest, message));
    json(status, body)
}
