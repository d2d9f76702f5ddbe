//! A loopback server that plays scripts and keeps its own ledger.

use std::{
    collections::{HashMap, VecDeque},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicU64, atomic::Ordering},
};

use tokio::{net::TcpListener, task::AbortHandle};

use crate::{
    Call, End, Reply, Vendor,
    ledger::{Billing, Ledger},
};

mod connection;
mod entry;
mod request;
mod socket;

pub(crate) use entry::Entry;
pub(crate) use request::Heard;
pub(crate) use socket::Socket;

/// A loopback HTTP/1.1 server that plays scripted replies, or a vendor, and keeps its own ledger of every call.
///
/// It runs as tasks of the runtime that started it, so it wants real time: do not pause the clock of such a test.
/// Dropped, it closes the listener and every connection.
///
/// A call takes the first of these that there is: the next reply that was queued for its path, the standing reply of
/// its path, the next reply that was queued for any path, the vendor, a 501 that says that nothing was scripted. A
/// path is matched by its end, the longest match first, so that a base URL may have a prefix.
///
/// ```
/// use llm_testkit::{Answer, Reply, Upstream};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let upstream = Upstream::start().await;
/// upstream.on("/chat/completions", Reply::status(429).header("retry-after", "2"));
/// upstream.on("/chat/completions", Reply::chat(Answer::new("Hello.")));
/// // … point a provider at `upstream.url()`, call it twice, then look:
/// assert_eq!(upstream.calls().len(), 0);
/// # }
/// ```
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: AbortHandle,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) ledger: Arc<Ledger>,
    routes: Mutex<Routes>,
    pub(crate) vendor: Option<Vendor>,
    pub(crate) connections: AtomicU64,
}

#[derive(Debug, Default)]
struct Routes {
    next: HashMap<String, VecDeque<Reply>>,
    standing: HashMap<String, Reply>,
    any: VecDeque<Reply>,
}

impl Shared {
    pub(crate) fn billing(&self) -> Billing {
        self.vendor.as_ref().map(|vendor| vendor.billing).unwrap_or_default()
    }

    /// The scripted reply for a path, if there is one left.
    pub(crate) fn scripted(&self, path: &str) -> Option<Reply> {
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let queues = routes.next.iter_mut().filter(|(end, queue)| path.ends_with(*end) && !queue.is_empty());
        if let Some(reply) = queues.max_by_key(|(end, _)| end.len()).and_then(|(_, queue)| queue.pop_front())
        {
            return Some(reply);
        }
        let standing = routes.standing.iter().filter(|(end, _)| path.ends_with(*end));
        if let Some((_, reply)) = standing.max_by_key(|(end, _)| end.len()) {
            return Some(reply.clone());
        }
        routes.any.pop_front()
    }
}

impl Upstream {
    /// Starts one with nothing scripted, on a free port of 127.0.0.1.
    ///
    /// # Panics
    ///
    /// When the machine has no loopback to listen on: no test can run there.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its upstream")]
    pub async fn start() -> Self {
        Self::bind(SocketAddr::from(([127, 0, 0, 1], 0)), None).await.expect("127.0.0.1 can be bound")
    }

    /// Starts one that is an OpenRouter-like vendor wherever nothing else is scripted.
    ///
    /// # Panics
    ///
    /// As [`Upstream::start`].
    #[expect(clippy::expect_used, reason = "a test cannot go on without its upstream")]
    pub async fn vendor(vendor: Vendor) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::bind(address, Some(vendor)).await.expect("127.0.0.1 can be bound")
    }

    /// Starts one at a certain address.
    ///
    /// # Errors
    ///
    /// When the address cannot be bound.
    pub async fn bind(address: SocketAddr, vendor: Option<Vendor>) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            ledger: Arc::new(Ledger::new()),
            routes: Mutex::default(),
            vendor,
            connections: AtomicU64::new(0),
        });
        let task = tokio::spawn(connection::accept(listener, shared.clone())).abort_handle();
        Ok(Self { address, shared, task })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as `http://127.0.0.1:<port>`: the base URL for a provider, with any path behind it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn routes(&self, change: impl FnOnce(&mut Routes)) {
        change(&mut self.shared.routes.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Queues a reply for the next call of any path.
    pub fn reply(&self, reply: impl Into<Reply>) {
        self.routes(|routes| routes.any.push_back(reply.into()));
    }

    /// Queues a reply for the next call of paths that end so.
    pub fn on(&self, path: &str, reply: impl Into<Reply>) {
        self.routes(|routes| routes.next.entry(path.to_owned()).or_default().push_back(reply.into()));
    }

    /// Sets the reply for all calls of paths that end so, once their queue is empty.
    pub fn always(&self, path: &str, reply: impl Into<Reply>) {
        self.routes(|routes| {
            routes.standing.insert(path.to_owned(), reply.into());
        });
    }

    /// Every call so far, in the order in which they were heard.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.shared.ledger.read(<[Call]>::to_vec)
    }

    /// How many connections were made so far, also those over which no call came.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Acquire)
    }

    /// Waits until the calls are as asked. They are looked at when a call was heard, when its reply was chosen, and when
    /// it ended.
    pub async fn until(&self, reached: impl Fn(&[Call]) -> bool) {
        self.shared.ledger.until(reached).await;
    }

    /// Waits until this many calls were heard.
    pub async fn heard(&self, calls: usize) {
        self.until(|seen| seen.len() >= calls).await;
    }

    /// Waits until the caller of the call with this number has hung up, or the call has ended otherwise.
    pub async fn ended(&self, number: usize) -> Call {
        self.until(|calls| calls.get(number).is_some_and(|call| call.end != End::Open)).await;
        // The wait has just seen it; calls are never taken away.
        self.shared.ledger.read(|calls| calls[number].clone())
    }

    /// Waits until this many calls were heard and none is open: the ledger is then final.
    pub async fn settled(&self, calls: usize) {
        self.until(|seen| seen.len() >= calls && seen.iter().all(|call| call.end != End::Open)).await;
    }

    /// The ledger for a reconciliation: a line of JSON for each `POST` that has ended, with `client_request_id`, `id`,
    /// `cost` (a decimal string; `"0"` when nothing was charged), `prompt_tokens` and `completion_tokens`.
    #[must_use]
    pub fn ledger_jsonl(&self) -> String {
        self.shared.ledger.jsonl()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}
