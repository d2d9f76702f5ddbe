//! A gate that tests and the upstream wait at, in the place of sleeps.

use tokio::sync::watch;

/// A gate that is shut until somebody opens it, then open for good.
///
/// Clones are the same gate. A [`Reply`](crate::Reply) waits at one ([`Reply::wait_for`](crate::Reply::wait_for)) or
/// opens one ([`Reply::open`](crate::Reply::open)), so that a test and the upstream meet at a known byte.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let gate = llm_testkit::Gate::new();
/// gate.open();
/// gate.wait().await;
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Gate(watch::Sender<bool>);

impl Gate {
    /// A gate that is shut.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens it. Whoever waits goes on, whoever comes later does not wait.
    pub fn open(&self) {
        self.0.send_replace(true);
    }

    /// Whether it is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is open. Dropping the future stops the wait and changes nothing.
    pub async fn wait(&self) {
        // `self` holds the sender, so that the channel cannot close while we wait.
        let _ = self.0.subscribe().wait_for(|open| *open).await;
    }
}
