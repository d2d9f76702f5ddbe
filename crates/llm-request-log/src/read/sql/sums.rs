//! Sums over requests and over their attempts, made by the database and put together here.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use llm_core::Result;
use sqlx::{FromRow, Row as _, postgres::PgRow, sqlite::SqliteRow};

use super::requests::UNREAD;
use crate::{
    UsageBy, UsageFilter, UsageSum,
    store::{Read, Source, Statement, Value, unavailable},
};

/// Microseconds of a day, as they stand in the statement too.
const DAY: i64 = 86_400_000_000;

/// How many picodollars are one unit of `cost_high`: the database adds the two parts of a cost apart, so that not even
/// its sum over the most expensive rows can overflow.
const HIGH: i128 = 1_000_000;

/// See [`RequestLog::usage`](crate::RequestLog::usage).
pub(super) async fn usage(source: Source<'_>, filter: &UsageFilter, by: UsageBy) -> Result<Vec<UsageSum>> {
    let unread = unavailable(UNREAD);
    let requests: Vec<RequestSum> = source.read(requests_statement(filter, by)).await.map_err(&unread)?;
    let attempts: Vec<AttemptSum> = source.read(attempts_statement(filter, by)).await.map_err(&unread)?;
    let mut sums: BTreeMap<Option<String>, UsageSum> = BTreeMap::new();
    if by == UsageBy::Total {
        sums.insert(None, UsageSum::default());
    }
    for part in requests {
        let sum = sums.entry(part.group).or_default();
        sum.requests = part.requests;
        sum.cached = part.cached;
    }
    for part in attempts {
        let sum = sums.entry(part.group).or_default();
        sum.attempts = part.attempts;
        [
            sum.input_tokens,
            sum.output_tokens,
            sum.cached_tokens,
            sum.cache_write_tokens,
            sum.reasoning_tokens,
        ] = part.tokens;
        sum.known_cost_picos = part.known_cost_picos;
        sum.unknown_costs = part.unknown_costs;
    }
    let named =
        |(group, sum): (Option<String>, _)| UsageSum { group: group.map(|name| label(name, by)), ..sum };
    Ok(sums.into_iter().map(named).collect())
}

/// A group's name: days come as their number since 1970.
fn label(name: String, by: UsageBy) -> String {
    let day = (by == UsageBy::Day).then(|| name.parse::<i64>().ok()).flatten();
    let time = day.and_then(|day| Timestamp::from_microsecond(day.checked_mul(DAY)?).ok());
    time.map_or(name, |time| time.to_zoned(TimeZone::UTC).date().to_string())
}

/// What both statements group by: of the request, or of the attempt where that has its own.
fn group(by: UsageBy, of_attempt: bool) -> &'static str {
    match by {
        UsageBy::Total => "CAST(NULL AS TEXT)",
        UsageBy::User => "r.\"user\"",
        UsageBy::Model => "r.requested_model",
        UsageBy::Provider if of_attempt => "a.provider",
        UsageBy::Provider => "r.provider",
        UsageBy::Day => "CAST(r.created_at / 86400000000 AS TEXT)",
    }
}

fn requests_statement(filter: &UsageFilter, by: UsageBy) -> Statement {
    let mut statement = Statement::new("SELECT ");
    statement.push(group(by, false)).push(
        " AS \"group\", COUNT(*) AS requests, COUNT(CASE WHEN r.cached THEN 1 END) AS cached \
         FROM llm_requests r WHERE 1 = 1",
    );
    narrow(&mut statement, filter);
    statement.push(" GROUP BY 1");
    statement
}

fn attempts_statement(filter: &UsageFilter, by: UsageBy) -> Statement {
    let mut statement = Statement::new("SELECT ");
    statement.push(group(by, true)).push(
        " AS \"group\", COUNT(*) AS attempts, \
         CAST(COALESCE(SUM(a.input_tokens), 0) AS BIGINT) AS input_tokens, \
         CAST(COALESCE(SUM(a.output_tokens), 0) AS BIGINT) AS output_tokens, \
         CAST(COALESCE(SUM(a.cached_tokens), 0) AS BIGINT) AS cached_tokens, \
         CAST(COALESCE(SUM(a.cache_write_tokens), 0) AS BIGINT) AS cache_write_tokens, \
         CAST(COALESCE(SUM(a.reasoning_tokens), 0) AS BIGINT) AS reasoning_tokens, \
         CAST(COALESCE(SUM(a.cost / 1000000), 0) AS BIGINT) AS cost_high, \
         CAST(COALESCE(SUM(a.cost % 1000000), 0) AS BIGINT) AS cost_low, \
         COUNT(CASE WHEN a.maybe_billed AND a.cost IS NULL THEN 1 END) AS unknown_costs \
         FROM llm_requests r JOIN llm_attempts a ON a.request_id = r.id WHERE 1 = 1",
    );
    narrow(&mut statement, filter);
    statement.push(" GROUP BY 1");
    statement
}

fn narrow(statement: &mut Statement, filter: &UsageFilter) {
    let text = |text: &Option<String>| text.clone().map(Value::Text);
    statement
        .bind_some(" AND r.tenant = ", text(&filter.tenant))
        .bind_some(" AND r.\"user\" = ", text(&filter.user))
        .bind_some(" AND r.requested_model = ", text(&filter.model))
        .bind_some(" AND r.created_at >= ", filter.since.map(|since| Value::Number(since.as_microsecond())))
        .bind_some(" AND r.created_at < ", filter.until.map(|until| Value::Number(until.as_microsecond())));
}

/// A group's requests.
struct RequestSum {
    group: Option<String>,
    requests: u64,
    cached: u64,
}

/// A group's attempts.
struct AttemptSum {
    group: Option<String>,
    attempts: u64,
    tokens: [u64; 5],
    known_cost_picos: i128,
    unknown_costs: u64,
}

/// Implements reading for the rows of both databases.
macro_rules! read_from {
    ($($row:ty),+) => {$(
        impl FromRow<'_, $row> for Read<RequestSum> {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                Ok(Self(RequestSum {
                    group: row.try_get("group")?,
                    requests: count(row.try_get("requests")?),
                    cached: count(row.try_get("cached")?),
                }))
            }
        }

        impl FromRow<'_, $row> for Read<AttemptSum> {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                let high: i64 = row.try_get("cost_high")?;
                let low: i64 = row.try_get("cost_low")?;
                Ok(Self(AttemptSum {
                    group: row.try_get("group")?,
                    attempts: count(row.try_get("attempts")?),
                    tokens: [
                        count(row.try_get("input_tokens")?),
                        count(row.try_get("output_tokens")?),
                        count(row.try_get("cached_tokens")?),
                        count(row.try_get("cache_write_tokens")?),
                        count(row.try_get("reasoning_tokens")?),
                    ],
                    known_cost_picos: i128::from(high) * HIGH + i128::from(low),
                    unknown_costs: count(row.try_get("unknown_costs")?),
                }))
            }
        }
    )+};
}

read_from!(SqliteRow, PgRow);

/// Sums of what is never negative.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
