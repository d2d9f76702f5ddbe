//! From rows to records. The rows stay in here.

use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

use jiff::Timestamp;
use llm_core::{AttemptId, CostSource, ErrorKind, Operation, ProviderName, RequestId, Usage, Usd};
use sqlx::{FromRow, Row, postgres::PgRow, sqlite::SqliteRow, types::Json};
use uuid::Uuid;

use crate::{AttemptRecord, AttemptStatus, RequestRecord, RequestStatus};

/// What was read from a row.
#[derive(Debug)]
pub(crate) struct Read<T>(pub(crate) T);

/// Implements reading for the rows of both databases: their common trait cannot name a column's type.
macro_rules! read_from {
    ($($row:ty),+) => {$(
        impl FromRow<'_, $row> for Read<RequestRecord> {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                Ok(Self(RequestRecord {
                    id: RequestId::from(row.try_get::<Uuid, _>("id")?),
                    tenant: row.try_get("tenant")?,
                    user: row.try_get("user")?,
                    key: row.try_get("key")?,
                    requested_model: row.try_get("requested_model")?,
                    served_model: row.try_get("served_model")?,
                    provider: row.try_get::<Option<String>, _>("provider")?.map(provider).transpose()?,
                    operation: operation(row.try_get("operation")?)?,
                    status: named(row.try_get("status")?, RequestStatus::from_name)?,
                    streamed: row.try_get("streamed")?,
                    cached: row.try_get("cached")?,
                    attempts: fits(row.try_get::<i64, _>("attempts")?)?,
                    usage: Usage::from_row(row)?,
                    time_to_first_token: row.try_get::<Option<i64>, _>("ttft_us")?.map(duration).transpose()?,
                    duration: row.try_get::<Option<i64>, _>("duration_us")?.map(duration).transpose()?,
                    error_kind: error_kind(row.try_get("error_kind")?),
                    error_message: row.try_get("error_message")?,
                    config_version: row.try_get("config_version")?,
                    metadata: row.try_get::<Json<BTreeMap<String, String>>, _>("metadata")?.0,
                    created_at: time(row.try_get("created_at")?)?,
                    completed_at: row.try_get::<Option<i64>, _>("completed_at")?.map(time).transpose()?,
                    instance: row.try_get("instance")?,
                }))
            }
        }

        impl FromRow<'_, $row> for Read<AttemptRecord> {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                let mut usage = Usage::from_row(row)?;
                usage.rejected_cost = row.try_get("rejected_cost")?;
                Ok(Self(AttemptRecord {
                    id: AttemptId {
                        request: RequestId::from(row.try_get::<Uuid, _>("request_id")?),
                        number: number(row.try_get("attempt_no")?)?,
                    },
                    provider: provider(row.try_get("provider")?)?,
                    model: row.try_get("model")?,
                    upstream_id: row.try_get("upstream_id")?,
                    served_by: row.try_get("served_by")?,
                    status: named(row.try_get("status")?, AttemptStatus::from_name)?,
                    maybe_billed: row.try_get("maybe_billed")?,
                    usage,
                    error_kind: error_kind(row.try_get("error_kind")?),
                    error_message: row.try_get("error_message")?,
                    http_status: row.try_get::<Option<i64>, _>("http_status")?.map(fits).transpose()?,
                    wait_before: duration(row.try_get("wait_before_us")?)?,
                    started_at: time(row.try_get("started_at")?)?,
                    first_token_at: row.try_get::<Option<i64>, _>("first_token_at")?.map(time).transpose()?,
                    completed_at: row.try_get::<Option<i64>, _>("completed_at")?.map(time).transpose()?,
                    instance: row.try_get("instance")?,
                }))
            }
        }

        impl UsageColumns<$row> for Usage {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                let count = |column: &str| row.try_get::<Option<i64>, _>(column)?.map(fits).transpose();
                let mut usage = Self::new();
                usage.input_tokens = count("input_tokens")?;
                usage.output_tokens = count("output_tokens")?;
                usage.cached_tokens = count("cached_tokens")?;
                usage.cache_write_tokens = count("cache_write_tokens")?;
                usage.reasoning_tokens = count("reasoning_tokens")?;
                usage.cost = row.try_get::<Option<i64>, _>("cost")?.map(money).transpose()?;
                usage.cost_source = cost_source(row.try_get("cost_source")?)?;
                Ok(usage)
            }
        }
    )+};
}

/// The columns that both tables share.
trait UsageColumns<R>: Sized {
    fn from_row(row: &R) -> sqlx::Result<Self>;
}

read_from!(SqliteRow, PgRow);

fn wrong(what: impl std::fmt::Display) -> sqlx::Error {
    sqlx::Error::Decode(what.to_string().into())
}

fn named<T>(name: String, from_name: impl Fn(&str) -> Option<T>) -> sqlx::Result<T> {
    from_name(&name).ok_or_else(|| wrong(format_args!("the ledger holds the unknown status `{name}`")))
}

fn fits<T: TryFrom<i64, Error: std::fmt::Display>>(number: i64) -> sqlx::Result<T> {
    T::try_from(number).map_err(wrong)
}

fn number(number: i64) -> sqlx::Result<NonZeroU32> {
    u32::try_from(number)
        .ok()
        .and_then(NonZeroU32::new)
        .ok_or_else(|| wrong("an attempt's number is not one"))
}

fn money(picos: i64) -> sqlx::Result<Usd> {
    Usd::from_picos(picos).ok_or_else(|| wrong("the ledger holds a negative cost"))
}

fn duration(micros: i64) -> sqlx::Result<Duration> {
    fits(micros).map(Duration::from_micros)
}

fn time(micros: i64) -> sqlx::Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(wrong)
}

fn provider(name: String) -> sqlx::Result<ProviderName> {
    ProviderName::new(name).map_err(wrong)
}

fn operation(name: String) -> sqlx::Result<Operation> {
    let all = [Operation::Chat, Operation::Structured, Operation::Embed];
    named(name, |name| all.into_iter().find(|operation| operation.as_str() == name))
}

fn cost_source(name: String) -> sqlx::Result<CostSource> {
    use CostSource::{Catalogue, Estimate, Provider, Unknown};
    named(name, |name| [Provider, Catalogue, Estimate, Unknown].into_iter().find(|s| s.as_str() == name))
}

fn error_kind(name: Option<String>) -> Option<ErrorKind> {
    ErrorKind::ALL.iter().copied().find(|kind| Some(kind.as_str()) == name.as_deref())
}
