//! An SQLite file: one connection that writes, a few that read.

use std::{path::PathBuf, str::FromStr as _, time::Duration};

use llm_core::{Error, ErrorKind, Result};
use sqlx::{
    ConnectOptions as _, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

/// How many pages of 4 KiB gather in the write-ahead log before they go into the file itself: each page that changed
/// often in between goes once. SQLite's own default is a quarter of this.
const CHECKPOINT_PAGES: &str = "4000";
/// How many reads run at once.
const READERS: u32 = 4;

/// An SQLite file.
#[derive(Clone, Debug)]
pub(crate) struct SqliteFile {
    options: SqliteConnectOptions,
    /// `None` for a database in memory.
    path: Option<PathBuf>,
}

impl SqliteFile {
    /// The file that an address names.
    pub(crate) fn of_url(url: &str, busy_timeout: Duration) -> Result<Self> {
        let options = SqliteConnectOptions::from_str(url).map_err(|error| {
            Error::new(
                ErrorKind::NotConfigured,
                "the request log's address is not an SQLite file's; write `sqlite://llm.db`",
            )
            .with_source(error)
        })?;
        let memory = url.contains(":memory:") || url.contains("mode=memory");
        Ok(Self::new(options, memory, busy_timeout))
    }

    /// The file at a path.
    pub(crate) fn of_path(path: PathBuf, busy_timeout: Duration) -> Self {
        Self::new(SqliteConnectOptions::new().filename(path), false, busy_timeout)
    }

    fn new(options: SqliteConnectOptions, memory: bool, busy_timeout: Duration) -> Self {
        let path = (!memory).then(|| options.get_filename().to_owned());
        let options = options.create_if_missing(true).busy_timeout(busy_timeout).disable_statement_logging();
        // In WAL mode a commit is one write to the log: it survives the death of the process, which is the promise.
        // Waiting for the disk as well, so that it survives a power cut, would cost a request a thousand times more.
        let options = match memory {
            true => options,
            false => options
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .pragma("wal_autocheckpoint", CHECKPOINT_PAGES),
        };
        Self { options, path }
    }

    /// The folder beside the file that says which processes use it; `None` in memory, where it is this one alone.
    pub(crate) fn instances(&self) -> Option<PathBuf> {
        let mut name = self.path.as_ref()?.file_name()?.to_owned();
        name.push(".instances");
        Some(self.path.as_ref()?.with_file_name(name))
    }

    /// The connection that writes.
    pub(crate) async fn writer(&self) -> Result<SqliteConnection> {
        self.options.connect().await.map_err(|error| {
            let place = self.path.as_ref().map_or_else(|| "memory".into(), |path| path.display().to_string());
            Error::new(
                ErrorKind::Unavailable,
                format!("the request log's file `{place}` cannot be opened; is its folder there, and may it be written?"),
            )
            .with_source(error)
        })
    }

    /// The connections that read. They are made when they are needed.
    pub(crate) fn readers(&self) -> SqlitePool {
        SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(self.options.clone())
    }
}

/// How many bytes of the file hold records.
pub(crate) async fn used_bytes(connection: &mut SqliteConnection) -> sqlx::Result<u64> {
    const USED: &str = "SELECT (page_count - freelist_count) * page_size \
        FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()";
    let used: i64 = sqlx::query_scalar(USED).fetch_one(connection).await?;
    Ok(u64::try_from(used).unwrap_or(0))
}
