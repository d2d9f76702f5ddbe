//! The transport that stands behind every [`Client`](crate::Client) unless another is given: reqwest.

use std::fmt;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use llm_core::{Error, ErrorKind, Result, Stage};

use crate::{ByteStream, ClientConfig, Request, Transport};

/// reqwest with everything switched off that would send a request, or a key, where nobody asked for it.
pub(crate) struct ReqwestTransport(reqwest::Client);

impl ReqwestTransport {
    pub(crate) fn new(config: &ClientConfig) -> Result<Self> {
        let client = reqwest::Client::builder()
            // reqwest keeps custom key headers (`x-api-key`) across redirects.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // A call is on the ledger once: whoever tries again must know.
            .retry(reqwest::retry::never())
            .no_proxy()
            .tcp_nodelay(true)
            .connect_timeout(config.connect_timeout)
            .pool_idle_timeout(config.pool_idle_timeout)
            .pool_max_idle_per_host(config.pool_max_idle_per_host)
            .user_agent(&config.user_agent)
            .build()
            .map_err(|error| {
                Error::new(ErrorKind::NotConfigured, "no HTTP client can be made of this configuration")
                    .with_source(error.without_url())
            })?;
        Ok(Self(client))
    }
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestTransport").finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: Request) -> Result<http::Response<ByteStream>> {
        let mut outgoing = reqwest::Request::new(request.method, request.url);
        *outgoing.headers_mut() = request.headers;
        *outgoing.body_mut() = request.body.map(reqwest::Body::from);
        let mut answer = self.0.execute(outgoing).await.map_err(|error| unanswered(error.without_url()))?;

        let mut response = http::Response::new(());
        *response.status_mut() = answer.status();
        *response.version_mut() = answer.version();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response.map(|()| -> ByteStream {
            Box::pin(answer.bytes_stream().map(|chunk| chunk.map_err(|error| cut(error.without_url()))))
        }))
    }
}

/// No headers came.
fn unanswered(error: reqwest::Error) -> Error {
    if error.is_builder() {
        return Error::new(ErrorKind::InvalidRequest, "the request cannot be sent as HTTP")
            .with_source(error);
    }
    let (message, maybe_billed) = if error.is_dns() {
        ("the provider's host name cannot be resolved", false)
    } else if error.is_connect() && error.is_timeout() {
        ("no connection to the provider was made in time", false)
    } else if error.is_connect() {
        ("no connection to the provider could be made", false)
    } else {
        ("the connection to the provider broke before it answered", true)
    };
    Error::new(ErrorKind::Unavailable, message)
        .with_stage(Stage::Connect)
        .with_maybe_billed(maybe_billed)
        .with_source(error)
}

/// The headers came, but not the whole body.
fn cut(error: reqwest::Error) -> Error {
    Error::new(ErrorKind::StreamInterrupted, "the connection broke before the answer was whole")
        .with_stage(Stage::Truncated)
        .with_maybe_billed(true)
        .with_source(error)
}
