//! Ids of requests and of attempts.

use std::{fmt, num::NonZeroU32, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The id of one accepted request: a UUIDv7, so that ids sort by time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(Uuid);

impl RequestId {
    /// A new id, from the clock and 74 random bits.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "each call gives another id; a default would hide that")]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// The id as a UUID.
    #[must_use]
    pub const fn as_uuid(&self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for RequestId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl FromStr for RequestId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The id of one upstream call: its request, and its number in it, from 1.
///
/// It goes to the provider as a header, so that the provider's ledger and ours can be compared call by call.
///
/// ```
/// use llm_core::{AttemptId, RequestId};
/// use std::num::NonZeroU32;
///
/// let id = AttemptId { request: RequestId::new(), number: NonZeroU32::MIN };
/// assert_eq!(id.to_string().parse::<AttemptId>(), Ok(id));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttemptId {
    /// The request.
    pub request: RequestId,
    /// The attempt's number in it, from 1.
    pub number: NonZeroU32,
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.request, self.number)
    }
}

/// A text that is no attempt's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the id of an attempt: `<request id>.<number>`")]
pub struct InvalidAttemptId;

impl FromStr for AttemptId {
    type Err = InvalidAttemptId;

    fn from_str(text: &str) -> Result<Self, InvalidAttemptId> {
        let (request, number) = text.rsplit_once('.').ok_or(InvalidAttemptId)?;
        Ok(Self {
            request: request.parse().map_err(|_| InvalidAttemptId)?,
            number: number.parse().map_err(|_| InvalidAttemptId)?,
        })
    }
}
