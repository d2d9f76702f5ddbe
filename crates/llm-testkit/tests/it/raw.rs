//! A client that sees what is on the socket, byte for byte.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{io, net::SocketAddr};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A connection over which a request was sent.
pub(crate) struct Raw(pub(crate) TcpStream);

impl Raw {
    pub(crate) async fn get(address: SocketAddr, path: &str) -> Self {
        Self::send(address, &format!("GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\n\r\n"))
            .await
    }

    pub(crate) async fn post(address: SocketAddr, path: &str, id: &str, body: &Value) -> Self {
        let body = body.to_string();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\nx-client-request-id: {id}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        Self::send(address, &(head + &body)).await
    }

    async fn send(address: SocketAddr, request: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        Self(stream)
    }

    /// Reads until `end` is among what came, or the connection ends.
    pub(crate) async fn until(&mut self, end: &[u8]) -> io::Result<Vec<u8>> {
        let mut heard = Vec::new();
        while !heard.windows(end.len()).any(|window| window == end) {
            if self.0.read_buf(&mut heard).await? == 0 {
                break;
            }
        }
        Ok(heard)
    }

    /// A chunked or counted reply to its end: the head, and the body's chunks.
    pub(crate) async fn reply(&mut self) -> io::Result<Reply> {
        let mut heard = Vec::new();
        let head = loop {
            if let Some(at) = find(&heard, b"\r\n\r\n") {
                break heard.drain(..at + 4).collect::<Vec<u8>>();
            }
            self.more(&mut heard).await?;
        };
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let length = head.split("content-length: ").nth(1).map(|rest| rest.lines().next().unwrap().parse());
        let mut chunks = Vec::new();
        if let Some(length) = length {
            while heard.len() < length.clone().unwrap() {
                self.more(&mut heard).await?;
            }
            return Ok(Reply { head, chunks: vec![heard] });
        }
        loop {
            let Some(line) = find(&heard, b"\r\n") else {
                self.more(&mut heard).await?;
                continue;
            };
            let size = usize::from_str_radix(std::str::from_utf8(&heard[..line]).unwrap(), 16).unwrap();
            while heard.len() < line + size + 4 {
                self.more(&mut heard).await?;
            }
            let chunk: Vec<u8> = heard.drain(..line + size + 4).skip(line + 2).take(size).collect();
            if size == 0 {
                return Ok(Reply { head, chunks });
            }
            chunks.push(chunk);
        }
    }

    async fn more(&mut self, heard: &mut Vec<u8>) -> io::Result<()> {
        match self.0.read_buf(heard).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

/// A reply that came whole.
pub(crate) struct Reply {
    pub(crate) head: String,
    pub(crate) chunks: Vec<Vec<u8>>,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.chunks.concat()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text()).unwrap()
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
