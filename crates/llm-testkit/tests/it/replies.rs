//! What is scripted is what happens on the socket.

use std::{io, time::Duration};

use llm_testkit::{End, Gate, Reply, Upstream};
use serde_json::json;
use tokio::io::AsyncReadExt as _;

use crate::raw::Raw;

async fn playing(reply: Reply) -> (Upstream, Raw) {
    let upstream = Upstream::start().await;
    upstream.reply(reply);
    let raw = Raw::get(upstream.address(), "/").await;
    (upstream, raw)
}

#[tokio::test]
async fn a_body_goes_out_one_byte_at_a_time_also_inside_a_character() {
    let (_upstream, mut raw) = playing(Reply::status(200).bytes("é水").in_pieces(1)).await;
    let chunks = raw.reply().await.unwrap().chunks;
    assert_eq!(chunks, "é水".bytes().map(|byte| vec![byte]).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_body_is_split_where_the_script_says_across_its_steps() {
    let reply = Reply::sse().bytes("abc").bytes("déf").split_at(5).split_at(1);
    let (_upstream, mut raw) = playing(reply).await;
    let chunks = raw.reply().await.unwrap().chunks;
    assert_eq!(chunks, [b"a".to_vec(), b"bc".to_vec(), b"d\xc3".to_vec(), b"\xa9f".to_vec()]);
}

#[tokio::test]
async fn a_piece_leaves_before_the_next_one_is_due() {
    let gate = Gate::new();
    let (_upstream, mut raw) = playing(Reply::sse().bytes("first").wait_for(&gate).bytes("second")).await;
    let first = raw.until(b"first").await.unwrap();
    assert!(!first.windows(6).any(|window| window == b"second"));
    gate.open();
    assert!(
        raw.until(b"second").await.unwrap().ends_with(b"second\r\n0\r\n\r\n")
            || raw.until(b"0\r\n\r\n").await.is_ok()
    );
}

#[tokio::test]
async fn a_gate_in_the_script_opens_when_it_is_reached() {
    let (reached, go) = (Gate::new(), Gate::new());
    let (_upstream, mut raw) = playing(Reply::sse().bytes("x").open(&reached).wait_for(&go)).await;
    reached.wait().await;
    assert!(!go.is_open());
    go.open();
    assert_eq!(raw.reply().await.unwrap().text(), "x");
}

#[tokio::test]
async fn a_reset_is_a_reset_and_not_an_end() {
    let (upstream, mut raw) = playing(Reply::sse().bytes("x").reset()).await;
    let error = raw.until(b"\r\n0\r\n").await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(upstream.ended(0).await.end, End::Broken);
}

#[tokio::test]
async fn a_cut_ends_the_connection_without_the_last_chunk() {
    let (upstream, mut raw) = playing(Reply::sse().bytes("hello").cut()).await;
    let mut heard = Vec::new();
    raw.0.read_to_end(&mut heard).await.unwrap();
    assert!(heard.ends_with(b"5\r\nhello\r\n"), "{}", String::from_utf8_lossy(&heard));
    assert_eq!(upstream.ended(0).await.end, End::Broken);
}

#[tokio::test]
async fn a_cut_body_is_shorter_than_its_length_says() {
    let reply = Reply::status(200).header("content-length", "10").bytes("hello").cut();
    let (_upstream, mut raw) = playing(reply).await;
    assert_eq!(raw.reply().await.err().unwrap().kind(), io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn a_stall_says_nothing_until_the_caller_hangs_up() {
    let (upstream, mut raw) = playing(Reply::sse().bytes("x").stall()).await;
    raw.until(b"x\r\n").await.unwrap();
    let more = tokio::time::timeout(Duration::from_millis(50), raw.0.read_u8()).await;
    assert!(more.is_err(), "it said more");
    assert_eq!(upstream.calls()[0].end, End::Open);
    drop(raw);
    let call = upstream.ended(0).await;
    assert_eq!(call.end, End::HungUp);
    assert!(call.took.unwrap() >= Duration::from_millis(50), "it hung up when it did, not before");
}

#[tokio::test]
async fn a_head_that_is_held_back_comes_when_the_gate_opens() {
    let gate = Gate::new();
    let (upstream, mut raw) = playing(Reply::json(&json!({"ok": true})).head_when(&gate)).await;
    upstream.heard(1).await;
    assert!(tokio::time::timeout(Duration::from_millis(50), raw.0.readable()).await.is_err());
    gate.open();
    assert_eq!(raw.reply().await.unwrap().json(), json!({"ok": true}));
}

#[tokio::test]
async fn raw_bytes_go_out_as_they_are() {
    let (_upstream, mut raw) = playing(Reply::raw().bytes("HTTP/1.1 2").cut()).await;
    let mut heard = Vec::new();
    raw.0.read_to_end(&mut heard).await.unwrap();
    assert_eq!(heard, b"HTTP/1.1 2");
}

#[tokio::test]
async fn a_raw_reset_comes_before_any_byte() {
    let (_upstream, mut raw) = playing(Reply::raw().reset()).await;
    assert_eq!(raw.0.read_u8().await.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_repeated_piece_is_sent_as_often_as_asked() {
    let (upstream, mut raw) = playing(Reply::status(200).repeat("0123456789", 20_000)).await;
    assert_eq!(raw.reply().await.unwrap().text().len(), 200_000);
    assert_eq!(upstream.ended(0).await.bytes_sent, 200_000);
}

#[tokio::test]
async fn a_delay_is_waited() {
    let began = std::time::Instant::now();
    let reply =
        Reply::sse().delay(Duration::from_millis(30)).bytes("x").head_after(Duration::from_millis(30));
    let (_upstream, mut raw) = playing(reply).await;
    raw.reply().await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(60));
}
