//! A listener that nobody may ever connect to.

use std::net::SocketAddr;

use tokio::{
    net::TcpListener,
    sync::watch,
    task::{AbortHandle, spawn},
};

/// A loopback listener that must never hear anything: the target of a redirect, a metadata address, a fallback that
/// must not be tried.
///
/// It accepts, counts and closes. Dropped, it stops to listen.
#[derive(Debug)]
pub struct Canary {
    address: SocketAddr,
    heard: watch::Receiver<u64>,
    task: AbortHandle,
}

impl Canary {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Panics
    ///
    /// When the machine has no loopback to listen on: no test can run there.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its canary")]
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("127.0.0.1 can be bound");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (count, heard) = watch::channel(0);
        let task = spawn(async move {
            while let Ok((_stream, _peer)) = listener.accept().await {
                count.send_modify(|count| *count += 1);
            }
        });
        Self { address, heard, task: task.abort_handle() }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections it heard.
    #[must_use]
    pub fn heard(&self) -> u64 {
        *self.heard.borrow()
    }

    /// Fails the test when it heard anything.
    ///
    /// A connection of this process that came before the call is seen: one more is made to push it out of the queue.
    ///
    /// # Panics
    ///
    /// When somebody connected.
    pub async fn assert_heard_nothing(&self) {
        let mut heard = self.heard.clone();
        let probe = tokio::net::TcpStream::connect(self.address).await;
        let count = match probe {
            Ok(_) => heard.wait_for(|count| *count > 0).await.map_or(0, |count| *count - 1),
            Err(_) => *heard.borrow(),
        };
        assert_eq!(count, 0, "somebody connected to the canary at {}", self.address);
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.task.abort();
    }
}
