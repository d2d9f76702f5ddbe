//! How everything is.

use std::collections::BTreeMap;

use llm_core::{ErrorKind, ProviderName, Result};
use llm_provider::{Health, HealthStatus};
use serde::{Deserialize, Serialize};

/// How the service and what it stands on are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ServiceHealth {
    /// Whether calls are accepted: the ledger has room for them.
    pub accepts_calls: bool,
    /// Each provider, by its name.
    pub providers: BTreeMap<ProviderName, Health>,
}

/// What an outcome of a look says.
pub(crate) fn of(outcome: Result<Health>) -> Health {
    match outcome {
        Ok(health) => health,
        // It has no way to look, which says nothing against it.
        Err(error) if error.kind() == ErrorKind::Unsupported => Health::default(),
        Err(error) => Health::new(HealthStatus::Down).with_message(error.to_string()),
    }
}
