//! Bodies read through the decoders: order, end and failure.

use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use llm_core::{Error, ErrorKind, RequestId, Result, Stage};
use llm_http::{ByteStream, Client, ClientConfig, NdjsonItem, Request, SseItem, SseLimits, ndjson, sse};
use llm_provider::CallContext;

use crate::server::{Act, Server};

fn body(chunks: &[&'static str], last: Option<Error>) -> ByteStream {
    let chunks: Vec<Result<Bytes>> =
        chunks.iter().map(|text| Ok(Bytes::from_static(text.as_bytes()))).collect();
    Box::pin(stream::iter(chunks.into_iter().chain(last.map(Err))))
}

fn cut() -> Error {
    Error::new(ErrorKind::StreamInterrupted, "cut")
}

/// Items in short: `:` for a comment, the data of an event, `!kind` for an error.
async fn read(body: ByteStream) -> Vec<String> {
    let short = |item: Result<SseItem>| match item {
        Ok(SseItem::Event(event)) => event.data,
        Ok(_) => ":".to_owned(),
        Err(error) => format!("!{}", error.kind()),
    };
    sse(body, SseLimits::default().with_max_line(20)).map(short).collect().await
}

#[tokio::test]
async fn items_come_in_order_and_the_last_needs_no_blank_line() {
    assert_eq!(read(body(&[":\ndata: a", "\n\n", "data: b"], None)).await, [":", "a", "b"]);
    assert!(read(body(&[], None)).await.is_empty());
}

#[tokio::test]
async fn a_cut_body_gives_its_whole_events_then_the_error_and_no_half_event() {
    assert_eq!(read(body(&["data: a\n\ndata: ha"], Some(cut()))).await, ["a", "!stream_interrupted"]);
    assert_eq!(read(body(&["data: a\n\ndata: whole\n"], Some(cut()))).await, ["a", "!stream_interrupted"]);
}

#[tokio::test]
async fn an_overflow_is_the_last_item() {
    let chunks = ["data: a\n\ndata: b\n\ndata: 0123456789abcdefgh", "\n\ndata: c\n\n"];
    assert_eq!(read(body(&chunks, None)).await, ["a", "b", "!invalid_response"]);
}

#[tokio::test]
async fn nothing_is_read_ahead_of_what_is_asked_for() {
    let mut polled = 0;
    let chunks: Vec<&'static str> = vec!["data: a\n\ndata: b\n\n", "data: c\n\n"];
    let (count, counted) = tokio::sync::watch::channel(0);
    let body: ByteStream = Box::pin(stream::iter(chunks).map(move |text| {
        polled += 1;
        count.send_replace(polled);
        Ok(Bytes::from_static(text.as_bytes()))
    }));
    let mut items = sse(body, SseLimits::default());
    assert_eq!(*counted.borrow(), 0);
    items.next().await.unwrap().unwrap();
    items.next().await.unwrap().unwrap();
    assert_eq!(*counted.borrow(), 1);
    items.next().await.unwrap().unwrap();
    assert_eq!(*counted.borrow(), 2);
}

#[tokio::test]
async fn an_event_is_given_before_the_rest_of_the_body_comes() {
    let waiting: ByteStream = Box::pin(body(&["data: a\n\ndata: b"], None).chain(stream::pending()));
    let mut items = sse(waiting, SseLimits::default());
    assert!(items.next().now_or_never().is_some());
    assert!(items.next().now_or_never().is_none());
}

#[tokio::test]
async fn json_lines_are_read_the_same_way() {
    let items: Vec<_> =
        ndjson(body(&["{\"a\"", ":1}\n\n{}"], Some(cut())), SseLimits::default()).collect().await;
    assert!(
        matches!(&items[..], [Ok(NdjsonItem::Line(line)), Ok(NdjsonItem::Blank), Err(error)]
            if line == "{\"a\":1}" && error.kind() == ErrorKind::StreamInterrupted),
        "{items:?}"
    );
}

#[tokio::test]
async fn a_connection_that_breaks_amid_a_stream_gives_events_then_an_error() {
    let begin = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n11\r\ndata: a\n\ndata: ha\r\n";
    let server = Server::start(vec![Act::AnswerAndClose(begin.into())]).await;
    let client = Client::new(ClientConfig::default()).unwrap();
    let request = Request::post(server.url.clone()).with_body("{}").streaming();
    let response = client.send(&CallContext::new(RequestId::new()), request).await.unwrap();
    let items: Vec<_> = sse(response.into_stream(), SseLimits::default()).collect().await;
    let [Ok(SseItem::Event(event)), Err(error)] = &items[..] else { panic!("{items:?}") };
    assert_eq!(event.data, "a");
    assert_eq!((error.kind(), error.stage()), (ErrorKind::StreamInterrupted, Stage::Truncated));
    assert!(error.maybe_billed());
    assert_eq!(server.seen().len(), 1, "nothing reconnects");
}
