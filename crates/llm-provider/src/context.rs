//! What travels with a call beside its request.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    sync::Arc,
    time::Duration,
};

use llm_core::{AttemptId, RequestId};
use tokio::time::Instant;

/// What travels with a call beside its request: who calls, until when, under which id.
///
/// Cheap to clone; a change makes a new one, so that no layer sees what a layer further in has set.
#[derive(Clone)]
pub struct CallContext(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    request_id: RequestId,
    tenant: Option<Arc<str>>,
    deadline: Option<Instant>,
    attempt: Option<(AttemptId, Arc<dyn AttemptObserver>)>,
    extensions: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
}

/// Hears from a provider how far an upstream call has come, while it is under way.
///
/// What it is told must be true even if the process dies in the next moment: a ledger can then tell a call that was
/// never sent from one that may be billed, and can ask the provider for the cost of one that was cut.
pub trait AttemptObserver: fmt::Debug + Send + Sync {
    /// The request is about to leave: from now on the provider may do the work.
    fn sent(&self);
    /// The provider gave the call this id.
    fn upstream_id(&self, id: &str);
}

impl CallContext {
    /// A call under this id, with no caller and no deadline.
    #[must_use]
    pub fn new(request_id: RequestId) -> Self {
        Self(Arc::new(Inner {
            request_id,
            tenant: None,
            deadline: None,
            attempt: None,
            extensions: HashMap::new(),
        }))
    }

    fn set(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Sets whose call it is. Caches, quotas and logs keep tenants apart by it.
    #[must_use]
    pub fn with_tenant(self, tenant: impl Into<Arc<str>>) -> Self {
        self.set(|inner| inner.tenant = Some(tenant.into()))
    }

    /// Sets the moment after which nobody waits for the answer.
    #[must_use]
    pub fn with_deadline(self, deadline: Instant) -> Self {
        self.set(|inner| inner.deadline = Some(deadline))
    }

    /// Makes this one upstream call of the request, under its own id, heard by `observer`.
    #[must_use]
    pub fn with_attempt(self, id: AttemptId, observer: Arc<dyn AttemptObserver>) -> Self {
        self.set(|inner| inner.attempt = Some((id, observer)))
    }

    /// Adds a value of a layer's own, in the place of an earlier one of the same type.
    #[must_use]
    pub fn with_extension<T: Any + Send + Sync>(self, value: Arc<T>) -> Self {
        self.set(|inner| {
            inner.extensions.insert(TypeId::of::<T>(), value);
        })
    }

    /// The request's id.
    #[must_use]
    pub fn request_id(&self) -> RequestId {
        self.0.request_id
    }

    /// Whose call it is.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.0.tenant.as_deref()
    }

    /// The moment after which nobody waits for the answer.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.0.deadline
    }

    /// The time left until the deadline, zero when it has passed, `None` when there is none.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        self.0.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// The upstream call's id, when a ledger stands around it.
    #[must_use]
    pub fn attempt_id(&self) -> Option<AttemptId> {
        self.0.attempt.as_ref().map(|(id, _)| *id)
    }

    /// Says that the request is about to leave. A provider calls it right before its first byte may go out.
    pub fn sent(&self) {
        if let Some((_, observer)) = &self.0.attempt {
            observer.sent();
        }
    }

    /// Says which id the provider gave the call. A provider calls it as soon as it knows: from a response header
    /// rather than from the end of the body.
    pub fn upstream_id(&self, id: &str) {
        if let Some((_, observer)) = &self.0.attempt {
            observer.upstream_id(id);
        }
    }

    /// A layer's own value.
    #[must_use]
    pub fn extension<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.0.extensions.get(&TypeId::of::<T>()).cloned().and_then(|value| value.downcast().ok())
    }
}

impl fmt::Debug for CallContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallContext")
            .field("request_id", &self.0.request_id)
            .field("tenant", &self.0.tenant)
            .field("time_left", &self.time_left())
            .field("attempt", &self.attempt_id().map(|id| id.number))
            .finish_non_exhaustive()
    }
}
