//! Hears what a provider says of its call.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use llm_provider::AttemptObserver;

#[derive(Debug, Default)]
pub(super) struct Observer {
    sent: AtomicUsize,
    ids: Mutex<Vec<String>>,
}

impl Observer {
    /// How often it was told that the request leaves.
    pub(super) fn times_sent(&self) -> usize {
        self.sent.load(Ordering::Acquire)
    }

    /// The ids that it was told.
    pub(super) fn ids(&self) -> Vec<String> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl AttemptObserver for Observer {
    fn sent(&self) {
        self.sent.fetch_add(1, Ordering::AcqRel);
    }

    fn upstream_id(&self, id: &str) {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).push(id.to_owned());
    }
}
