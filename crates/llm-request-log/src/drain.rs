//! Calls that are read to their end although their caller has gone.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{Instant, sleep_until, timeout},
};

use crate::AttemptStatus;

/// How many calls are read to their end although their caller has gone, and for how long.
#[derive(Debug)]
pub(crate) struct Drains {
    places: Arc<Semaphore>,
    /// How many places there are.
    most: u32,
    limit: Duration,
    /// Turns true when the service stops.
    cut: watch::Sender<bool>,
}

impl Drains {
    pub(crate) fn new(most: usize, limit: Duration) -> Self {
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        let places = usize::try_from(most).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self { places: Arc::new(Semaphore::new(places)), most, limit, cut: watch::Sender::new(false) }
    }

    /// A place for one more; `None` when all are taken, or when the service stops.
    pub(crate) fn begin(&self) -> Option<Drain> {
        let place = self.places.clone().try_acquire_owned().ok()?;
        Some(Drain { until: Instant::now() + self.limit, cut: self.cut.subscribe(), _place: place })
    }

    /// Waits for those under way, then cuts the rest. None begins any more.
    pub(crate) async fn stop(&self, limit: Duration) {
        let all = || self.places.clone().acquire_many_owned(self.most);
        // It fails only when this was done before: there is nothing to wait for then.
        let held = match timeout(limit, all()).await {
            Ok(held) => held,
            Err(_) => {
                self.cut.send_replace(true);
                all().await
            }
        };
        self.places.close();
        drop(held);
    }
}

/// One such call. Its place is free again when this is dropped, which must be after its end was handed over.
#[derive(Debug)]
pub(crate) struct Drain {
    until: Instant,
    cut: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
}

impl Drain {
    /// Resolves when it may not go on, with what that makes of the call.
    pub(crate) async fn over(&mut self) -> AttemptStatus {
        tokio::select! {
            () = sleep_until(self.until) => AttemptStatus::ClientClosed,
            // The sender lives as long as the ledger, which the attempt holds.
            _ = self.cut.wait_for(|cut| *cut) => AttemptStatus::Cancelled,
        }
    }
}
