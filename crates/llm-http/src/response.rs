//! A response, and three ways to read it, each of them bounded.

use std::{fmt, time::Duration};

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::{HeaderMap, StatusCode};
use llm_core::{Error, ErrorKind, Result, Stage};

use crate::{ByteStream, ClientConfig};

/// The limit on reading an error's body: what it says is not worth a longer wait.
const ERROR_BODY_TIME: Duration = Duration::from_secs(5);

/// A response whose headers are there and whose body is not. Dropping it closes the exchange.
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: ByteStream,
    max_body: usize,
    max_error_body: usize,
}

impl Response {
    pub(crate) fn new(answer: http::Response<ByteStream>, config: &ClientConfig) -> Self {
        let (head, body) = answer.into_parts();
        Self {
            status: head.status,
            headers: head.headers,
            body,
            max_body: config.max_body,
            max_error_body: config.max_error_body,
        }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers. Those of the encoding are gone when the body was compressed.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Reads the whole body, decompressed.
    ///
    /// It has no limit in time: the layer above holds the call's deadline.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::StreamInterrupted`] at [`Stage::Truncated`] when the body was cut; it may be billed.
    /// - [`ErrorKind::InvalidResponse`] at [`Stage::Protocol`] when it is longer than [`ClientConfig::max_body`]; it
    ///   may be billed.
    pub async fn bytes(mut self) -> Result<Bytes> {
        let first = self.next_chunk(0).await?.unwrap_or_default();
        let Some(second) = self.next_chunk(first.len()).await? else {
            // Most answers come in one piece, which is given on without a copy.
            return Ok(first);
        };
        let mut whole = BytesMut::from(first);
        whole.extend_from_slice(&second);
        while let Some(chunk) = self.next_chunk(whole.len()).await? {
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    }

    async fn next_chunk(&mut self, read: usize) -> Result<Option<Bytes>> {
        let chunk = self.body.next().await.transpose()?;
        match chunk {
            Some(chunk) if chunk.len() > self.max_body.saturating_sub(read) => Err(too_long(self.max_body)),
            chunk => Ok(chunk),
        }
    }

    /// Reads the beginning of an error's body: [`ClientConfig::max_error_body`] at most, for 5 s at most.
    ///
    /// It never fails: what came before the cut, or nothing, is all that there is to say. Show it through
    /// [`excerpt`](crate::excerpt) only.
    pub async fn error_bytes(mut self) -> Bytes {
        let mut begin = BytesMut::new();
        let reading = async {
            while begin.len() < self.max_error_body {
                let Some(Ok(chunk)) = self.body.next().await else { return };
                let room = self.max_error_body - begin.len();
                begin.extend_from_slice(&chunk[..chunk.len().min(room)]);
            }
        };
        // Too slow is like cut: what came is enough.
        let _ = tokio::time::timeout(ERROR_BODY_TIME, reading).await;
        begin.freeze()
    }

    /// Gives the body as it comes, without a limit in size: the decoder that reads it has one.
    ///
    /// An error is the last item. [`ErrorKind::StreamInterrupted`] at [`Stage::Truncated`] means that the body was
    /// cut; it may be billed.
    #[must_use]
    pub fn into_stream(self) -> ByteStream {
        self.body
    }
}

fn too_long(most: usize) -> Error {
    Error::new(ErrorKind::InvalidResponse, format!("the provider's answer is longer than {most} bytes"))
        .with_stage(Stage::Protocol)
        .with_maybe_billed(true)
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}
