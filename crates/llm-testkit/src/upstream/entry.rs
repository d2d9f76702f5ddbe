//! One call's line in the ledger, while the call is open.

use std::sync::Arc;

use crate::{
    Billing, End,
    ledger::{Call, Ledger},
};

/// Writes one call's line. Dropped before the call has ended, it enters that the caller hung up.
#[derive(Debug)]
pub(crate) struct Entry {
    ledger: Arc<Ledger>,
    place: usize,
    pub(crate) number: u64,
    billing: Billing,
    ended: bool,
}

impl Entry {
    pub(crate) fn new(ledger: Arc<Ledger>, call: Call, billing: Billing) -> Self {
        let (place, number) = ledger.enter(call);
        Self { ledger, place, number, billing, ended: false }
    }

    /// Notes what the reply will be, before the first byte of it goes out.
    pub(crate) fn answered(&self, script: &crate::reply::Script) {
        self.ledger.tell(self.place, |call| {
            call.status = (!script.raw).then(|| script.status.as_u16());
            call.streamed = script.streamed;
            call.id.clone_from(&script.id);
            call.fault = script.fault;
            call.bill = script.bill;
        });
    }

    pub(crate) fn sent(&self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.ledger.update(self.place, |call| call.bytes_sent = call.bytes_sent.saturating_add(bytes));
    }

    pub(crate) fn delivered(&self, tokens: u64) {
        self.ledger.update(self.place, |call| call.delivered = tokens);
    }

    pub(crate) fn finished(&mut self) {
        self.end(End::Finished);
    }

    pub(crate) fn broken(&mut self) {
        self.end(End::Broken);
    }

    fn end(&mut self, end: End) {
        if !self.ended {
            self.ended = true;
            self.ledger.settle(self.place, end, self.billing);
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.end(End::HungUp);
    }
}
