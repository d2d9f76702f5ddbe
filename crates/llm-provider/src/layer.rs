//! What stands around a provider.

use std::{fmt::Debug, sync::Arc};

use crate::Provider;

/// A provider that many hold.
pub type SharedProvider = Arc<dyn Provider>;

/// Something that stands around a provider: a retry, a log, a cache.
///
/// The docs of a layer answer three questions: what it does with streams, what happens when the caller drops the
/// call, and what breaks if it stands elsewhere in the order. The provider that it makes forwards *every* method;
/// `#[deny(clippy::missing_trait_methods)]` on its `impl` keeps it from forgetting one.
pub trait Layer: Debug + Send + Sync + 'static {
    /// Puts this layer around `inner`.
    fn layer(&self, inner: SharedProvider) -> SharedProvider;
}
