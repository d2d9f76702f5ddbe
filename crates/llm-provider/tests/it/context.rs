//! `CallContext`.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::{Arc, Mutex};

use llm_core::{AttemptId, RequestId};
use llm_provider::{AttemptObserver, CallContext};

#[derive(Debug, Default)]
struct Heard(Mutex<Vec<String>>);

impl AttemptObserver for Heard {
    fn sent(&self) {
        self.0.lock().unwrap().push("sent".into());
    }

    fn upstream_id(&self, id: &str) {
        self.0.lock().unwrap().push(id.into());
    }
}

#[test]
fn an_observer_hears_its_own_attempt_only() {
    let outer = CallContext::new(RequestId::new());
    let heard = Arc::new(Heard::default());
    let id = AttemptId { request: outer.request_id(), number: std::num::NonZeroU32::MIN };
    let inner = outer.clone().with_attempt(id, heard.clone());
    outer.sent();
    inner.sent();
    inner.upstream_id("gen-1");
    assert_eq!(*heard.0.lock().unwrap(), ["sent", "gen-1"]);
    assert_eq!((outer.attempt_id(), inner.attempt_id()), (None, Some(id)));
}

#[test]
fn extensions_are_found_by_type_and_do_not_leak_outwards() {
    let outer = CallContext::new(RequestId::new());
    let inner = outer.clone().with_extension(Arc::new(7_u32)).with_extension(Arc::new("seven"));
    assert_eq!(inner.extension::<u32>().as_deref(), Some(&7));
    assert_eq!(inner.extension::<&str>().as_deref(), Some(&"seven"));
    assert_eq!(outer.extension::<u32>(), None);
}
