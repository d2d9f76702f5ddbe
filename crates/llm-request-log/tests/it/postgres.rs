//! PostgreSQL behind a spool: away at the start, cut in the middle, back again.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test may panic, and finds its server in the environment"
)]

use std::{path::Path, sync::Arc, time::Duration};

use futures_util::{StreamExt as _, future::join_all};
use llm_core::{ErrorKind, Usd};
use llm_provider::CallContext;
use llm_request_log::{
    AttemptStatus, LedgerConfig, Page, ReconcileScope, RequestFilter, RequestLog as _, RequestStatus,
    SqlxRequestLog, UpstreamCall, UsageBy, UsageFilter,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection,
    postgres::PgConnectOptions,
};
use tempfile::TempDir;
use tokio::sync::Notify;
use url::Url;
use uuid::Uuid;

use crate::{
    double::{Act, Double, ctx, failure, piece, request, started, usage},
    proxy::Proxy,
};

/// A database of a test's own, behind a proxy that can be cut.
struct Postgres {
    admin: Url,
    name: String,
    proxy: Proxy,
    folder: TempDir,
}

impl Postgres {
    /// `None` where there is no server; in CI there must be one.
    async fn create(test: &str) -> Option<Self> {
        let Ok(admin) = std::env::var("LLM_TEST_POSTGRES_URL") else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{test} needs LLM_TEST_POSTGRES_URL");
            eprintln!("skipped: {test} needs LLM_TEST_POSTGRES_URL");
            return None;
        };
        let admin: Url = admin.parse().unwrap();
        let name = format!("llm_{}", Uuid::now_v7().simple());
        connect(&admin).await.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        let address = format!("{}:{}", admin.host_str().unwrap(), admin.port().unwrap_or(5432));
        let proxy = Proxy::start(address).await;
        Some(Self { admin, name, proxy, folder: tempfile::tempdir().unwrap() })
    }

    /// The database's address through the proxy.
    fn config(&self) -> LedgerConfig {
        let mut url = self.admin.clone();
        url.set_path(&self.name);
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(self.proxy.port())).unwrap();
        LedgerConfig::new(url).with_spool(self.spool())
    }

    fn spool(&self) -> std::path::PathBuf {
        self.folder.path().join("spool.db")
    }

    /// A connection past the proxy.
    async fn direct(&self) -> PgConnection {
        let mut url = self.admin.clone();
        url.set_path(&self.name);
        connect(&url).await
    }

    async fn count(&self, what: &'static str) -> i64 {
        sqlx::query_scalar(what).fetch_one(&mut self.direct().await).await.unwrap()
    }

    async fn drop(self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        connect(&self.admin).await.execute(AssertSqlSafe(drop)).await.unwrap();
    }
}

async fn connect(url: &Url) -> PgConnection {
    url.as_str().parse::<PgConnectOptions>().unwrap().connect().await.unwrap()
}

/// Waits until the spool holds no row, which only another database can tell.
async fn drained(spool: &Path) {
    let mut spool = sqlx::sqlite::SqliteConnectOptions::new().filename(spool).connect().await.unwrap();
    let rows = "SELECT (SELECT COUNT(*) FROM llm_requests) + (SELECT COUNT(*) FROM llm_attempts)";
    tokio::time::timeout(Duration::from_secs(30), async {
        while sqlx::query_scalar::<_, i64>(rows).fetch_one(&mut spool).await.unwrap() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
}

/// Makes so many calls at once, each for one picodollar.
async fn calls(log: &SqlxRequestLog, count: usize) -> Vec<CallContext> {
    let provider = Double::always(Act::Answer(usage(1))).under(log);
    let contexts: Vec<_> = (0..count).map(|_| ctx()).collect();
    let outcomes = join_all(contexts.iter().map(|ctx| provider.chat(ctx, request()))).await;
    assert!(outcomes.iter().all(Result::is_ok), "no call is refused");
    contexts
}

const REQUESTS: &str = "SELECT COUNT(*) FROM llm_requests";
const WHOLE: &str =
    "SELECT COUNT(*) FROM llm_attempts WHERE status = 'ok' AND cost = 1 AND completed_at IS NOT NULL";

#[tokio::test]
async fn rows_are_shipped_whole_and_read_by_the_same_statements() {
    let Some(postgres) = Postgres::create("rows_are_shipped_whole_and_read_by_the_same_statements").await
    else {
        return;
    };
    let log = SqlxRequestLog::open(postgres.config()).await.unwrap();
    let ctx = ctx();
    let asked = request().with_metadata("team", "red");
    Double::always(Act::Answer(usage(42))).under(&log).chat(&ctx, asked).await.unwrap();
    let spooled = log.get(ctx.request_id()).await.unwrap().unwrap();
    calls(&log, 300).await;
    drained(&postgres.spool()).await;

    let shipped = log.get(ctx.request_id()).await.unwrap().unwrap();
    assert_eq!(shipped, spooled, "not a microsecond is lost on the way");
    let mut found = 0;
    let mut page = log.page(&RequestFilter::new().with_user("ada"), Page::first(100)).await.unwrap();
    loop {
        found += page.items.len();
        let Some(next) = page.next else { break };
        page = log.page(&RequestFilter::new().with_user("ada"), Page::after(next, 100)).await.unwrap();
    }
    assert_eq!(found, 301);
    let failed =
        RequestFilter::new().with_status(RequestStatus::Failed).with_cached(false).with_tenant("acme");
    assert!(log.page(&failed, Page::default()).await.unwrap().items.is_empty());
    for by in [UsageBy::Total, UsageBy::User, UsageBy::Model, UsageBy::Provider, UsageBy::Day] {
        let sums = log.usage(&UsageFilter::new().with_tenant("acme"), by).await.unwrap();
        assert_eq!(sums.len(), 1, "{by:?}");
        assert_eq!(
            (sums[0].requests, sums[0].attempts, sums[0].cost()),
            (301, 301, Usd::from_picos(342)),
            "{by:?}"
        );
    }
    log.shutdown(Duration::from_secs(5)).await;
    postgres.drop().await;
}

#[tokio::test]
async fn a_start_without_postgresql_spools_until_it_is_there() {
    let Some(postgres) = Postgres::create("a_start_without_postgresql_spools_until_it_is_there").await else {
        return;
    };
    postgres.proxy.cut().await;
    let log = SqlxRequestLog::open(postgres.config()).await.unwrap();
    assert!(log.accepts_calls());
    let contexts = calls(&log, 10).await;
    assert!(log.get(contexts[0].request_id()).await.unwrap().is_some(), "the spool can be read");
    let away = log.page(&RequestFilter::new(), Page::default()).await.unwrap_err();
    assert_eq!(away.kind(), ErrorKind::Unavailable);
    postgres.proxy.mend().await;
    drained(&postgres.spool()).await;
    assert_eq!((postgres.count(REQUESTS).await, postgres.count(WHOLE).await), (10, 10));
    log.shutdown(Duration::from_secs(5)).await;
    postgres.drop().await;
}

#[tokio::test]
async fn postgresql_cut_and_killed_under_load_loses_nothing_and_doubles_nothing() {
    let test = "postgresql_cut_and_killed_under_load_loses_nothing_and_doubles_nothing";
    let Some(postgres) = Postgres::create(test).await else { return };
    let log = SqlxRequestLog::open(postgres.config()).await.unwrap();
    let mut made = 0;
    for round in 0..6 {
        made += calls(&log, 100).await.len();
        match round % 3 {
            0 => postgres.proxy.cut().await,
            1 => postgres.proxy.mend().await,
            _ => {
                let kill = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
                    WHERE application_name = 'llm-request-log' AND datname = current_database()";
                postgres.count(kill).await;
            }
        }
    }
    postgres.proxy.mend().await;
    drained(&postgres.spool()).await;
    let made = i64::try_from(made).unwrap();
    assert_eq!((postgres.count(REQUESTS).await, postgres.count(WHOLE).await), (made, made));
    log.shutdown(Duration::from_secs(5)).await;
    postgres.drop().await;
}

#[tokio::test]
async fn shipping_twice_changes_nothing() {
    let Some(postgres) = Postgres::create("shipping_twice_changes_nothing").await else { return };
    postgres.proxy.cut().await;
    let log = SqlxRequestLog::open(postgres.config()).await.unwrap();
    let broken = Double::always(Act::Fail(failure(ErrorKind::Timeout, llm_core::Stage::FirstToken)));
    let ctx = ctx();
    broken.under(&log).chat(&ctx, request()).await.unwrap_err();
    log.shutdown(Duration::from_millis(200)).await;
    drop(log);
    // The spool as it was before PostgreSQL had taken it, as after a crash between the two.
    let copy = postgres.folder.path().join("copy.db");
    let mut spool =
        sqlx::sqlite::SqliteConnectOptions::new().filename(postgres.spool()).connect().await.unwrap();
    sqlx::query("VACUUM INTO $1").bind(copy.to_str().unwrap()).execute(&mut spool).await.unwrap();
    spool.close().await.unwrap();

    postgres.proxy.mend().await;
    let log = SqlxRequestLog::open(postgres.config()).await.unwrap();
    drained(&postgres.spool()).await;
    let attempt = log.unsettled(10).await.unwrap().remove(0);
    assert!(log.settle(attempt.id, Some(usage(33))).await.unwrap());
    let settled = log.get(ctx.request_id()).await.unwrap().unwrap();
    assert_eq!((settled.0.usage.cost, settled.1[0].usage.cost), (Usd::from_picos(33), Usd::from_picos(33)));

    let again = SqlxRequestLog::open(postgres.config().with_spool(&copy)).await.unwrap();
    drained(&copy).await;
    assert_eq!(
        again.get(ctx.request_id()).await.unwrap().unwrap(),
        settled,
        "the older row overwrites nothing"
    );
    assert_eq!(postgres.count(REQUESTS).await, 1);
    postgres.drop().await;
}

#[tokio::test]
async fn calls_of_a_dead_process_are_shipped_as_interrupted_and_a_late_cost_is_taken() {
    let test = "calls_of_a_dead_process_are_shipped_as_interrupted_and_a_late_cost_is_taken";
    let Some(postgres) = Postgres::create(test).await else { return };
    postgres.proxy.cut().await;
    let log = SqlxRequestLog::open(postgres.config()).await.unwrap();
    let told = Arc::new(Notify::new());
    let double = Double::always(Act::AnswerAfter(told.clone(), usage(5)));
    let (provider, ctx) = (double.under(&log), ctx());
    let call = {
        let ctx = ctx.clone();
        tokio::spawn(async move { provider.chat(&ctx, request()).await })
    };
    double.sent.notified().await;
    log.written().await;
    // The spool as a killed process would have left it: nobody holds a lock beside the copy.
    let copy = postgres.folder.path().join("copy.db");
    let mut spool =
        sqlx::sqlite::SqliteConnectOptions::new().filename(postgres.spool()).connect().await.unwrap();
    sqlx::query("VACUUM INTO $1").bind(copy.to_str().unwrap()).execute(&mut spool).await.unwrap();
    postgres.proxy.mend().await;
    let next = SqlxRequestLog::open(postgres.config().with_spool(&copy)).await.unwrap();
    drained(&copy).await;
    let (request, attempts) = next.get(ctx.request_id()).await.unwrap().unwrap();
    assert_eq!((request.status, request.usage.cost), (RequestStatus::Interrupted, None));
    assert_eq!((attempts[0].status, attempts[0].maybe_billed), (AttemptStatus::Interrupted, true));

    told.notify_one();
    call.await.unwrap().unwrap();
    drained(&postgres.spool()).await;
    let (request, attempts) = next.get(ctx.request_id()).await.unwrap().unwrap();
    assert_eq!((request.usage.cost, attempts[0].status), (Usd::from_picos(5), AttemptStatus::Ok));
    assert_eq!(postgres.count(REQUESTS).await, 1);
    postgres.drop().await;
}

#[tokio::test]
async fn calls_that_run_for_long_are_seen_and_end_in_the_same_row() {
    let Some(postgres) = Postgres::create("calls_that_run_for_long_are_seen_and_end_in_the_same_row").await
    else {
        return;
    };
    let log = SqlxRequestLog::open(postgres.config()).await.unwrap();
    let told = Arc::new(Notify::new());
    let first = vec![Ok(started()), Ok(piece("h"))];
    let double = Double::always(Act::Stream(first, Some(told.clone()), vec![Ok(crate::double::finish())]));
    let ctx = ctx();
    let stream = double.under(&log).chat_stream(&ctx, request()).await.unwrap();
    let running = RequestFilter::new().with_status(RequestStatus::Running);
    tokio::time::timeout(Duration::from_secs(20), async {
        while log.page(&running, Page::default()).await.unwrap().items.is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .unwrap();
    told.notify_one();
    stream.collect::<Vec<_>>().await;
    drained(&postgres.spool()).await;
    let (request, attempts) = log.get(ctx.request_id()).await.unwrap().unwrap();
    assert_eq!((request.status, attempts[0].status), (RequestStatus::Ok, AttemptStatus::Ok));
    assert_eq!(postgres.count(REQUESTS).await, 1);
    postgres.drop().await;
}

#[tokio::test]
async fn a_row_that_postgresql_refuses_stays_and_holds_up_no_other() {
    let Some(postgres) = Postgres::create("a_row_that_postgresql_refuses_stays_and_holds_up_no_other").await
    else {
        return;
    };
    SqlxRequestLog::migrate(&postgres.config()).await.unwrap();
    let check = "ALTER TABLE llm_requests ADD CONSTRAINT own CHECK (\"user\" <> 'mallory')";
    postgres.direct().await.execute(check).await.unwrap();
    let log = SqlxRequestLog::open(postgres.config()).await.unwrap();
    let refused = ctx();
    let double = Double::always(Act::Answer(usage(1)));
    double.under(&log).chat(&refused, request().with_user("mallory")).await.unwrap();
    calls(&log, 300).await;
    log.written().await;
    tokio::time::timeout(Duration::from_secs(30), async {
        while postgres.count(REQUESTS).await < 300 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    assert!(log.get(refused.request_id()).await.unwrap().is_some(), "it is still in the spool");
    postgres.direct().await.execute("ALTER TABLE llm_requests DROP CONSTRAINT own").await.unwrap();
    drained(&postgres.spool()).await;
    assert_eq!(postgres.count(WHOLE).await, 301);
    postgres.drop().await;
}

#[tokio::test]
async fn a_full_spool_refuses_calls_until_it_drains() {
    let Some(postgres) = Postgres::create("a_full_spool_refuses_calls_until_it_drains").await else { return };
    postgres.proxy.cut().await;
    let log = SqlxRequestLog::open(postgres.config().with_spool_max_bytes(400 * 1024)).await.unwrap();
    let double = Double::always(Act::Answer(usage(1)));
    let provider = double.under(&log);
    let mut made = 0;
    let refusal = loop {
        match provider.chat(&ctx(), request()).await {
            Ok(_) => made += 1,
            Err(error) => break error,
        }
        assert!(made < 10_000, "the cap holds");
    };
    assert_eq!((refusal.kind(), refusal.is_retryable()), (ErrorKind::Overloaded, false));
    assert_eq!(double.calls(), made, "what was refused was not called");
    assert!(!log.accepts_calls() && log.spool_bytes() >= 400 * 1024);
    postgres.proxy.mend().await;
    drained(&postgres.spool()).await;
    provider.chat(&ctx(), request()).await.unwrap();
    drained(&postgres.spool()).await;
    assert_eq!(postgres.count(WHOLE).await, i64::try_from(made + 1).unwrap(), "nothing was dropped");
    postgres.drop().await;
}

#[tokio::test]
async fn a_shutdown_ships_what_is_left_and_the_ledgers_agree() {
    let Some(postgres) = Postgres::create("a_shutdown_ships_what_is_left_and_the_ledgers_agree").await else {
        return;
    };
    let log = SqlxRequestLog::open(postgres.config()).await.unwrap();
    let contexts = calls(&log, 50).await;
    log.shutdown(Duration::from_secs(10)).await;
    assert_eq!(postgres.count(WHOLE).await, 50);
    let id = |ctx: &CallContext| llm_core::AttemptId {
        request: ctx.request_id(),
        number: std::num::NonZeroU32::MIN,
    };
    let upstream = contexts.iter().map(|ctx| UpstreamCall::of_attempt(id(ctx), usage(1))).collect();
    let found = log.reconcile(&ReconcileScope::new(), upstream).await.unwrap();
    assert_eq!((found.matched, found.sum_here, found.agrees()), (50, 50, true));
    postgres.drop().await;
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_at_the_start() {
    let Some(postgres) = Postgres::create("a_database_of_a_newer_program_is_refused_at_the_start").await
    else {
        return;
    };
    SqlxRequestLog::migrate(&postgres.config()).await.unwrap();
    SqlxRequestLog::migrate(&postgres.config()).await.unwrap();
    let newer = "INSERT INTO llm_migrations (version, description, success, checksum, execution_time) \
        VALUES (999, 'newer', TRUE, '', 0)";
    postgres.direct().await.execute(newer).await.unwrap();
    let error = SqlxRequestLog::open(postgres.config()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConfigured);
    assert!(error.message().contains("version 999"), "{error}");
    postgres.drop().await;
}
