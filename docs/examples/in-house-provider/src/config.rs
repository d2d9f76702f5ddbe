//! Where the models are, and how we are known there.

use llm_core::Result;
use secrecy::SecretString;
use url::Url;

/// Where the models are, and how we are known there.
#[derive(Clone, Debug)]
pub struct InHouseConfig {
    pub(crate) base_url: Url,
    pub(crate) key: SecretString,
}

impl InHouseConfig {
    /// An address such as `http://models.internal/v1`, and the key of this application.
    ///
    /// # Errors
    ///
    /// `InvalidRequest` when the address is none.
    pub fn new(base_url: &str, key: impl Into<String>) -> Result<Self> {
        Ok(Self { base_url: llm_http::base_url(base_url)?, key: SecretString::from(key.into()) })
    }
}
