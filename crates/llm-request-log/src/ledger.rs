//! The side of the ledger that is written.

mod entry;
mod instance;
mod recovery;
mod state;
mod writer;

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use llm_core::{AttemptId, Error, ErrorKind, Result, Usage};
use tokio::{
    runtime::Handle,
    sync::{Semaphore, mpsc, oneshot},
};
use uuid::Uuid;

use self::writer::Writer;
pub(crate) use self::{
    entry::{Entry, Ticket},
    instance::{Dead, Instance},
    state::{State, refuse},
};
use crate::{AttemptRecord, LedgerConfig, RequestRecord, drain::Drains, store};

/// The side of the ledger that is written: one task writes, everyone else hands it entries. Cheap to clone.
///
/// The writer ends when the last handle is gone and everything is written.
#[derive(Clone, Debug)]
pub(crate) struct Ledger(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    queue: mpsc::UnboundedSender<Entry>,
    tickets: Arc<Semaphore>,
    state: Arc<State>,
    drains: Drains,
    instance: Uuid,
    config_version: Option<Arc<str>>,
    runtime: Handle,
}

impl Ledger {
    /// Opens the file, puts right what dead processes left behind, and starts the writer.
    pub(crate) async fn open(
        file: &store::SqliteFile,
        config: &LedgerConfig,
        spool_cap: Option<u64>,
    ) -> Result<Self> {
        let folder = file.instances();
        let (instance, opening) = begin(folder.clone()).await?;
        let mut connection = file.writer().await?;
        store::migrate_sqlite(&mut connection).await?;
        recovery::run(&mut connection, folder.as_deref(), instance.id()).await?;
        drop(opening);
        let state = Arc::new(State::new(spool_cap));
        if spool_cap.is_some() {
            let used = store::used_bytes(&mut connection).await;
            state.spool_holds(used.map_err(store::unavailable("the spool cannot be read"))?);
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "an end is handed over where nothing can wait, in a drop; tickets bound how many can be on the way"
        )]
        let (queue, entries) = mpsc::unbounded_channel();
        let id = instance.id();
        let writer = Writer {
            connection,
            queue: entries,
            state: state.clone(),
            max_batch: config.max_batch,
            instance,
        };
        tokio::spawn(writer.run());
        Ok(Self(Arc::new(Inner {
            queue,
            tickets: Arc::new(Semaphore::new(config.max_open.min(Semaphore::MAX_PERMITS))),
            state,
            drains: Drains::new(config.max_drains, config.drain_for),
            instance: id,
            config_version: config.config_version.clone(),
            runtime: Handle::current(),
        })))
    }

    /// A place for one more request or call.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Overloaded`] or [`ErrorKind::Unavailable`] when it could not be written down. Nothing was spent.
    pub(crate) fn admit(&self) -> Result<Ticket> {
        self.0.state.admits()?;
        self.0.tickets.clone().try_acquire_owned().map_err(|_| {
            refuse(
                ErrorKind::Overloaded,
                "too many calls are open for the request log; no further call is made",
            )
        })
    }

    /// Writes down that a call is about to be made. When it returns, that survives the death of the process.
    pub(crate) async fn intent(
        &self,
        request: Option<Box<RequestRecord>>,
        attempt: Box<AttemptRecord>,
    ) -> Result<()> {
        let (done, written) = oneshot::channel();
        self.hand_over(Entry::Intent { request, attempt, done });
        written.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Writes down what a call cost, see [`RequestLog::settle`](crate::RequestLog::settle).
    pub(crate) async fn settle(&self, id: AttemptId, usage: Option<Usage>) -> Result<bool> {
        let (done, written) = oneshot::channel();
        self.hand_over(Entry::Settle { id, usage, done });
        written.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Resolves when everything that was handed over before is written.
    pub(crate) async fn barrier(&self) {
        let (done, written) = oneshot::channel();
        self.hand_over(Entry::Barrier(done));
        let _ = written.await;
    }

    /// Hands over an entry. Never waits and never fails; see [`Entry`] for who hears what became of it.
    pub(crate) fn hand_over(&self, entry: Entry) {
        if self.0.queue.send(entry).is_err() {
            tracing::error!("the request log's writer is gone; the next start will find what was open");
        }
    }

    /// Whether calls can be expected to be written down.
    pub(crate) fn is_well(&self) -> bool {
        self.0.state.is_well() && !self.0.queue.is_closed()
    }

    /// A way to the writer that does not keep it alive.
    pub(crate) fn weak_queue(&self) -> mpsc::WeakUnboundedSender<Entry> {
        self.0.queue.downgrade()
    }

    pub(crate) fn state(&self) -> &Arc<State> {
        &self.0.state
    }

    pub(crate) fn drains(&self) -> &Drains {
        &self.0.drains
    }

    pub(crate) fn instance(&self) -> Uuid {
        self.0.instance
    }

    pub(crate) fn config_version(&self) -> Option<&str> {
        self.0.config_version.as_deref()
    }

    /// Where tasks run that outlive the call that they belong to.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.0.runtime
    }

    /// Refuses new calls, gives abandoned ones half of the time to end, and writes what was handed over.
    pub(crate) async fn close(&self, limit: Duration) {
        self.0.state.close();
        let until = tokio::time::Instant::now() + limit;
        self.0.drains.stop(limit / 2).await;
        if tokio::time::timeout_at(until, self.barrier()).await.is_err() {
            tracing::error!(
                "the request log could not be written in time; the next start will find what was open"
            );
        }
    }
}

/// Says that this process uses the file. The second lock keeps others from opening it at the same moment.
async fn begin(folder: Option<PathBuf>) -> Result<(Instance, Option<std::fs::File>)> {
    let place = folder.as_ref().map(|folder| folder.display().to_string()).unwrap_or_default();
    let begin = move || -> io::Result<_> {
        let instance = Instance::begin(folder.as_deref())?;
        let opening = folder.map(|folder| -> io::Result<_> {
            let file = std::fs::File::create(folder.join("opening"))?;
            file.lock()?;
            Ok(file)
        });
        Ok((instance, opening.transpose()?))
    };
    let outcome = tokio::task::spawn_blocking(begin).await;
    outcome.unwrap_or_else(|panic| Err(io::Error::other(panic))).map_err(|error| {
        let message = format!(
            "the folder `{place}`, which says who uses the request log, cannot be written; does the folder above exist?"
        );
        Error::new(ErrorKind::Unavailable, message).with_source(error)
    })
}

fn stopped() -> Error {
    refuse(ErrorKind::Unavailable, "the request log has stopped; no call is made")
}
