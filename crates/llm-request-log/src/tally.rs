//! What a request and its attempts know of each other.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use llm_core::{Error, Operation, ProviderName, Result, Usage};
use llm_provider::CallContext;

use crate::{
    AttemptRecord, KeyId, RequestRecord, RequestStatus,
    ledger::{Entry, Ledger, Ticket},
    totals::Totals,
};

/// What a request and its attempts know of each other: an extension of the context between their two layers.
///
/// The request's end is handed over when the last holder is gone. Whoever could still make an attempt holds it, and so
/// does every attempt that is still read to its end; thus the sum that is written is the sum of all.
#[derive(Debug)]
pub(crate) struct RequestTally {
    ledger: Ledger,
    began: Instant,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    record: RequestRecord,
    ticket: Option<Ticket>,
    /// Whether the request's row was handed over, with an attempt.
    announced: bool,
    attempts: u32,
    totals: Totals,
    /// Provider and model of the last attempt.
    last: Option<(ProviderName, String)>,
}

/// What a request says about itself.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) model: String,
    pub(crate) user: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) operation: Operation,
    pub(crate) streamed: bool,
}

impl RequestTally {
    /// Begins a request.
    ///
    /// # Errors
    ///
    /// As [`Ledger::admit`].
    pub(crate) fn begin(ledger: &Ledger, ctx: &CallContext, asked: Asked) -> Result<Arc<Self>> {
        let ticket = ledger.admit()?;
        let record = RequestRecord {
            id: ctx.request_id(),
            tenant: ctx.tenant().map(text),
            user: asked.user.as_deref().map(text),
            key: ctx.extension::<KeyId>().map(|key| text(&key.0)),
            requested_model: text(&asked.model),
            served_model: None,
            provider: None,
            operation: asked.operation,
            status: RequestStatus::Running,
            streamed: asked.streamed,
            cached: false,
            attempts: 0,
            usage: Usage::new(),
            time_to_first_token: None,
            duration: None,
            error_kind: None,
            error_message: None,
            config_version: ledger.config_version().map(str::to_owned),
            metadata: asked
                .metadata
                .iter()
                .take(MOST_PAIRS)
                .map(|(name, value)| (text(name), text(value)))
                .collect(),
            created_at: Timestamp::now(),
            completed_at: None,
            instance: ledger.instance(),
        };
        let inner = Inner {
            record,
            ticket: Some(ticket),
            announced: false,
            attempts: 0,
            totals: Totals::default(),
            last: None,
        };
        Ok(Arc::new(Self { ledger: ledger.clone(), began: Instant::now(), inner: Mutex::new(inner) }))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next attempt's number, and the request's row if nobody handed it over yet.
    pub(crate) fn next(&self) -> (NonZeroU32, Option<Box<RequestRecord>>) {
        let mut inner = self.inner();
        inner.attempts = inner.attempts.saturating_add(1);
        let number = NonZeroU32::new(inner.attempts).unwrap_or(NonZeroU32::MIN);
        let announce = !std::mem::replace(&mut inner.announced, true);
        (number, announce.then(|| Box::new(inner.record.clone())))
    }

    /// An attempt was refused before it was made, and perhaps the request's row with it.
    pub(crate) fn refused(&self) {
        self.inner().announced = false;
    }

    /// An attempt has ended.
    pub(crate) fn add(&self, attempt: &AttemptRecord) {
        let mut inner = self.inner();
        inner.totals.add(attempt);
        inner.last = Some((attempt.provider.clone(), attempt.model.clone()));
    }

    /// How long the request runs.
    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// The caller's side has ended. The first word counts.
    pub(crate) fn end(&self, status: RequestStatus, end: End, error: Option<&Error>) {
        let elapsed = self.elapsed();
        let mut inner = self.inner();
        let record = &mut inner.record;
        if record.status != RequestStatus::Running {
            return;
        }
        record.status = status;
        record.duration = Some(elapsed);
        record.time_to_first_token = end.first_token;
        record.cached = end.cached;
        record.served_model = end.model.filter(|model| !model.is_empty()).map(|model| text(&model));
        record.provider = end.provider;
        record.error_kind = error.map(Error::kind);
        record.error_message = error.map(|error| text(error.message()));
    }
}

/// What the caller's side saw of the answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct End {
    pub(crate) model: Option<String>,
    pub(crate) provider: Option<ProviderName>,
    pub(crate) cached: bool,
    pub(crate) first_token: Option<Duration>,
}

impl Drop for RequestTally {
    fn drop(&mut self) {
        let inner = self.inner.get_mut().unwrap_or_else(PoisonError::into_inner);
        let Some(ticket) = inner.ticket.take() else { return };
        let mut request = Box::new(inner.record.clone());
        let (provider, model) = inner.last.take().unzip();
        request.provider = request.provider.or(provider);
        request.served_model = request.served_model.or(model);
        request.attempts = inner.totals.attempts();
        request.usage = inner.totals.usage();
        request.completed_at = Some(Timestamp::now());
        self.ledger.hand_over(Entry::RequestEnd { request, ticket });
    }
}

/// The most pairs of metadata that the ledger keeps: twice what vendors take.
const MOST_PAIRS: usize = 32;
/// The most bytes of a text that the ledger keeps.
const LONGEST_TEXT: usize = 1024;

/// A text as both databases take it: PostgreSQL takes no NUL, and nobody reads more than a kibibyte in a row.
pub(crate) fn text(text: &str) -> String {
    let end = text.floor_char_boundary(LONGEST_TEXT);
    text[..end].replace('\0', "\u{fffd}")
}
