//! The generic table, row by row.

use super::*;

#[test]
fn each_status_has_its_kind() {
    for (kind, statuses) in [
        (ErrorKind::InvalidRequest, &[400, 405, 409, 412, 413, 415, 422, 431][..]),
        (ErrorKind::Authentication, &[401]),
        (ErrorKind::InsufficientCredits, &[402]),
        (ErrorKind::PermissionDenied, &[403]),
        (ErrorKind::ModelNotFound, &[404]),
        (ErrorKind::Timeout, &[408, 504, 524]),
        (ErrorKind::RateLimited, &[429]),
        (ErrorKind::Unavailable, &[502, 503, 521, 522, 523]),
        (ErrorKind::Overloaded, &[529]),
        (ErrorKind::Provider, &[500, 501, 520, 599]),
        (ErrorKind::InvalidResponse, &[0, 101, 200, 304, 307, 600, u16::MAX]),
    ] {
        for &status in statuses {
            assert_eq!(classify_status(status), kind, "{status}");
        }
    }
}

#[test]
fn what_is_worth_another_try_is_retryable_and_nothing_else_is() {
    let retryable: Vec<u16> = (400..600).filter(|&status| classify_status(status).is_retryable()).collect();
    let expected: Vec<u16> = [408, 429].into_iter().chain(500..600).collect();
    assert_eq!(retryable, expected);
}
