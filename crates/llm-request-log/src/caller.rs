//! What the edge knows about a caller and the request does not say.

use std::sync::Arc;

/// The id of the API key that a call came with: an extension of the [`CallContext`](llm_provider::CallContext).
///
/// It is the key's public id, never the key.
///
/// ```
/// use std::sync::Arc;
/// use llm_core::RequestId;
/// use llm_provider::CallContext;
/// use llm_request_log::KeyId;
///
/// let ctx = CallContext::new(RequestId::new()).with_extension(Arc::new(KeyId("key-7".into())));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyId(pub Arc<str>);
