//! Costs that come later, and the sums that they change.

use llm_core::{AttemptId, CostSource, Usage, Usd};
use sqlx::{PgConnection, SqliteConnection};
use uuid::Uuid;

use crate::{
    AttemptRecord,
    store::{self, Read, attempt_columns},
    totals::Totals,
};

/// Writes a cost, and whatever else is known now, on an attempt that has none.
const SETTLE: &str = "UPDATE llm_attempts SET maybe_billed = $3, cost = $4, cost_source = $5, \
    input_tokens = COALESCE($6, input_tokens), output_tokens = COALESCE($7, output_tokens), \
    cached_tokens = COALESCE($8, cached_tokens), cache_write_tokens = COALESCE($9, cache_write_tokens), \
    reasoning_tokens = COALESCE($10, reasoning_tokens), rev = rev + 1 \
    WHERE request_id = $1 AND attempt_no = $2 AND maybe_billed AND cost IS NULL AND completed_at IS NOT NULL";

/// Writes a request's sums. One that still runs gets them at its end.
const ADD_UP: &str = "UPDATE llm_requests SET attempts = $2, input_tokens = $3, output_tokens = $4, \
    cached_tokens = $5, cache_write_tokens = $6, reasoning_tokens = $7, cost = $8, cost_source = $9, rev = rev + 1 \
    WHERE id = $1 AND completed_at IS NOT NULL";

/// Reads the attempts of one request.
const ATTEMPTS: &str =
    concat!("SELECT ", attempt_columns!(), " FROM llm_attempts WHERE request_id = $1 ORDER BY attempt_no");

/// Defines both functions for one of the databases, whose common trait cannot say that it takes our columns.
macro_rules! settle_in {
    ($connection:ty, $settle:ident, $add_up:ident) => {
        /// Settles an attempt within the caller's transaction. Whether there was anything to settle.
        pub(crate) async fn $settle(
            connection: &mut $connection,
            id: AttemptId,
            usage: Option<&Usage>,
        ) -> sqlx::Result<bool> {
            let Some(settled) = Settled::of(usage) else { return Ok(false) };
            let request = id.request.as_uuid();
            let query = sqlx::query(SETTLE)
                .bind(request)
                .bind(i64::from(id.number.get()))
                .bind(settled.billed)
                .bind(settled.cost.picos())
                .bind(settled.source.as_str())
                .bind(store::tokens(settled.usage.input_tokens))
                .bind(store::tokens(settled.usage.output_tokens))
                .bind(store::tokens(settled.usage.cached_tokens))
                .bind(store::tokens(settled.usage.cache_write_tokens))
                .bind(store::tokens(settled.usage.reasoning_tokens));
            if query.execute(&mut *connection).await?.rows_affected() == 0 {
                return Ok(false);
            }
            $add_up(connection, request).await?;
            Ok(true)
        }

        /// Adds up a request's attempts anew within the caller's transaction.
        pub(crate) async fn $add_up(connection: &mut $connection, request: Uuid) -> sqlx::Result<()> {
            let attempts: Vec<Read<AttemptRecord>> =
                sqlx::query_as(ATTEMPTS).bind(request).fetch_all(&mut *connection).await?;
            let mut totals = Totals::default();
            attempts.iter().for_each(|Read(attempt)| totals.add(attempt));
            let usage = totals.usage();
            sqlx::query(ADD_UP)
                .bind(request)
                .bind(i64::from(totals.attempts()))
                .bind(store::tokens(usage.input_tokens))
                .bind(store::tokens(usage.output_tokens))
                .bind(store::tokens(usage.cached_tokens))
                .bind(store::tokens(usage.cache_write_tokens))
                .bind(store::tokens(usage.reasoning_tokens))
                .bind(usage.cost.map(Usd::picos))
                .bind(usage.cost_source.as_str())
                .execute(connection)
                .await?;
            Ok(())
        }
    };
}

settle_in!(SqliteConnection, in_sqlite, add_up_in_sqlite);
settle_in!(PgConnection, in_postgres, add_up_in_postgres);

/// What is known now.
struct Settled {
    billed: bool,
    cost: Usd,
    source: CostSource,
    usage: Usage,
}

impl Settled {
    /// `None` when the cost is still unknown.
    fn of(usage: Option<&Usage>) -> Option<Self> {
        match usage {
            Some(usage) => {
                let cost = usage.cost?;
                Some(Self {
                    billed: true,
                    cost,
                    source: usage.cost_source,
                    usage: crate::totals::counts(usage),
                })
            }
            None => Some(Self {
                billed: false,
                cost: Usd::ZERO,
                source: CostSource::Provider,
                usage: Usage::new(),
            }),
        }
    }
}
