//! A listener that nobody may ever connect to.

use std::{
    net::SocketAddr,
    sync::{Mutex, PoisonError},
};

use tokio::{
    net::{TcpListener, TcpStream},
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
    heard: watch::Receiver<Vec<SocketAddr>>,
    /// The connections that it made itself, to look.
    probes: Mutex<Vec<SocketAddr>>,
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
        let (callers, heard) = watch::channel(Vec::new());
        let task = spawn(async move {
            while let Ok((_stream, caller)) = listener.accept().await {
                callers.send_modify(|callers| callers.push(caller));
            }
        });
        Self { address, heard, probes: Mutex::default(), task: task.abort_handle() }
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
    pub fn heard(&self) -> usize {
        self.heard.borrow().len()
    }

    /// Fails the test when it heard anything.
    ///
    /// Whoever connected before this call is seen: the canary makes a connection of its own, and those that came
    /// before it are accepted before it.
    ///
    /// # Panics
    ///
    /// When somebody connected.
    pub async fn assert_heard_nothing(&self) {
        let own = TcpStream::connect(self.address).await.and_then(|probe| probe.local_addr()).ok();
        let mut heard = self.heard.clone();
        let callers = match own {
            // The task lives as long as `self` does, so that the wait ends.
            Some(own) => {
                self.probes.lock().unwrap_or_else(PoisonError::into_inner).push(own);
                heard.wait_for(|callers| callers.contains(&own)).await.map(|callers| callers.clone())
            }
            None => Ok(heard.borrow().clone()),
        };
        let probes = self.probes.lock().unwrap_or_else(PoisonError::into_inner);
        let others =
            callers.unwrap_or_default().into_iter().filter(|caller| !probes.contains(caller)).count();
        assert_eq!(others, 0, "somebody connected to the canary at {}", self.address);
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.task.abort();
    }
}
