//! Lists of requests and of attempts.

use llm_core::{RequestId, Result};
use uuid::Uuid;

use crate::{
    AttemptRecord, Cursor, Page, PageOf, ReconcileScope, RequestFilter, RequestRecord, RequestStatus,
    store::{Source, Statement, Value, attempt_columns, request_columns, unavailable},
};

/// How many attempts a comparison reads at once.
const CHUNK: usize = 1_000;

pub(super) const UNREAD: &str = "the request log cannot be read";

/// A place in the list of attempts, in the order of their ids.
pub(super) type Position = (Uuid, i64);

/// See [`RequestLog::page`](crate::RequestLog::page).
pub(super) async fn page(
    source: Source<'_>,
    filter: &RequestFilter,
    page: Page,
) -> Result<PageOf<RequestRecord>> {
    let limit = page.limit.clamp(1, Page::MAX_LIMIT);
    let statement = page_statement(filter, Page { limit, ..page });
    let mut items: Vec<RequestRecord> = source.read(statement).await.map_err(unavailable(UNREAD))?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(Cursor::behind);
    Ok(PageOf { items, next })
}

/// Reads a page and one row more, which tells whether another page follows.
///
/// Each filter by tenant, user, model or status has an index in the order of the list. Those by provider and cache are
/// checked row by row on the way.
pub(super) fn page_statement(filter: &RequestFilter, page: Page) -> Statement {
    let mut statement =
        Statement::new(concat!("SELECT ", request_columns!(), " FROM llm_requests WHERE 1 = 1"));
    let text = |text: &Option<String>| text.clone().map(Value::Text);
    statement
        .bind_some(" AND tenant = ", text(&filter.tenant))
        .bind_some(" AND \"user\" = ", text(&filter.user))
        .bind_some(" AND requested_model = ", text(&filter.model))
        .bind_some(" AND provider = ", text(&filter.provider))
        .bind_some(" AND cached = ", filter.cached.map(Value::Flag))
        .bind_some(" AND created_at >= ", filter.since.map(|since| Value::Number(since.as_microsecond())))
        .bind_some(" AND created_at < ", filter.until.map(|until| Value::Number(until.as_microsecond())));
    if let Some(status) = filter.status {
        if status != RequestStatus::Ok {
            // The index's own condition, word for word: else neither database sees that it may use it.
            statement.push(" AND status <> 'ok'");
        }
        statement.push(" AND status = ").bind(Value::Text(status.as_str().to_owned()));
    }
    if let Some(after) = page.after {
        statement.push(" AND (created_at, id) < (").bind(Value::Number(after.created_at)).push(", ");
        statement.bind(Value::Id(after.id.as_uuid())).push(")");
    }
    statement
        .push(" ORDER BY created_at DESC, id DESC LIMIT ")
        .bind(Value::Number(i64::from(page.limit) + 1));
    statement
}

/// See [`RequestLog::get`](crate::RequestLog::get).
pub(super) async fn get(
    source: Source<'_>,
    id: RequestId,
) -> Result<Option<(RequestRecord, Vec<AttemptRecord>)>> {
    let mut statement =
        Statement::new(concat!("SELECT ", request_columns!(), " FROM llm_requests WHERE id = "));
    statement.bind(Value::Id(id.as_uuid()));
    let Some(request) = source.read(statement).await.map_err(unavailable(UNREAD))?.pop() else {
        return Ok(None);
    };
    let mut statement =
        Statement::new(concat!("SELECT ", attempt_columns!(), " FROM llm_attempts WHERE request_id = "));
    statement.bind(Value::Id(id.as_uuid())).push(" ORDER BY attempt_no");
    let attempts = source.read(statement).await.map_err(unavailable(UNREAD))?;
    Ok(Some((request, attempts)))
}

/// See [`RequestLog::unsettled`](crate::RequestLog::unsettled).
pub(super) async fn unsettled(source: Source<'_>, limit: u32) -> Result<Vec<AttemptRecord>> {
    source.read(unsettled_statement(limit)).await.map_err(unavailable(UNREAD))
}

/// The condition begins with the index's own, word for word.
pub(super) fn unsettled_statement(limit: u32) -> Statement {
    let mut statement = Statement::new(concat!(
        "SELECT ",
        attempt_columns!(),
        " FROM llm_attempts WHERE maybe_billed AND cost IS NULL AND completed_at IS NOT NULL \
         ORDER BY started_at LIMIT "
    ));
    statement.bind(Value::Number(limit.into()));
    statement
}

/// The attempts in a scope behind a position, and the next position if there may be more.
pub(super) async fn attempts(
    source: Source<'_>,
    scope: &ReconcileScope,
    behind: Option<Position>,
) -> Result<(Vec<AttemptRecord>, Option<Position>)> {
    let mut statement =
        Statement::new(concat!("SELECT ", attempt_columns!(), " FROM llm_attempts WHERE 1 = 1"));
    statement
        .bind_some(" AND provider = ", scope.provider.clone().map(Value::Text))
        .bind_some(" AND started_at >= ", scope.since.map(|since| Value::Number(since.as_microsecond())))
        .bind_some(" AND started_at < ", scope.until.map(|until| Value::Number(until.as_microsecond())));
    if let Some((request, number)) = behind {
        statement.push(" AND (request_id, attempt_no) > (").bind(Value::Id(request)).push(", ");
        statement.bind(Value::Number(number)).push(")");
    }
    statement.push(" ORDER BY request_id, attempt_no LIMIT ");
    statement.bind(Value::Number(i64::try_from(CHUNK).unwrap_or(i64::MAX)));
    let attempts: Vec<AttemptRecord> = source.read(statement).await.map_err(unavailable(UNREAD))?;
    let last = attempts.last().filter(|_| attempts.len() == CHUNK);
    let next = last.map(|attempt| (attempt.id.request.as_uuid(), i64::from(attempt.id.number.get())));
    Ok((attempts, next))
}

#[cfg(test)]
mod tests;
