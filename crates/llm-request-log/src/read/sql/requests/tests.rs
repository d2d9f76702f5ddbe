//! Every list is read in the order of an index.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};

use super::*;
use crate::store::{SqliteFile, migrate_sqlite};

/// The plan of a statement, one line a step.
async fn plan(connection: &mut SqliteConnection, statement: &Statement) -> String {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.text()));
    let steps = sqlx::query(explain).fetch_all(connection).await.unwrap();
    steps.iter().map(|step| step.get::<String, _>("detail")).collect::<Vec<_>>().join("; ")
}

fn behind(filter: &RequestFilter) -> Statement {
    let cursor = Cursor { created_at: 1, id: RequestId::new() };
    page_statement(filter, Page::after(cursor, 50))
}

#[tokio::test]
async fn no_list_is_scanned_or_sorted() {
    let mut connection =
        SqliteFile::of_url("sqlite::memory:", Duration::from_secs(1)).unwrap().writer().await.unwrap();
    migrate_sqlite(&mut connection).await.unwrap();
    let all = RequestFilter::new;
    let table = [
        (behind(&all()), "llm_requests_by_time"),
        (behind(&all().with_since(Timestamp::UNIX_EPOCH).with_until(Timestamp::MAX)), "llm_requests_by_time"),
        (behind(&all().with_tenant("t")), "llm_requests_by_tenant"),
        (behind(&all().with_user("u")), "llm_requests_by_user"),
        (behind(&all().with_model("m")), "llm_requests_by_model"),
        (behind(&all().with_status(RequestStatus::Failed)), "llm_requests_by_status"),
        (behind(&all().with_status(RequestStatus::Ok)), "llm_requests_by_time"),
        (behind(&all().with_cached(true).with_provider("p")), "llm_requests_by_time"),
    ];
    for (statement, index) in table {
        let plan = plan(&mut connection, &statement).await;
        assert!(plan.starts_with(&format!("SEARCH llm_requests USING INDEX {index} (")), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
    let first = plan(&mut connection, &page_statement(&all(), Page::default())).await;
    assert_eq!(
        first, "SCAN llm_requests USING INDEX llm_requests_by_time",
        "its first rows, up to the limit"
    );
    let unsettled = plan(&mut connection, &unsettled_statement(10)).await;
    assert_eq!(unsettled, "SCAN llm_attempts USING INDEX llm_attempts_unsettled");
}
