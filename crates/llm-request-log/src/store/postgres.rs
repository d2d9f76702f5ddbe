//! A PostgreSQL database, which may be away.

use std::{str::FromStr as _, sync::Arc, time::Duration};

use llm_core::{Error, ErrorKind, Result};
use sqlx::{
    ConnectOptions as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::sync::OnceCell;

use super::{migrate_postgres, unavailable};

/// How many connections there are at most: one ships, the others read.
const CONNECTIONS: u32 = 5;
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(3);

/// A PostgreSQL database, which may be away. Its tables are made as soon as it is there.
#[derive(Clone, Debug)]
pub(crate) struct Postgres {
    pool: PgPool,
    migrated: Arc<OnceCell<()>>,
}

impl Postgres {
    /// The database at an address. Nothing is connected yet.
    pub(crate) fn of_url(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url).map_err(|_| {
            // The source would repeat parts of the address, and with them perhaps the password.
            Error::new(
                ErrorKind::NotConfigured,
                "the request log's address is not a PostgreSQL database's; write `postgres://user:password@host/name`",
            )
        })?;
        let options = options.disable_statement_logging().application_name("llm-request-log");
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(CONNECT)
            .connect_lazy_with(options);
        Ok(Self { pool, migrated: Arc::default() })
    }

    /// The connections to a database that is there and has its tables.
    pub(crate) async fn ready(&self) -> Result<&PgPool> {
        self.migrated.get_or_try_init(|| self.migrate()).await?;
        Ok(&self.pool)
    }

    /// Makes its tables.
    async fn migrate(&self) -> Result<()> {
        let mut connection =
            self.pool.acquire().await.map_err(unavailable("PostgreSQL cannot be reached"))?;
        migrate_postgres(&mut connection).await
    }

    /// Closes the connections.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}
