//! One upstream call, from its intent to its end.

use std::{
    num::NonZeroU32,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use jiff::Timestamp;
use llm_core::{
    AttemptId, ChatEvent, ChatResponse, EmbedResponse, Error, ProviderName, Result, Stage, Usage,
};
use llm_provider::{AttemptObserver, CallContext, RetryWait};

use crate::{
    AttemptRecord, AttemptStatus,
    ledger::{Entry, Ledger, Ticket},
    tally::{RequestTally, text},
    totals::counts,
};

/// More tokens than any call has: a count above it is a vendor's slip, and is kept as unknown, so that no sum of
/// counts can overflow.
const ABSURD_TOKENS: u64 = 1_000_000_000_000;

/// Numbers the attempts that no request layer numbers. One count for all, so that no two of a request share a number.
static UNNUMBERED: AtomicU32 = AtomicU32::new(0);

fn unnumbered() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(UNNUMBERED.fetch_add(1, Relaxed))
}

/// One upstream call under way. However it ends, dropping this hands over its end.
#[derive(Debug)]
pub(crate) struct OpenAttempt {
    ledger: Ledger,
    tally: Option<Arc<RequestTally>>,
    progress: Arc<Progress>,
    /// `None` once its end was handed over, or when it was refused.
    open: Option<(Box<AttemptRecord>, Ticket)>,
    /// Whether the caller has gone: the call is then `client_closed`, whatever comes of it.
    abandoned: bool,
    /// Whether anything of an answer has come.
    answered: bool,
}

impl OpenAttempt {
    /// Writes down that the call is about to be made. Gives the context to make it with.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overloaded`](llm_core::ErrorKind) or `Unavailable` when it cannot be written down: it must not be
    /// made then.
    pub(crate) async fn begin(
        ledger: &Ledger,
        ctx: &CallContext,
        provider: &ProviderName,
        model: &str,
    ) -> Result<(CallContext, Self)> {
        let ticket = ledger.admit()?;
        let tally = ctx.extension::<RequestTally>();
        let (number, request) = match &tally {
            Some(tally) => tally.next(),
            None => (unnumbered(), None),
        };
        let id = AttemptId { request: ctx.request_id(), number };
        let record = AttemptRecord {
            id,
            provider: provider.clone(),
            model: text(model),
            upstream_id: None,
            served_by: None,
            status: AttemptStatus::Running,
            // If the process dies now, nobody can say how far the call came.
            maybe_billed: true,
            usage: Usage::new(),
            error_kind: None,
            error_message: None,
            http_status: None,
            wait_before: ctx.extension::<RetryWait>().map_or(Duration::ZERO, |wait| wait.0),
            started_at: Timestamp::now(),
            first_token_at: None,
            completed_at: None,
            instance: ledger.instance(),
        };
        let progress = Arc::new(Progress {
            ledger: ledger.clone(),
            id,
            sent: AtomicBool::new(false),
            upstream_id: Mutex::new(None),
        });
        let mut attempt = Self {
            ledger: ledger.clone(),
            tally,
            progress: progress.clone(),
            open: Some((Box::new(record.clone()), ticket)),
            abandoned: false,
            answered: false,
        };
        if let Err(refusal) = ledger.intent(request, Box::new(record)).await {
            attempt.open = None;
            if let Some(tally) = &attempt.tally {
                tally.refused();
            }
            return Err(refusal);
        }
        Ok((ctx.clone().with_attempt(id, progress), attempt))
    }

    /// The caller has gone.
    pub(crate) fn abandon(&mut self) {
        self.abandoned = true;
    }

    /// The vendor behind the provider, as far as it is known.
    pub(crate) fn served_by(&self) -> Option<&str> {
        self.open.as_ref().and_then(|(record, _)| record.served_by.as_deref())
    }

    /// Hears an event of the stream.
    pub(crate) fn hear(&mut self, event: &ChatEvent) {
        self.answered = true;
        let Some((record, _)) = &mut self.open else { return };
        match event {
            ChatEvent::Started(started) => {
                record.served_by = started.served_by.as_deref().map(text);
                if let Some(id) = &started.id {
                    self.progress.learn(id);
                }
            }
            ChatEvent::Usage(usage) => record.usage.update(usage.clone()),
            event if event.is_content() && record.first_token_at.is_none() => {
                record.first_token_at = Some(Timestamp::now());
            }
            _ => {}
        }
    }

    /// The stream ended well.
    pub(crate) fn finished(mut self) {
        self.end(AttemptStatus::Ok, true);
    }

    /// The call failed.
    pub(crate) fn failed(mut self, error: &Error) {
        if let Some((record, _)) = &mut self.open {
            record.usage.update(error.usage());
            record.error_kind = Some(error.kind());
            record.error_message = Some(text(error.message()));
            record.http_status = error.status();
        }
        if let Some(id) = error.upstream_id() {
            self.progress.learn(id);
        }
        // The stages in which the provider was at work, even where its error does not say so.
        let at_work = matches!(error.stage(), Stage::FirstToken | Stage::Idle | Stage::Truncated);
        self.end(AttemptStatus::of_error(error), error.maybe_billed() || at_work || self.answered);
    }

    /// A unary call ended.
    pub(crate) fn answered(mut self, outcome: Result<&ChatResponse, &Error>) {
        match outcome {
            Ok(response) => {
                self.take(response.id.as_deref(), response.served_by.as_deref(), &response.usage);
                self.finished();
            }
            Err(error) => self.failed(error),
        }
    }

    /// A call for embeddings ended.
    pub(crate) fn embedded(mut self, outcome: Result<&EmbedResponse, &Error>) {
        match outcome {
            Ok(response) => {
                self.take(response.id.as_deref(), None, &response.usage);
                self.finished();
            }
            Err(error) => self.failed(error),
        }
    }

    fn take(&mut self, id: Option<&str>, served_by: Option<&str>, usage: &Usage) {
        if let Some(id) = id {
            self.progress.learn(id);
        }
        let Some((record, _)) = &mut self.open else { return };
        record.served_by = served_by.map(text);
        record.usage = usage.clone();
        record.first_token_at = Some(Timestamp::now());
    }

    /// The call was cut short.
    pub(crate) fn cut(mut self, status: AttemptStatus) {
        let billed = self.was_sent();
        self.end(status, billed);
    }

    /// Whether the provider may be at work: the request was about to leave, or something came back.
    fn was_sent(&self) -> bool {
        self.progress.sent.load(Relaxed) || self.answered
    }

    /// Hands over the end.
    fn end(&mut self, status: AttemptStatus, billed: bool) {
        let Some((mut record, ticket)) = self.open.take() else { return };
        record.status = match status {
            AttemptStatus::Internal | AttemptStatus::Cancelled => status,
            _ if self.abandoned => AttemptStatus::ClientClosed,
            status => status,
        };
        record.upstream_id = self.progress.upstream_id().as_deref().map(text);
        record.usage = sane(&record.usage);
        // What has a cost was billed.
        record.maybe_billed = billed || record.usage.cost.is_some();
        record.completed_at = Some(Timestamp::now());
        if let Some(tally) = &self.tally {
            tally.add(&record);
        }
        self.ledger.hand_over(Entry::AttemptEnd { attempt: record, ticket });
    }
}

impl Drop for OpenAttempt {
    fn drop(&mut self) {
        let status = if thread::panicking() {
            AttemptStatus::Internal
        } else if self.ledger.state().is_closing() {
            AttemptStatus::Cancelled
        } else {
            AttemptStatus::ClientClosed
        };
        let billed = self.was_sent();
        self.end(status, billed);
    }
}

/// What of a usage can be true, and stands in a row.
fn sane(usage: &Usage) -> Usage {
    let mut sane = counts(usage);
    for count in [
        &mut sane.input_tokens,
        &mut sane.output_tokens,
        &mut sane.cached_tokens,
        &mut sane.cache_write_tokens,
        &mut sane.reasoning_tokens,
    ] {
        *count = count.filter(|count| *count <= ABSURD_TOKENS);
    }
    sane.rejected_cost = usage.rejected_cost.as_deref().map(text);
    sane
}

/// Hears how far the call has come.
#[derive(Debug)]
struct Progress {
    ledger: Ledger,
    id: AttemptId,
    sent: AtomicBool,
    upstream_id: Mutex<Option<String>>,
}

impl Progress {
    /// The id so far.
    fn upstream_id(&self) -> Option<String> {
        self.upstream_id.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps the id, the first that was told. Whether it is new.
    fn learn(&self, id: &str) -> bool {
        let mut known = self.upstream_id.lock().unwrap_or_else(PoisonError::into_inner);
        let new = known.is_none() && !id.is_empty();
        if new {
            *known = Some(text(id));
        }
        new
    }
}

impl AttemptObserver for Progress {
    /// The row needs no change: it says `maybe_billed` since the intent, so that no crash can come in between.
    fn sent(&self) {
        self.sent.store(true, Relaxed);
    }

    fn upstream_id(&self, id: &str) {
        if self.learn(id) {
            self.ledger.hand_over(Entry::UpstreamId { id: self.id, upstream_id: text(id) });
        }
    }
}
