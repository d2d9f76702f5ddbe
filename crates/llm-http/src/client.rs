//! The client: one call, its limits, and the id under which it goes upstream.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, header};
use llm_core::{AttemptId, Error, ErrorKind, Result, Stage};
use llm_provider::CallContext;
use url::Url;

use crate::{
    ByteStream, ClientConfig, Request, Response, Transport, excerpt, reqwest_transport::ReqwestTransport,
};

/// The header that carries an attempt's id upstream, so that two ledgers can be laid side by side.
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-client-request-id");

/// Makes calls over HTTP.
///
/// Cheap to clone; clones share their connections. Connections are driven by the runtime that made them: a service
/// with one runtime for each core makes one client for each.
///
/// A request is sent at most once. No redirect is followed, nothing is tried again, no cookie is kept and no variable
/// of the environment is read. TLS is rustls with the platform's roots; HTTP/2 where the server offers it, else
/// HTTP/1.1 with keep-alive; `TCP_NODELAY` is on.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: ClientConfig,
    transport: Arc<dyn Transport>,
}

impl Client {
    /// A client on the built-in transport.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotConfigured`] when a setting makes no sense (a user agent that is no header, TLS roots that
    /// cannot be loaded).
    pub fn new(config: ClientConfig) -> Result<Self> {
        let transport = ReqwestTransport::new(&config)?;
        Ok(Self::with_transport(config, Arc::new(transport)))
    }

    /// A client on a transport of your own, which has to honour `config`'s connection settings itself.
    #[must_use]
    pub fn with_transport(config: ClientConfig, transport: Arc<dyn Transport>) -> Self {
        Self(Arc::new(Inner { config, transport }))
    }

    /// How this client behaves.
    #[must_use]
    pub fn config(&self) -> &ClientConfig {
        &self.0.config
    }

    /// Sends a request and waits for the response's headers, whatever their status says, redirects excepted.
    ///
    /// The call's observer hears [`CallContext::sent`] right before: a connection may still have to be made then, and
    /// an error with `maybe_billed == false` takes it back. When the call is an attempt on the ledger, its id goes
    /// upstream as `x-client-request-id`. Dropping the future cancels the call; whether the provider noticed in time
    /// is not known then.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Unavailable`] at [`Stage::Connect`] when there is no connection, or when it broke before the
    ///   headers came; the second may be billed.
    /// - [`ErrorKind::Timeout`] at [`Stage::FirstToken`] when no headers came within
    ///   [`ClientConfig::headers_timeout`]; it may be billed.
    /// - [`ErrorKind::InvalidResponse`] at [`Stage::Answer`] for a redirect.
    pub async fn send(&self, ctx: &CallContext, mut request: Request) -> Result<Response> {
        let config = &self.0.config;
        if let Some(id) = ctx.attempt_id() {
            request.headers.insert(CLIENT_REQUEST_ID, client_request_id(id)?);
        }
        request.fill_in_headers();
        ctx.sent();
        let answer = tokio::time::timeout(config.headers_timeout, self.0.transport.send(request))
            .await
            .map_err(|_| silent())??;
        if answer.status().is_redirection() {
            return Err(redirected(&answer));
        }
        Ok(Response::new(answer, config))
    }
}

fn client_request_id(id: AttemptId) -> Result<HeaderValue> {
    HeaderValue::try_from(id.to_string()).map_err(|error| {
        Error::new(ErrorKind::Internal, "the attempt's id does not fit into a header").with_source(error)
    })
}

fn silent() -> Error {
    Error::new(ErrorKind::Timeout, "the provider did not begin to answer in time")
        .with_stage(Stage::FirstToken)
        .with_maybe_billed(true)
}

/// A redirect is a wrong base URL, or somebody who wants our key. Only which host it points to goes to the log: the
/// rest of a location may hold a secret.
fn redirected(answer: &http::Response<ByteStream>) -> Error {
    let error = Error::new(
        ErrorKind::InvalidResponse,
        "the provider answered with a redirect, which is never followed; look at the base URL",
    )
    .with_stage(Stage::Answer)
    .with_status(answer.status().as_u16());
    let location = answer.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
    match location.and_then(|location| Url::parse(location).ok()) {
        Some(target) => {
            let origin = target.origin().ascii_serialization();
            error.with_detail(format!("it points to {}", excerpt(origin.as_bytes(), 200)))
        }
        None => error,
    }
}
