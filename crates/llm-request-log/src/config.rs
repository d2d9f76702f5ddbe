//! Where the ledger is kept, and its bounds.

use std::{path::PathBuf, sync::Arc, time::Duration};

use secrecy::SecretString;

/// Where the ledger is kept, and its bounds.
///
/// The address may hold a password; neither `Debug` nor an error shows it.
///
/// ```
/// use llm_request_log::LedgerConfig;
/// let config = LedgerConfig::new("postgres://me:secret@db/llm").with_spool("llm-spool.db");
/// assert!(!format!("{config:?}").contains("secret"));
/// ```
#[derive(Clone, Debug)]
pub struct LedgerConfig {
    pub(crate) url: SecretString,
    pub(crate) spool: PathBuf,
    pub(crate) spool_max_bytes: u64,
    pub(crate) max_open: usize,
    pub(crate) max_batch: usize,
    pub(crate) max_drains: usize,
    pub(crate) drain_for: Duration,
    pub(crate) busy_timeout: Duration,
    pub(crate) config_version: Option<Arc<str>>,
}

impl LedgerConfig {
    /// A ledger in `sqlite://<file>`, or in `postgres://…` behind a local spool file.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: SecretString::from(url.into()),
            spool: PathBuf::from("llm-spool.db"),
            spool_max_bytes: 1 << 30,
            max_open: 65_536,
            max_batch: 512,
            max_drains: 64,
            drain_for: Duration::from_secs(60),
            busy_timeout: Duration::from_secs(5),
            config_version: None,
        }
    }

    /// Sets the file that holds records on their way to PostgreSQL. An SQLite ledger is its own spool and does not use
    /// it. Default: `llm-spool.db` in the working directory.
    #[must_use]
    pub fn with_spool(mut self, path: impl Into<PathBuf>) -> Self {
        self.spool = path.into();
        self
    }

    /// Sets how many bytes of records may wait in the spool for PostgreSQL. At this size new requests are refused.
    /// An SQLite ledger is no spool and grows as its disk allows. Default: 1 GiB.
    #[must_use]
    pub fn with_spool_max_bytes(mut self, bytes: u64) -> Self {
        self.spool_max_bytes = bytes;
        self
    }

    /// Sets how many requests and attempts together may be open, or wait to be written. Beyond it new ones are
    /// refused, so that a disk that stands still cannot fill the memory. Default: 65,536.
    #[must_use]
    pub fn with_max_open(mut self, records: usize) -> Self {
        self.max_open = records;
        self
    }

    /// Sets how many records one transaction takes at most. Default: 512.
    #[must_use]
    pub fn with_max_batch(mut self, records: usize) -> Self {
        self.max_batch = records.max(1);
        self
    }

    /// Sets how many abandoned calls may be read to their end at once. Further ones are cancelled. Default: 64.
    #[must_use]
    pub fn with_max_drains(mut self, calls: usize) -> Self {
        self.max_drains = calls;
        self
    }

    /// Sets how long an abandoned call is read on at most. Default: 60 s.
    #[must_use]
    pub fn with_drain_for(mut self, limit: Duration) -> Self {
        self.drain_for = limit;
        self
    }

    /// Sets how long a write waits for another process's write to the same file. Default: 5 s.
    #[must_use]
    pub fn with_busy_timeout(mut self, limit: Duration) -> Self {
        self.busy_timeout = limit;
        self
    }

    /// Names the configuration that the program runs under: it stands on every request's row.
    #[must_use]
    pub fn with_config_version(mut self, version: impl Into<Arc<str>>) -> Self {
        self.config_version = Some(version.into());
        self
    }
}
