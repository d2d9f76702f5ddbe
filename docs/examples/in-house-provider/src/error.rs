//! One table: status and code to kind.

use std::time::SystemTime;

use llm_core::{Error, ErrorKind, Stage};
use llm_http::{Response, classify_status, excerpt, retry_after};

use crate::wire::{Fault, Line};

/// The longest piece of Quill's words that is kept for the log, in bytes.
const LONGEST_DETAIL: usize = 500;

/// The error of an answer whose status is one.
pub(crate) async fn of_response(response: Response) -> Error {
    let status = response.status().as_u16();
    let wait = retry_after(response.headers(), SystemTime::now());
    let body = response.error_bytes().await;
    let fault = serde_json::from_slice::<Line>(&body).ok().and_then(|line| line.fault);
    let detail = match &fault {
        Some(fault) => fault.why.clone(),
        None => excerpt(&body, LONGEST_DETAIL),
    };
    let error = of_code(status, fault.as_ref().map_or("", |fault| &fault.code))
        .with_status(status)
        .with_stage(Stage::Answer)
        .with_detail(excerpt(detail.as_bytes(), LONGEST_DETAIL));
    match wait {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

/// The error of a fault inside an answer that had begun well.
pub(crate) fn of_fault(fault: &Fault) -> Error {
    of_code(500, &fault.code)
        .with_stage(Stage::Midstream)
        .with_code(fault.code.clone())
        .with_detail(excerpt(fault.why.as_bytes(), LONGEST_DETAIL))
        .with_maybe_billed(true)
}

fn of_code(status: u16, code: &str) -> Error {
    let (kind, message) = match code {
        "busy" => (ErrorKind::Overloaded, "Quill has too much to do"),
        "too_long" => (ErrorKind::ContextLength, "the conversation is longer than the model can read"),
        "no_model" => (ErrorKind::ModelNotFound, "Quill has no such model"),
        _ => (classify_status(status), "Quill answered with an error"),
    };
    Error::new(kind, message)
}
