//! The table from errors to classes.

use super::*;

fn class(stage: Stage, kind: ErrorKind, status: Option<u16>) -> &'static str {
    let error = Error::new(kind, "x").with_stage(stage);
    AttemptStatus::of_error(&match status {
        Some(status) => error.with_status(status),
        None => error,
    })
    .as_str()
}

#[test]
fn every_stage_has_its_class() {
    use ErrorKind::{Overloaded, Provider, RateLimited, Timeout, Unavailable};
    let table = [
        (Stage::Connect, Unavailable, None, "connect_error"),
        (Stage::Answer, RateLimited, Some(429), "rate_limited"),
        (Stage::Answer, Overloaded, Some(529), "upstream_5xx"),
        (Stage::Answer, Provider, Some(402), "rejected"),
        (Stage::Local, Unavailable, None, "rejected"),
        (Stage::FirstToken, Timeout, None, "timeout_first_token"),
        (Stage::Idle, Timeout, None, "idle_timeout"),
        (Stage::Deadline, Timeout, None, "cancelled"),
        (Stage::Midstream, Provider, Some(200), "failed_midstream"),
        (Stage::Truncated, Provider, None, "truncated"),
        (Stage::Protocol, Provider, None, "protocol_error"),
    ];
    for (stage, kind, status, expected) in table {
        assert_eq!(class(stage, kind, status), expected, "{stage:?} {kind:?} {status:?}");
    }
}

#[test]
fn every_name_leads_back() {
    for status in AttemptStatus::ALL {
        assert_eq!(AttemptStatus::from_name(status.as_str()), Some(*status));
    }
    for status in RequestStatus::ALL {
        assert_eq!(RequestStatus::from_name(status.as_str()), Some(*status));
    }
    assert_eq!(RequestStatus::from_name("no such status"), None);
}
