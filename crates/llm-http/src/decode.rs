//! A body read through a decoder.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_util::Stream;
use llm_core::{Error, Result};

use crate::ByteStream;

/// Reads items out of bytes; they are taken through [`Iterator`].
pub(crate) trait Decode: Iterator + Send + Unpin {
    fn push(&mut self, bytes: &[u8]) -> Result<()>;
    fn finish(&mut self) -> Result<()>;
}

/// The items of a body, then at most one error, then nothing.
pub(crate) struct Decoded<D> {
    /// `None` once it is at its end, so that its connection is given back at once.
    body: Option<ByteStream>,
    decoder: D,
    /// Waits until the items before it are taken.
    failure: Option<Error>,
}

impl<D: Decode> Decoded<D> {
    pub(crate) fn new(body: ByteStream, decoder: D) -> Self {
        Self { body: Some(body), decoder, failure: None }
    }
}

impl<D: Decode> Stream for Decoded<D> {
    type Item = Result<D::Item>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(item) = this.decoder.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            if let Some(error) = this.failure.take() {
                return Poll::Ready(Some(Err(error)));
            }
            let Some(body) = &mut this.body else { return Poll::Ready(None) };
            let outcome = match ready!(body.as_mut().poll_next(cx)) {
                Some(Ok(chunk)) => match this.decoder.push(&chunk) {
                    Ok(()) => continue,
                    failed => failed,
                },
                Some(Err(error)) => Err(error),
                None => this.decoder.finish(),
            };
            this.body = None;
            this.failure = outcome.err();
        }
    }
}
