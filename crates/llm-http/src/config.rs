//! How a client behaves: its limits in time and size.

use std::time::Duration;

/// How a [`Client`](crate::Client) behaves.
///
/// It holds no total limit: deadlines stand in a layer above, which knows what is left of a request's time. It holds
/// no proxy either: `HTTP_PROXY` and its kin are not read, so that a call goes where the configuration says and
/// nowhere else. Who needs a proxy brings a transport, see [`Client::with_transport`](crate::Client::with_transport).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientConfig {
    /// The limit on making a connection: name look-up, TCP and TLS together. Default 5 s.
    pub connect_timeout: Duration,
    /// The limit on the wait for the response's headers, a new connection included. Default 60 s.
    pub headers_timeout: Duration,
    /// How long an unused connection is kept. Default 90 s.
    pub pool_idle_timeout: Duration,
    /// How many unused connections are kept for each host. Default 256.
    pub pool_max_idle_per_host: usize,
    /// The `user-agent` header. Default `llm-services/<version>`.
    pub user_agent: String,
    /// The most bytes of a whole answer, counted after decompression. Default 64 MiB.
    pub max_body: usize,
    /// The most bytes that are read of an error's body. Default 64 KiB.
    pub max_error_body: usize,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            headers_timeout: Duration::from_secs(60),
            pool_idle_timeout: Duration::from_secs(90),
            pool_max_idle_per_host: 256,
            user_agent: concat!("llm-services/", env!("CARGO_PKG_VERSION")).to_owned(),
            max_body: 64 * 1024 * 1024,
            max_error_body: 64 * 1024,
        }
    }
}

impl ClientConfig {
    /// Sets the limit on making a connection.
    #[must_use]
    pub fn with_connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sets the limit on the wait for the response's headers.
    #[must_use]
    pub fn with_headers_timeout(mut self, limit: Duration) -> Self {
        self.headers_timeout = limit;
        self
    }

    /// Sets how long an unused connection is kept.
    #[must_use]
    pub fn with_pool_idle_timeout(mut self, limit: Duration) -> Self {
        self.pool_idle_timeout = limit;
        self
    }

    /// Sets how many unused connections are kept for each host.
    #[must_use]
    pub fn with_pool_max_idle_per_host(mut self, most: usize) -> Self {
        self.pool_max_idle_per_host = most;
        self
    }

    /// Sets the `user-agent` header.
    #[must_use]
    pub fn with_user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Sets the most bytes of a whole answer.
    #[must_use]
    pub fn with_max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Sets the most bytes that are read of an error's body.
    #[must_use]
    pub fn with_max_error_body(mut self, bytes: usize) -> Self {
        self.max_error_body = bytes;
        self
    }
}
