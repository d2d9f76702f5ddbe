//! How the ledger is, as the writer sees it.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};

use llm_core::{Error, ErrorKind, Result};

use super::writer::refusal;

/// How the ledger is, as the writer sees it.
#[derive(Debug)]
pub(crate) struct State {
    /// The most that the spool may hold; `None` when the file is the ledger itself.
    cap: Option<u64>,
    used: AtomicU64,
    transactions: AtomicU64,
    closing: AtomicBool,
    /// Why nothing can be written, while nothing can.
    trouble: Mutex<Option<Error>>,
    troubled: AtomicBool,
}

impl State {
    pub(crate) fn new(cap: Option<u64>) -> Self {
        Self {
            cap,
            used: AtomicU64::new(0),
            transactions: AtomicU64::new(0),
            closing: AtomicBool::new(false),
            trouble: Mutex::new(None),
            troubled: AtomicBool::new(false),
        }
    }

    /// Whether a new request or call may be written down now.
    pub(crate) fn admits(&self) -> Result<()> {
        if self.closing.load(Relaxed) {
            return Err(refuse(ErrorKind::Unavailable, "the service is stopping; no call is made"));
        }
        if self.is_full() {
            let message = "the request log's spool is full, so no call is made; is PostgreSQL there?";
            return Err(refuse(ErrorKind::Overloaded, message));
        }
        Ok(())
    }

    /// Whether calls can be expected to be written down.
    pub(crate) fn is_well(&self) -> bool {
        self.admits().is_ok() && !self.troubled.load(Relaxed)
    }

    fn is_full(&self) -> bool {
        self.cap.is_some_and(|cap| self.used.load(Relaxed) >= cap)
    }

    pub(crate) fn close(&self) {
        self.closing.store(true, Relaxed);
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing.load(Relaxed)
    }

    pub(crate) fn caps_spool(&self) -> bool {
        self.cap.is_some()
    }

    pub(crate) fn spool_holds(&self, bytes: u64) {
        self.used.store(bytes, Relaxed);
    }

    pub(crate) fn spool_bytes(&self) -> u64 {
        self.used.load(Relaxed)
    }

    pub(crate) fn committed(&self) {
        self.transactions.fetch_add(1, Relaxed);
    }

    pub(crate) fn transactions(&self) -> u64 {
        self.transactions.load(Relaxed)
    }

    /// Notes whether writing went well, and says so in the log when it changes.
    pub(crate) fn writes(&self, failed: Option<sqlx::Error>) {
        if failed.is_none() && !self.troubled.load(Relaxed) {
            return;
        }
        let was = self.troubled.swap(failed.is_some(), Relaxed);
        match &failed {
            Some(error) if !was => {
                tracing::error!(%error, "the request log cannot be written; calls are refused")
            }
            None if was => tracing::info!("the request log can be written again"),
            _ => {}
        }
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = failed.as_ref().map(refusal);
    }

    /// What a call is refused with while nothing can be written.
    pub(crate) fn refusal(&self) -> Error {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.clone().unwrap_or_else(|| refuse(ErrorKind::Unavailable, "the request log cannot be written"))
    }
}

/// A refusal before anything was spent. Trying again at once would not help.
pub(crate) fn refuse(kind: ErrorKind, message: &'static str) -> Error {
    Error::new(kind, message).with_retryable(false).with_retry_after(std::time::Duration::from_secs(2))
}
