//! An answer as server-sent events.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use llm_core::{Error, ErrorKind};
use llm_services::GeneratedStream;
use llm_wire::chat_completions::{StreamEncoder, encode_error};
use tokio::time::{Instant, Sleep};

/// After how much silence a comment is sent, so that nobody between takes the connection for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The response whose body is this stream.
///
/// A whole answer ends with `[DONE]`; a broken one ends with an error event and without it.
pub(crate) fn response(stream: GeneratedStream, encoder: StreamEncoder) -> Response {
    let body = SseBody {
        stream: Some(stream),
        encoder,
        silence: Box::pin(tokio::time::sleep(KEEP_ALIVE)),
        payloads: Vec::new(),
    };
    let mut response = Response::new(Body::from_stream(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Keeps nginx from collecting events before it sends them on.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// Polls its stream only when the client takes more, so that a slow reader slows its own upstream.
struct SseBody {
    /// `None` once the terminal item was sent.
    stream: Option<GeneratedStream>,
    encoder: StreamEncoder,
    silence: Pin<Box<Sleep>>,
    payloads: Vec<String>,
}

impl SseBody {
    fn error_frame(&mut self, error: &Error) -> Bytes {
        self.stream = None;
        let (_, payload) = encode_error(error);
        let mut frame = BytesMut::new();
        put_data(&mut frame, &payload);
        frame.freeze()
    }
}

impl Stream for SseBody {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            let Some(stream) = this.stream.as_mut() else { return Poll::Ready(None) };
            match stream.poll_next_unpin(cx) {
                Poll::Ready(Some(Ok(event))) => {
                    let last = matches!(event, llm_core::ChatEvent::Finished(_));
                    this.payloads.clear();
                    this.encoder.push(&event, &mut this.payloads);
                    let mut frame = BytesMut::new();
                    this.payloads.iter().for_each(|payload| put_data(&mut frame, payload.as_bytes()));
                    if last {
                        this.stream = None;
                        put_data(&mut frame, b"[DONE]");
                    }
                    if !frame.is_empty() {
                        this.silence.as_mut().reset(Instant::now() + KEEP_ALIVE);
                        return Poll::Ready(Some(Ok(frame.freeze())));
                    }
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Ok(this.error_frame(&error)))),
                // Cannot be: a stream has a terminal item. If it were, a silent end would pass for a whole answer.
                Poll::Ready(None) => {
                    let error = Error::new(ErrorKind::Internal, "the stream ended without saying how");
                    return Poll::Ready(Some(Ok(this.error_frame(&error))));
                }
                Poll::Pending => break,
            }
        }
        if this.silence.as_mut().poll(cx).is_ready() {
            this.silence.as_mut().reset(Instant::now() + KEEP_ALIVE);
            // Wakes us for the next silence.
            cx.waker().wake_by_ref();
            return Poll::Ready(Some(Ok(Bytes::from_static(b": keep-alive\n\n"))));
        }
        Poll::Pending
    }
}

fn put_data(frame: &mut BytesMut, payload: &[u8]) {
    frame.put_slice(b"data: ");
    frame.put_slice(payload);
    frame.put_slice(b"\n\n");
}
