//! What was asked.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    time::Instant,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, request::Parts};
use serde_json::Value;

use crate::{Call, End};

/// Headers that hold a key at one vendor or another.
const KEYS: [&str; 4] = ["authorization", "x-api-key", "api-key", "x-goog-api-key"];

/// A request that was heard whole.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) method: http::Method,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    headers: HeaderMap,
    pub(crate) json: Option<Value>,
    key: Option<String>,
}

impl Heard {
    pub(crate) fn new(parts: Parts, body: &Bytes) -> Self {
        let mut headers = parts.headers;
        let mut key = None;
        for name in KEYS {
            if let Some(value) = headers.get_mut(name) {
                key = key.or_else(|| value.to_str().ok().map(str::to_owned));
                *value = HeaderValue::from_static("[redacted]");
            }
        }
        Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers,
            json: serde_json::from_slice(body).ok(),
            key,
        }
    }

    /// The key as it came, without the word `Bearer`.
    pub(crate) fn key(&self) -> Option<&str> {
        self.key.as_deref().map(|key| key.strip_prefix("Bearer ").unwrap_or(key))
    }

    /// A value of the query.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        let pairs = self.query.as_deref()?.split('&');
        pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The ledger's line for it.
    pub(crate) fn call(&self, connection: u64, keep_body: bool) -> Call {
        Call {
            number: 0,
            connection,
            method: self.method.to_string(),
            path: self.path.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            key: self.key().map(mark),
            request: keep_body.then(|| self.json.clone()).flatten(),
            id: None,
            status: None,
            streamed: false,
            bytes_sent: 0,
            fault: None,
            end: End::Open,
            began: Instant::now(),
            took: None,
            charged: None,
            bill: None,
            delivered: 0,
        }
    }
}

/// A number that says whether two keys are the same and nothing else about them.
fn mark(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}
