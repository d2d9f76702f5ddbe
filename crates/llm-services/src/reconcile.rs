//! Costs that nobody knew when the call ended.

use llm_core::{Error, ErrorKind, RequestId, Result, Usd};
use llm_provider::CallContext;
use llm_request_log::{AttemptRecord, RequestLog as _};

use crate::LlmService;

/// What came of asking providers for costs.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SettledCosts {
    /// How many calls have a cost now.
    pub settled: u64,
    /// What those cost together.
    pub cost: Usd,
    /// How many calls their providers have no record of, or none yet. They stay unknown: a record that is late would
    /// otherwise be lost.
    pub not_found: u64,
    /// How many calls broke off before their provider named them, so that it cannot be asked.
    pub without_id: u64,
    /// How many calls were made by providers that keep no records, or that are not here any more.
    pub cannot_be_asked: u64,
    /// Why others could not be asked for. They are asked for again the next time.
    pub failed: Vec<Error>,
}

/// What came of asking for one call.
enum Asked {
    Settled(Usd),
    NotFound,
    WithoutId,
    NoRecords,
}

impl LlmService {
    /// The request log.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotConfigured`] when the service was made without one.
    pub fn log(&self) -> Result<&llm_request_log::SqlxRequestLog> {
        self.request_log()
            .ok_or_else(|| Error::new(ErrorKind::NotConfigured, "the service was made without a request log"))
    }

    /// Asks providers for what calls cost that were cut before their cost was known, and writes it down.
    ///
    /// At most `limit` calls, the oldest first, one after the other. `progress` hears how many of how many are done.
    /// Dropping the future stops between two calls; what was settled stays so.
    ///
    /// # Errors
    ///
    /// The log's own. A provider's failure is in [`SettledCosts::failed`].
    pub async fn settle_unknown_costs(
        &self,
        limit: u32,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<SettledCosts> {
        let log = self.log()?;
        let open = log.unsettled(limit).await?;
        let all = u64::try_from(open.len()).unwrap_or(u64::MAX);
        let mut found = SettledCosts::default();
        for (done, attempt) in (0..).zip(&open) {
            progress(done, all);
            match self.ask(attempt).await {
                Ok(Asked::Settled(cost)) => {
                    found.settled += 1;
                    found.cost = [found.cost, cost].into_iter().sum();
                }
                Ok(Asked::NotFound) => found.not_found += 1,
                Ok(Asked::WithoutId) => found.without_id += 1,
                Ok(Asked::NoRecords) => found.cannot_be_asked += 1,
                Err(error) => found.failed.push(error),
            }
        }
        progress(all, all);
        Ok(found)
    }

    async fn ask(&self, attempt: &AttemptRecord) -> Result<Asked> {
        let Some(upstream_id) = &attempt.upstream_id else { return Ok(Asked::WithoutId) };
        let Some(provider) = self.provider(attempt.provider.as_str()) else { return Ok(Asked::NoRecords) };
        let ctx = CallContext::new(RequestId::new());
        let usage = match provider.look_up_call(&ctx, upstream_id).await {
            Ok(Some(usage)) => usage,
            Ok(None) => return Ok(Asked::NotFound),
            Err(error) if error.kind() == ErrorKind::Unsupported => return Ok(Asked::NoRecords),
            Err(error) => return Err(error),
        };
        let Some(cost) = usage.cost else { return Ok(Asked::NotFound) };
        self.log()?.settle(attempt.id, Some(usage)).await?;
        Ok(Asked::Settled(cost))
    }
}
