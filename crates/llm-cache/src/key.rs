//! Under which key an answer is kept.

use std::fmt;

use llm_core::ChatRequest;

use crate::canonical::Canonical;

/// The version of the canonical form: another form is another key for everything.
const VERSION: &[u8] = b"llm-cache 1";

/// Under which key an answer is kept: a BLAKE3 hash of whose request it is and all that it says.
///
/// Everything that a provider may see is part of it, fields that have no name here included, and also `user`,
/// `session_id` and `metadata`: a provider may route, remember or refuse by them, and an answer for one person shall
/// not reach another. Of the options, what the call is for and whether it is lenient are part of it; limits on time and
/// the cache's own are not. The order of keys does not matter, at any depth; the order of all else does. Two tenants
/// never share a key, nor does a call without a tenant share one with any.
///
/// Numbers count as they are written: `1` and `1.0` in an unnamed field make two keys, which costs a call and no more.
///
/// ```
/// use llm_cache::CacheKey;
/// use llm_core::ChatRequest;
///
/// let request = ChatRequest::new("gpt-4o").user("Why is the sky blue?");
/// assert_eq!(CacheKey::of(Some("acme"), &request), CacheKey::of(Some("acme"), &request.clone()));
/// assert_ne!(CacheKey::of(Some("acme"), &request), CacheKey::of(Some("apex"), &request));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CacheKey([u8; 32]);

impl CacheKey {
    /// The key of this tenant's request. `None` when it has none, so that it is never kept: it nests deeper than 128
    /// levels.
    #[must_use]
    pub fn of(tenant: Option<&str>, request: &ChatRequest) -> Option<Self> {
        let json = serde_json::to_vec(request).ok()?;
        let Canonical(said) = Canonical::of_object_without("options", &json).ok()?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(VERSION);
        // Each part has a fixed length, so that no two sets of parts make the same bytes.
        hasher.update(&[u8::from(tenant.is_some()), u8::from(request.options.lenient)]);
        hasher.update(blake3::hash(tenant.unwrap_or_default().as_bytes()).as_bytes());
        hasher.update(blake3::hash(request.options.operation.as_str().as_bytes()).as_bytes());
        hasher.update(said.as_bytes());
        Some(Self(hasher.finalize().into()))
    }

    /// Its bytes, for a store that is not in this process.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for CacheKey {
    /// In hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&blake3::Hash::from(self.0), f)
    }
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
