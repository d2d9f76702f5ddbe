//! Every limit in time and size.

use std::{io::Write as _, sync::Mutex, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use futures_util::{StreamExt as _, future, stream};
use llm_core::{Error, ErrorKind, RequestId, Result, Stage};
use llm_http::{
    ByteStream, Client, ClientConfig, Request, Response, SseItem, SseLimits, Transport, base_url, sse,
};
use llm_provider::CallContext;
use tokio::time::Instant;

use crate::server::{Act, Server, answer};

/// A transport that answers once, with this body.
struct Canned(Mutex<Option<ByteStream>>);

impl std::fmt::Debug for Canned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Canned")
    }
}

#[async_trait]
impl Transport for Canned {
    async fn send(&self, _request: Request) -> Result<http::Response<ByteStream>> {
        let body = self.0.lock().unwrap().take();
        match body {
            Some(body) => Ok(http::Response::new(body)),
            None => future::pending().await,
        }
    }
}

async fn canned(config: ClientConfig, body: Option<ByteStream>) -> Result<Response> {
    let client = Client::with_transport(config, std::sync::Arc::new(Canned(Mutex::new(body))));
    let request = Request::get(base_url("http://127.0.0.1/x").unwrap());
    client.send(&CallContext::new(RequestId::new()), request).await
}

fn chunks(texts: &[&'static str]) -> ByteStream {
    let chunks: Vec<_> = texts.iter().map(|text| Ok(Bytes::from_static(text.as_bytes()))).collect();
    Box::pin(stream::iter(chunks))
}

/// `bytes` zeros, compressed.
fn bomb(bytes: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; bytes]).unwrap();
    encoder.finish().unwrap()
}

async fn bombed(config: ClientConfig) -> Response {
    let bomb = answer("200 OK", "content-encoding: gzip\r\n", &bomb(16 * 1024 * 1024));
    assert!(bomb.len() < 64 * 1024);
    let server = Server::start(vec![Act::Answer(bomb)]).await;
    let client = Client::new(config).unwrap();
    client.send(&CallContext::new(RequestId::new()), Request::get(server.url)).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn headers_are_waited_for_as_long_as_configured() {
    let begin = Instant::now();
    let error = canned(ClientConfig::default(), None).await.unwrap_err();
    assert_eq!(begin.elapsed(), Duration::from_secs(60));
    assert_eq!((error.kind(), error.stage()), (ErrorKind::Timeout, Stage::FirstToken));
}

#[tokio::test]
async fn a_body_in_any_number_of_pieces_is_put_together() {
    for (texts, whole) in
        [(&[][..], ""), (&["a"], "a"), (&["a", "bc"], "abc"), (&["", "a", "", "b", "c"], "abc")]
    {
        let response = canned(ClientConfig::default(), Some(chunks(texts))).await.unwrap();
        assert_eq!(response.bytes().await.unwrap(), whole);
    }
}

#[tokio::test]
async fn a_body_may_be_as_long_as_the_limit_and_not_a_byte_longer() {
    let config = || ClientConfig::default().with_max_body(6);
    let fits = canned(config(), Some(chunks(&["abc", "def"]))).await.unwrap();
    assert_eq!(fits.bytes().await.unwrap(), "abcdef");
    for long in [&["abc", "defg"][..], &["abcdefg"], &["abc", "def", "g"]] {
        let response = canned(config(), Some(chunks(long))).await.unwrap();
        let error = response.bytes().await.unwrap_err();
        assert_eq!((error.kind(), error.stage()), (ErrorKind::InvalidResponse, Stage::Protocol));
        assert!(error.maybe_billed());
    }
}

#[tokio::test]
async fn a_compressed_answer_is_unpacked() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(b"hello").unwrap();
    let body = answer("200 OK", "content-encoding: gzip\r\n", &encoder.finish().unwrap());
    let server = Server::start(vec![Act::Answer(body)]).await;
    let client = Client::new(ClientConfig::default()).unwrap();
    let ctx = CallContext::new(RequestId::new());
    let response = client.send(&ctx, Request::get(server.url)).await.unwrap();
    assert_eq!(response.bytes().await.unwrap(), "hello");
}

#[tokio::test]
async fn a_bomb_does_not_go_off() {
    let small = || ClientConfig::default().with_max_body(1024 * 1024);
    let error = bombed(small()).await.bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);

    assert_eq!(bombed(small()).await.error_bytes().await.len(), 64 * 1024);

    let limits = SseLimits::default().with_max_line(1024 * 1024);
    let items: Vec<_> = sse(bombed(small()).await.into_stream(), limits).collect().await;
    let [Err(error)] = &items[..] else { panic!("one error, not {items:?}") };
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
}

#[tokio::test]
async fn of_an_error_only_the_beginning_is_read() {
    let endless: ByteStream = Box::pin(stream::repeat_with(|| Ok(Bytes::from_static(b"0123456"))));
    let config = ClientConfig::default().with_max_error_body(10);
    let response = canned(config, Some(endless)).await.unwrap();
    assert_eq!(response.error_bytes().await, "0123456012");
}

#[tokio::test(start_paused = true)]
async fn an_error_that_is_told_slowly_is_not_waited_for() {
    let begin = Instant::now();
    let slow: ByteStream = Box::pin(chunks(&["sorry"]).chain(stream::pending()));
    let response = canned(ClientConfig::default(), Some(slow)).await.unwrap();
    assert_eq!(response.error_bytes().await, "sorry");
    assert_eq!(begin.elapsed(), Duration::from_secs(5));
}

#[tokio::test]
async fn a_broken_error_body_gives_what_came() {
    let broken = stream::iter([Err(Error::new(ErrorKind::StreamInterrupted, "cut"))]);
    let body: ByteStream = Box::pin(chunks(&["so", "rry"]).chain(broken));
    let response = canned(ClientConfig::default(), Some(body)).await.unwrap();
    assert_eq!(response.error_bytes().await, "sorry");
}

#[tokio::test]
async fn a_line_of_a_gigabyte_is_given_up_at_the_limit() {
    let chunk = Bytes::from(vec![b'x'; 64 * 1024]);
    let read = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = read.clone();
    let line = stream::repeat(chunk).take(16 * 1024).map(move |chunk| {
        counter.fetch_add(chunk.len(), std::sync::atomic::Ordering::Relaxed);
        Ok(chunk)
    });
    let items: Vec<Result<SseItem>> = sse(Box::pin(line), SseLimits::default()).collect().await;
    assert!(matches!(&items[..], [Err(error)] if error.kind() == ErrorKind::InvalidResponse));
    let limit = SseLimits::default().max_line;
    assert_eq!(read.load(std::sync::atomic::Ordering::Relaxed), limit + 64 * 1024);
}
