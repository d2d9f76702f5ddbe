//! Takes connections, hears requests, plays replies.

use std::sync::{Arc, atomic::Ordering};

use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::{
    body::{Body, Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

use super::{Entry, Heard, Shared, Socket};
use crate::{
    Reply,
    reply::{Broken, Kind, Player, Script},
};

/// Accepts for ever. Aborting it closes every connection: the set aborts its tasks when it is dropped.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _peer)) = listener.accept().await {
        let number = shared.connections.fetch_add(1, Ordering::AcqRel);
        // Without it Nagle's algorithm holds small events back until the last one is acknowledged.
        if stream.set_nodelay(true).is_err() {
            continue;
        }
        connections.spawn(serve(Socket::new(stream), number, shared.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(socket: Socket, number: u64, shared: Arc<Shared>) {
    let io = TokioIo::new(socket.clone());
    let service = service_fn(move |request| answer(request, socket.clone(), number, shared.clone()));
    // An error is a caller that hung up, or a script that broke the connection: both are in the ledger.
    let _ = http1::Builder::new().serve_connection(io, service).await;
}

async fn answer(
    request: Request<Incoming>,
    socket: Socket,
    connection: u64,
    shared: Arc<Shared>,
) -> Result<Response<impl Body<Data = Bytes, Error = Broken>>, Broken> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let heard = Heard::new(parts, &body);
    let keep = shared.vendor.as_ref().is_none_or(|vendor| vendor.keep_requests);
    let entry = Entry::new(shared.ledger.clone(), heard.call(connection, keep), shared.billing());
    let script = script(&shared, &heard, entry.number);
    entry.answered(&script);
    play(script, socket, entry).await
}

/// What to say to a call, with the number that it has in the ledger.
fn script(shared: &Shared, heard: &Heard, number: u64) -> Script {
    let reply = match (shared.scripted(&heard.path), &shared.vendor) {
        (Some(reply), _) => reply,
        (None, Some(vendor)) => vendor.reply(heard, number, &shared.ledger),
        (None, None) => {
            let message = format!("nothing is scripted for {} {}", heard.method, heard.path);
            Reply::status(501).with_json(&json!({"error": {"code": 501, "message": message}}))
        }
    };
    match reply.kind {
        Kind::Script(script) => *script,
        Kind::Answer(answer) => answer.script(heard.json.as_ref().unwrap_or(&Value::Null), number),
    }
}

async fn play(
    mut script: Script,
    socket: Socket,
    entry: Entry,
) -> Result<Response<impl Body<Data = Bytes, Error = Broken>>, Broken> {
    let mut player = Player::new(&mut script, socket, entry);
    player.reach_head().await?;
    if script.raw {
        player.play_raw().await;
        return Err(Broken);
    }
    let frames = stream::unfold(player, |mut player| async move {
        // Makes hyper flush what it has: each piece goes out on its own.
        tokio::task::yield_now().await;
        let piece = player.next().await?;
        Some((piece.map(Frame::data), player))
    });
    let mut response = Response::new(StreamBody::new(frames));
    *response.status_mut() = script.status;
    *response.headers_mut() = script.headers;
    Ok(response)
}
