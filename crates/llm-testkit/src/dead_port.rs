//! An address where nobody listens.

use std::net::SocketAddr;

use tokio::net::TcpSocket;

/// A port of 127.0.0.1 that refuses every connection, and that nobody else can be given while this lives.
///
/// A port that was merely closed may be another test's in the next moment.
#[derive(Debug)]
pub struct DeadPort {
    address: SocketAddr,
    _bound: TcpSocket,
}

impl DeadPort {
    /// Takes a free port without listening on it.
    ///
    /// # Panics
    ///
    /// When the machine has no loopback to bind: no test can run there.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test cannot go on without its port")]
    pub fn new() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket can be made");
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("127.0.0.1 can be bound");
        let address = socket.local_addr().expect("a bound socket has an address");
        Self { address, _bound: socket }
    }

    /// The address that refuses.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address that refuses, as `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Default for DeadPort {
    fn default() -> Self {
        Self::new()
    }
}
