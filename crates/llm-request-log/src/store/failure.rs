//! From failures of a database to errors of ours.

use llm_core::{Error, ErrorKind};

/// The database did not do what it was asked. Its words may hold an address, so they are for the log alone.
pub(crate) fn unavailable(what: &'static str) -> impl Fn(sqlx::Error) -> Error {
    move |error| match error {
        sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_) => {
            Error::new(ErrorKind::Internal, "the request log holds a row that cannot be read")
                .with_source(error)
        }
        error => Error::new(ErrorKind::Unavailable, what).with_retryable(false).with_source(error),
    }
}
