//! The file, as another process would have it.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _, SqliteConnection, sqlite::SqliteConnectOptions,
};
use tempfile::TempDir;

use llm_core::ErrorKind;
use llm_request_log::{LedgerConfig, SqlxRequestLog};

use crate::double::{config, log};

/// A connection to the file of [`config`].
pub(crate) async fn connect(folder: &TempDir) -> SqliteConnection {
    SqliteConnectOptions::new().filename(folder.path().join("llm.db")).connect().await.unwrap()
}

/// Holds the file, so that nobody else can write it.
pub(crate) struct Locked(SqliteConnection);

impl Locked {
    pub(crate) async fn lock(folder: &TempDir) -> Self {
        let mut connection = connect(folder).await;
        connection.execute("BEGIN IMMEDIATE").await.unwrap();
        Self(connection)
    }

    pub(crate) async fn release(mut self) {
        self.0.execute("ROLLBACK").await.unwrap();
        self.0.close().await.unwrap();
    }
}

#[tokio::test]
async fn migrations_run_once_however_often_they_are_run() {
    let folder = tempfile::tempdir().unwrap();
    SqlxRequestLog::migrate(&config(&folder)).await.unwrap();
    SqlxRequestLog::migrate(&config(&folder)).await.unwrap();
    let applied: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM llm_migrations")
        .fetch_one(&mut connect(&folder).await)
        .await
        .unwrap();
    assert_eq!(applied, 1);
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let (first, folder) = log().await;
    drop(first);
    let newer = "INSERT INTO llm_migrations (version, description, success, checksum, execution_time) \
        VALUES (999, 'newer', TRUE, X'00', 0)";
    connect(&folder).await.execute(newer).await.unwrap();
    let error = SqlxRequestLog::open(config(&folder)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConfigured);
    assert!(error.message().contains("version 999, newer than this program"), "{error}");
}

#[tokio::test]
async fn an_address_that_makes_no_sense_is_refused_without_showing_its_password() {
    for url in ["mysql://me:secret@db/llm", "secret", "postgres://me:secret@db:notaport/llm"] {
        let error = SqlxRequestLog::open(LedgerConfig::new(url)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotConfigured, "{url}");
        assert!(!error.report().contains("secret"), "{}", error.report());
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone");
    std::fs::write(&gone, "a file, not a folder").unwrap();
    let url = format!("sqlite://{}", gone.join("llm.db").display());
    let error = SqlxRequestLog::open(LedgerConfig::new(url)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.message().contains("gone"), "{error}");
}

#[tokio::test]
async fn a_log_in_memory_works() {
    let log = SqlxRequestLog::open(LedgerConfig::new("sqlite::memory:")).await.unwrap();
    let double = crate::double::Double::always(crate::double::Act::Answer(crate::double::usage(3)));
    let ctx = crate::double::ctx();
    double.under(&log).chat(&ctx, crate::double::request()).await.unwrap();
    assert_eq!(crate::double::rows(&log, &ctx).await.1.len(), 1);
}
