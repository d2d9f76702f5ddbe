//! A server that reads a request and then does what it was told, byte for byte.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use llm_http::{Url, base_url};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// What is done with one request.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Write, and go on reading requests.
    Answer(Vec<u8>),
    /// Write, then close in an orderly way.
    AnswerAndClose(Vec<u8>),
    /// Write, then reset.
    AnswerAndReset(Vec<u8>),
    /// Write, then do nothing until the client goes away.
    AnswerAndHang(Vec<u8>),
}

/// Plays one act for each request; the last is repeated.
pub(crate) struct Server {
    pub(crate) url: Url,
    seen: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    pub(crate) async fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = base_url(&format!("http://{}/v1", listener.local_addr().unwrap())).unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let accepted = connections.clone();
        let play = Play { acts, seen: seen.clone() };
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                accepted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(play.clone().connection(socket));
            }
        });
        Self { url, seen, connections }
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// The heads of the requests that came, in lower case.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

#[derive(Clone)]
struct Play {
    acts: Vec<Act>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Play {
    async fn connection(self, mut socket: TcpStream) {
        while let Some(head) = read_request(&mut socket).await {
            let act = {
                let mut seen = self.seen.lock().unwrap();
                seen.push(head);
                self.acts[(seen.len() - 1).min(self.acts.len() - 1)].clone()
            };
            let (Act::Answer(bytes)
            | Act::AnswerAndClose(bytes)
            | Act::AnswerAndReset(bytes)
            | Act::AnswerAndHang(bytes)) = &act;
            // A client that has left already is what some tests are about.
            let _ = socket.write_all(bytes).await;
            match act {
                Act::Answer(_) => {}
                Act::AnswerAndClose(_) => return,
                Act::AnswerAndReset(_) => return socket.set_zero_linger().unwrap(),
                Act::AnswerAndHang(_) => {
                    let _ = socket.read(&mut [0; 1]).await;
                    return;
                }
            }
        }
    }
}

/// Reads one request with its body; gives its head.
async fn read_request(socket: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
            let body = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let whole = end + 4 + body.map_or(0, |length| length.parse().unwrap());
            if read.len() >= whole {
                return Some(head);
            }
        }
        let mut chunk = [0; 4096];
        match socket.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => read.extend_from_slice(&chunk[..count]),
        }
    }
}

/// A whole answer with a body of known length.
pub(crate) fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
