//! A request, and how a key gets into it without getting out of it.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use llm_core::{Error, ErrorKind, Result};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

/// A request to a provider. Its `Debug` prints neither header values nor the URL's query nor the body.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    streaming: bool,
}

impl Request {
    /// A GET request.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// A POST request.
    #[must_use]
    pub fn post(url: Url) -> Self {
        Self::new(Method::POST, url)
    }

    fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: None, streaming: false }
    }

    /// Sets a header, in the place of an earlier one of that name.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets a header whose value is a key, in the place of an earlier one. It is marked as sensitive, so that it is
    /// never printed and HTTP/2 never puts it into a compression table.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidRequest`] when the key is empty, or holds what a header cannot: a line break, a control
    /// character, anything but ASCII. The message does not repeat it.
    pub fn with_secret_header(self, name: HeaderName, key: &SecretString) -> Result<Self> {
        let value = sensitive(key.expose_secret(), key.expose_secret())?;
        Ok(self.with_header(name, value))
    }

    /// Sets `authorization: Bearer <key>`.
    ///
    /// # Errors
    ///
    /// As [`with_secret_header`](Self::with_secret_header).
    pub fn with_bearer(self, key: &SecretString) -> Result<Self> {
        let value = sensitive(key.expose_secret(), &format!("Bearer {}", key.expose_secret()))?;
        Ok(self.with_header(header::AUTHORIZATION, value))
    }

    /// Sets the body, and `content-type: application/json` unless a content type is set.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self.headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        self
    }

    /// Says that the answer will be read as it comes.
    ///
    /// Unless they are set, `accept` becomes `text/event-stream` and `accept-encoding` becomes `identity`: a
    /// compressor holds back events until its block is full.
    #[must_use]
    pub fn streaming(mut self) -> Self {
        self.streaming = true;
        self
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Where it goes.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The headers, keys among them.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body, if it has one.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }

    /// Whether the answer will be read as it comes.
    #[must_use]
    pub fn is_streaming(&self) -> bool {
        self.streaming
    }

    /// Adds what follows from [`streaming`](Self::streaming); last, so that the order of the builder does not matter.
    pub(crate) fn fill_in_headers(&mut self) {
        if self.streaming {
            self.headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("text/event-stream"));
            self.headers.entry(header::ACCEPT_ENCODING).or_insert(HeaderValue::from_static("identity"));
        }
    }
}

fn sensitive(key: &str, text: &str) -> Result<HeaderValue> {
    let unusable = || {
        Error::new(
            ErrorKind::InvalidRequest,
            "the provider's key is empty or holds a character that no key has, such as a line break",
        )
    };
    // A blank inside would pass as a header; it is a key that was pasted wrongly.
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(unusable());
    }
    let mut value = HeaderValue::from_str(text).map_err(|_| unusable())?;
    value.set_sensitive(true);
    Ok(value)
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("host", &self.url.host_str())
            .field("path", &self.url.path())
            .field("headers", &names)
            .field("body_bytes", &self.body.as_ref().map(Bytes::len))
            .field("streaming", &self.streaming)
            .finish()
    }
}

#[cfg(test)]
mod tests;
