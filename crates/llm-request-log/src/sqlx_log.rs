//! The ledger in SQLite or PostgreSQL.

use std::{sync::Arc, time::Duration};

use llm_core::{Error, ErrorKind, Result};
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, SqlitePool};

use crate::{
    AttemptLedgerLayer, LedgerConfig, RequestLogLayer,
    ledger::Ledger,
    shipper::Shipper,
    store::{self, Postgres, SqliteFile},
};

/// How long the start waits for PostgreSQL, to refuse one that is newer than this program.
const FIRST_LOOK: Duration = Duration::from_secs(2);

/// The ledger in SQLite, or in PostgreSQL behind a local spool. Cheap to clone; clones share everything.
///
/// What is written survives the death of the process (`kill -9`): SQLite's write-ahead log is handed to the operating
/// system before a call is made. It is not forced to the disk, so the last moments before a power cut may be lost.
///
/// Several processes may share one SQLite file, or one spool on the same machine. Each holds a lock beside it, in
/// `<file>.instances/`; the next start after a crash finds calls of processes without a lock and marks them as
/// interrupted.
///
/// Its layers write it, [`RequestLog`](crate::RequestLog) reads it. Call [`shutdown`](Self::shutdown) before the
/// process ends.
#[derive(Clone, Debug)]
pub struct SqlxRequestLog {
    pub(crate) ledger: Ledger,
    pub(crate) store: Arc<Store>,
}

/// Where the records are read.
#[derive(Debug)]
pub(crate) enum Store {
    /// In the file that they are written to.
    Sqlite(SqlitePool),
    /// In PostgreSQL, where they are shipped from the spool.
    Postgres { postgres: Postgres, spool: SqlitePool, shipper: Shipper },
}

impl SqlxRequestLog {
    /// Opens a ledger: makes its tables, and puts right what dead processes left behind.
    ///
    /// It runs in the runtime that opens it. PostgreSQL may be away: records wait in the spool, and its tables are made
    /// as soon as it is there.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotConfigured`] when the address is of neither database, or the database is of a newer program;
    /// [`ErrorKind::Unavailable`] when the file cannot be opened or written.
    pub async fn open(config: LedgerConfig) -> Result<Self> {
        let url = config.url.expose_secret();
        match scheme(url)? {
            Scheme::Sqlite => {
                let file = SqliteFile::of_url(url, config.busy_timeout)?;
                let ledger = Ledger::open(&file, &config, None).await?;
                Ok(Self { ledger, store: Arc::new(Store::Sqlite(file.readers())) })
            }
            Scheme::Postgres => {
                let postgres = Postgres::of_url(url)?;
                refuse_newer(&postgres).await?;
                let file = SqliteFile::of_path(config.spool.clone(), config.busy_timeout);
                let ledger = Ledger::open(&file, &config, Some(config.spool_max_bytes)).await?;
                let spool = file.readers();
                let shipper = Shipper::new(spool.clone(), postgres.clone(), ledger.weak_queue());
                tokio::spawn(shipper.clone().run());
                Ok(Self { ledger, store: Arc::new(Store::Postgres { postgres, spool, shipper }) })
            }
        }
    }

    /// Makes the tables of the database that an address names, and nothing else. A second call finds nothing to do.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotConfigured`] when the address is of neither database, or the database is of a newer program;
    /// [`ErrorKind::Unavailable`] when it cannot be reached.
    pub async fn migrate(config: &LedgerConfig) -> Result<()> {
        let url = config.url.expose_secret();
        match scheme(url)? {
            Scheme::Sqlite => {
                let mut connection = SqliteFile::of_url(url, config.busy_timeout)?.writer().await?;
                store::migrate_sqlite(&mut connection).await?;
                connection
                    .close()
                    .await
                    .map_err(store::unavailable("the request log's file was not closed in order"))
            }
            Scheme::Postgres => {
                let postgres = Postgres::of_url(url)?;
                postgres.ready().await?;
                postgres.close().await;
                Ok(())
            }
        }
    }

    /// The layer that makes a row for each request. It stands outside the cache.
    #[must_use]
    pub fn request_layer(&self) -> RequestLogLayer {
        RequestLogLayer::new(self.ledger.clone())
    }

    /// The layer that makes a row for each upstream call. It stands around each provider, inside the retry.
    #[must_use]
    pub fn attempt_layer(&self) -> AttemptLedgerLayer {
        AttemptLedgerLayer::new(self.ledger.clone())
    }

    /// Whether calls can be expected to be written down: the spool has room, and the last write went well.
    #[must_use]
    pub fn accepts_calls(&self) -> bool {
        self.ledger.is_well()
    }

    /// How many bytes of records wait for PostgreSQL; 0 when the file is the ledger itself.
    #[must_use]
    pub fn spool_bytes(&self) -> u64 {
        self.ledger.state().spool_bytes()
    }

    /// How many transactions have been written since the start. Calls that come together share one.
    #[must_use]
    pub fn transactions(&self) -> u64 {
        self.ledger.state().transactions()
    }

    /// Resolves when all that has ended is on disk.
    pub async fn written(&self) {
        self.ledger.barrier().await;
    }

    /// Resolves when all that has ended is where it is read: on disk, and in PostgreSQL if that is behind the spool.
    ///
    /// It waits at most `limit`. Dropping it changes nothing: shipping goes on by itself.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] when PostgreSQL is away; [`ErrorKind::Timeout`] when the time runs out.
    pub async fn shipped(&self, limit: Duration) -> Result<()> {
        let all = async {
            self.written().await;
            match &*self.store {
                Store::Sqlite(_) => Ok(()),
                Store::Postgres { shipper, .. } => shipper.flush().await,
            }
        };
        tokio::time::timeout(limit, all).await.unwrap_or_else(|_| {
            Err(Error::new(ErrorKind::Timeout, "the request log's spool could not be shipped in time"))
        })
    }

    /// Stops: refuses new calls, lets abandoned ones end for half of `limit` and cuts the rest, writes what has ended,
    /// and ships it for what is left of `limit`.
    ///
    /// Calls that still run are not waited for; drop them first. Nothing is lost when the time runs out: the next start
    /// goes on from there.
    pub async fn shutdown(&self, limit: Duration) {
        let until = tokio::time::Instant::now() + limit;
        self.ledger.close(limit).await;
        let Store::Postgres { shipper, .. } = &*self.store else { return };
        match tokio::time::timeout_at(until, shipper.flush()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(?error, "PostgreSQL is away; the spool keeps what it does not have")
            }
            Err(_) => tracing::warn!("PostgreSQL was too slow; the spool keeps what it does not have"),
        }
    }
}

enum Scheme {
    Sqlite,
    Postgres,
}

fn scheme(url: &str) -> Result<Scheme> {
    match url.split(':').next() {
        Some("sqlite") => Ok(Scheme::Sqlite),
        Some("postgres" | "postgresql") => Ok(Scheme::Postgres),
        _ => Err(Error::new(
            ErrorKind::NotConfigured,
            "the request log's address is of no database that it knows; write `sqlite://llm.db` or \
             `postgres://user:password@host/name`",
        )),
    }
}

/// Refuses a database of a newer program. One that is away is looked at when it is there.
async fn refuse_newer(postgres: &Postgres) -> Result<()> {
    match tokio::time::timeout(FIRST_LOOK, postgres.ready()).await {
        Ok(Err(error)) if error.kind() == ErrorKind::NotConfigured => Err(error),
        Ok(Ok(_)) => Ok(()),
        Ok(Err(_)) | Err(_) => {
            tracing::warn!("PostgreSQL is not there yet; records wait in the spool");
            Ok(())
        }
    }
}
