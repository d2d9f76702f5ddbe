//! One call over HTTP: where it goes, what its headers say, and what a refusal becomes.

use std::time::SystemTime;

use bytes::Bytes;
use llm_core::{Error, ErrorKind, Result};
use llm_http::{HeaderMap, HeaderName, HeaderValue, Request, Response, join};
use llm_provider::CallContext;
use llm_wire::chat_completions::decode_failure;
use secrecy::SecretString;

use crate::{OpenRouter, OpenRouterConfig, error::Facts};

/// Carries the call's id before any of its answer is there.
const GENERATION_ID: HeaderName = HeaderName::from_static("x-generation-id");

impl OpenRouter {
    /// The key, without which no call is made.
    fn key(&self) -> Result<&SecretString> {
        self.config.api_key.as_ref().ok_or_else(|| {
            Error::new(
                ErrorKind::NotConfigured,
                "OpenRouter has no key: set OPENROUTER_API_KEY, or `api_key` in its configuration",
            )
        })
    }

    /// Makes the paid call at `path`. The caller's observer hears the call's id from the headers.
    pub(crate) async fn post(
        &self,
        ctx: &CallContext,
        path: &str,
        body: Vec<u8>,
        streaming: bool,
    ) -> Result<Response> {
        let request = Request::post(join(&self.base_url, path)).with_body(body);
        let request = if streaming { request.streaming() } else { request };
        let response = self.client.send(ctx, self.signed(request)?).await?;
        if let Some(id) = generation_id(response.headers()) {
            ctx.upstream_id(&id);
        }
        accepted(response).await
    }

    /// Reads a record at `path`. It is no paid call, so the ledger that may watch `ctx` does not hear of it.
    pub(crate) async fn get(&self, ctx: &CallContext, path: &str, query: &[(&str, &str)]) -> Result<Bytes> {
        let mut url = join(&self.base_url, path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let quiet = CallContext::new(ctx.request_id());
        let response = self.client.send(&quiet, self.signed(Request::get(url))?).await?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = accepted(response).await?.bytes().await?;
        // A refusal may come with status 200 here too.
        match decode_failure(&body) {
            Some(_) => Err(Facts::of_answer(status, &headers, &body, SystemTime::now()).into_error()),
            None => Ok(body),
        }
    }

    /// Adds the key and the attribution.
    fn signed(&self, request: Request) -> Result<Request> {
        let signed = request.with_bearer(self.key()?)?;
        Ok(self
            .headers
            .iter()
            .fold(signed, |request, (name, value)| request.with_header(name.clone(), value.clone())))
    }

    /// Says whose error it is.
    pub(crate) fn own(&self, error: Error) -> Error {
        error.with_provider(self.name.clone())
    }
}

/// The id that the headers give a call.
pub(crate) fn generation_id(headers: &HeaderMap) -> Option<String> {
    headers.get(GENERATION_ID)?.to_str().ok().filter(|id| !id.is_empty()).map(str::to_owned)
}

/// A response that is no refusal.
async fn accepted(response: Response) -> Result<Response> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let body = response.error_bytes().await;
    let error = Facts::of_answer(status, &headers, &body, SystemTime::now()).into_error();
    Err(match generation_id(&headers) {
        Some(id) => error.with_upstream_id(id),
        None => error,
    })
}

/// The headers that every call has, out of the configuration.
pub(crate) fn headers(config: &OpenRouterConfig) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    let mut set = |name: &'static str, value: &str| -> Result<()> {
        let value = HeaderValue::from_str(value).map_err(|error| {
            Error::new(ErrorKind::NotConfigured, format!("`{name}` cannot be sent as a header"))
                .with_source(error)
        })?;
        headers.insert(HeaderName::from_static(name), value);
        Ok(())
    };
    if let Some(title) = &config.title {
        set("x-openrouter-title", title)?;
        set("x-title", title)?;
    }
    if let Some(referer) = &config.referer {
        set("http-referer", referer)?;
    }
    if !config.categories.is_empty() {
        set("x-openrouter-categories", &config.categories.join(","))?;
    }
    if !config.anthropic_betas.is_empty() {
        set("x-anthropic-beta", &config.anthropic_betas.join(","))?;
    }
    if config.routing_report {
        set("x-openrouter-metadata", "enabled")?;
    }
    Ok(headers)
}
