//! The tables, and how they came to be.

use std::borrow::Cow;

use llm_core::{Error, ErrorKind, Result};
use sqlx::{
    PgConnection, SqlSafeStr as _, SqliteConnection,
    migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator},
};

/// Every change of the tables, in order. A line here never changes again.
const MIGRATIONS: &[(i64, &str, &str)] = &[(1, "ledger", include_str!("../../migrations/0001_ledger.sql"))];

/// Brings an SQLite file to this program's tables. A second call finds nothing to do.
pub(crate) async fn migrate_sqlite(connection: &mut SqliteConnection) -> Result<()> {
    migrator().run_direct(None, connection, false).await.map_err(failure)
}

/// Brings a PostgreSQL database to this program's tables. Processes that do it at once wait for each other.
pub(crate) async fn migrate_postgres(connection: &mut PgConnection) -> Result<()> {
    let outcome = migrator().run_direct(None, connection, false).await;
    if outcome.is_err() {
        // A run that fails keeps its lock, which belongs to the connection, which goes back into a pool. That there is
        // none to give back is fine.
        let _ = connection.unlock().await;
    }
    outcome.map_err(failure)
}

fn migrator() -> Migrator {
    let migration = |&(version, description, sql): &(i64, &'static str, &'static str)| {
        let description = Cow::Borrowed(description);
        Migration::new(version, description, MigrationType::Simple, sql.into_sql_str(), false)
    };
    let mut migrator = Migrator::with_migrations(MIGRATIONS.iter().map(migration).collect());
    // The database may be shared with an application that keeps its own migrations in the usual table.
    migrator.dangerous_set_table_name("llm_migrations");
    migrator
}

fn failure(error: MigrateError) -> Error {
    let newest = MIGRATIONS.last().map_or(0, |(version, ..)| *version);
    match error {
        MigrateError::VersionMissing(version) => refused(format!(
            "the request log's database is at version {version}, newer than this program, which knows {newest}; \
             start the newer program"
        )),
        MigrateError::VersionMismatch(version) | MigrateError::Dirty(version) => refused(format!(
            "the request log's database has a version {version} that this program did not make; name another database"
        )),
        MigrateError::Execute(error) => unmade(error),
        MigrateError::ExecuteMigration(error, _) => unmade(error),
        error => unmade(error),
    }
}

/// No later attempt will go better.
fn refused(message: String) -> Error {
    Error::new(ErrorKind::NotConfigured, message)
}

fn unmade(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Unavailable, "the request log's tables could not be made").with_source(error)
}
