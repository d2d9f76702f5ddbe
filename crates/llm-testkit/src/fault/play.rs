//! How an answer's script is spoilt.

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;

use crate::reply::{Kind, Reply, Script, Step};

/// An error instead of the answer. It costs nothing.
pub(super) fn refuse(
    script: &mut Script,
    status: u16,
    header: Option<(&'static str, &'static str)>,
    body: &'static str,
) {
    let kind = if body.starts_with('{') { "application/json" } else { "text/html" };
    let mut reply = Reply::status(status).header("content-type", kind).bytes(body);
    if let Some((name, value)) = header {
        reply = reply.header(name, value);
    }
    if let Kind::Script(refusal) = reply.kind {
        *script = *refusal;
    }
}

/// Makes it bytes on the socket and nothing else; the work was not begun.
fn raw(script: &mut Script, steps: Vec<Step>) {
    *script = Script { raw: true, steps, ..Script::default() };
}

pub(super) fn reset_before_head(script: &mut Script) {
    raw(script, vec![Step::Reset]);
}

pub(super) fn half_head(script: &mut Script) {
    raw(script, vec![Step::Bytes("HTTP/1.1 200 OK\r\ncontent-ty".into()), Step::Cut]);
}

pub(super) fn garbage(script: &mut Script) {
    raw(script, vec![Step::Bytes("\x16\x03\x01 this is no HTTP \0\r\n\r\n".into())]);
}

/// The work is begun, and nothing is ever said.
pub(super) fn silence(script: &mut Script) {
    script.before = vec![Step::Forever];
}

/// Signs of life for a quarter of a minute, then silence: no limit on idleness alone ends it.
pub(super) fn first_token_late(script: &mut Script) {
    let comment = || Step::Bytes(": OPENROUTER PROCESSING\n\n".into());
    script.steps = (0..300).flat_map(|_| [comment(), Step::Delay(Duration::from_millis(50))]).collect();
    script.steps.push(Step::Forever);
}

/// Keeps the first half of the answer's text, and charges for that alone.
fn keep_half(script: &mut Script) {
    let tokens = script.bill.map_or(0, |bill| bill.completion_tokens);
    let half = |step: &Step| matches!(step, Step::Delivered(so_far) if *so_far * 2 >= tokens);
    let mut kept = script.steps.iter().position(half).map_or(0, |at| at + 1);
    // An answer of one event is begun all the same, and is still without its end.
    kept = kept.min(script.steps.len().saturating_sub(4)).max(1);
    script.steps.truncate(kept);
    let delivered = script.steps.iter().rev().find_map(|step| match step {
        Step::Delivered(tokens) => Some(*tokens),
        _ => None,
    });
    script.bill = script.bill.map(|bill| bill.part(delivered.unwrap_or(0)));
}

pub(super) fn stream_cut(script: &mut Script) {
    keep_half(script);
    script.steps.push(Step::Cut);
}

pub(super) fn stream_reset(script: &mut Script) {
    keep_half(script);
    script.steps.push(Step::Reset);
}

pub(super) fn stream_stall(script: &mut Script) {
    keep_half(script);
    script.steps.push(Step::Forever);
}

pub(super) fn stream_unfinished(script: &mut Script) {
    keep_half(script);
}

const STREAM_ERROR: &str = concat!(
    r#"data: {"id":"gen-broken","object":"chat.completion.chunk","created":1760000000,"model":"unknown","#,
    r#""error":{"code":502,"message":"Provider disconnected unexpectedly"},"#,
    r#""choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}"#,
    "\n\n"
);

pub(super) fn stream_error(script: &mut Script) {
    keep_half(script);
    script.steps.push(Step::Bytes(STREAM_ERROR.into()));
}

pub(super) fn stream_error_first(script: &mut Script) {
    script.bill = None;
    script.steps = vec![Step::Bytes(": OPENROUTER PROCESSING\n\n".into()), Step::Bytes(STREAM_ERROR.into())];
}

pub(super) fn no_done(script: &mut Script) {
    script.steps.pop();
}

/// One event of text among the others is no JSON: what it said is lost.
pub(super) fn malformed_event(script: &mut Script) {
    let events: Vec<usize> = (0..script.steps.len())
        .filter(|at| matches!(&script.steps[*at], Step::Bytes(bytes) if bytes.starts_with(b"data: {")))
        .collect();
    // Behind the first event, before the two that end the answer.
    if let Some(at) = events.get(1.max(events.len().saturating_sub(3) / 2)) {
        script.steps[*at] = Step::Bytes("data: {\"choices\":[{\"index\":0,\"delta\":{\"conte\n\n".into());
    }
}

/// A line that has no end within any cap. It is made as it is read.
pub(super) fn endless_line(script: &mut Script) {
    script.bill = script.bill.map(|bill| bill.part(0));
    let block = Bytes::from(vec![b'x'; 64 * 1024]);
    script.steps = vec![Step::Bytes("data: {\"x\":\"".into()), Step::Repeat(block, 16 * 1024)];
}

pub(super) fn error_in_200(script: &mut Script) {
    let body =
        r#"{"error":{"code":502,"message":"Provider returned error","metadata":{"raw":"upstream broke"}}}"#;
    script.bill = None;
    script.headers.insert(CONTENT_LENGTH, body.len().into());
    script.steps = vec![Step::Bytes(body.into())];
}

pub(super) fn empty_body(script: &mut Script) {
    script.bill = None;
    script.headers.insert(CONTENT_LENGTH, 0.into());
    script.steps.clear();
}

/// The first half of a whole answer's body.
fn half_body(script: &Script) -> Bytes {
    match script.steps.first() {
        Some(Step::Bytes(bytes)) => bytes.slice(..bytes.len() / 2),
        _ => Bytes::new(),
    }
}

pub(super) fn malformed_body(script: &mut Script) {
    let half = half_body(script);
    script.headers.insert(CONTENT_LENGTH, half.len().into());
    script.steps = vec![Step::Bytes(half)];
}

/// The head promises the whole body, and half of it comes.
pub(super) fn body_cut(script: &mut Script) {
    script.steps = vec![Step::Bytes(half_body(script)), Step::Delivered(u64::MAX), Step::Cut];
}

/// The body begins, and does not go on.
pub(super) fn body_stall(script: &mut Script) {
    script.steps = vec![Step::Bytes(half_body(script)), Step::Forever];
}
