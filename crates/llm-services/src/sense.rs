//! Requests without sense are refused before anything is spent on them.

use llm_core::{ChatRequest, Error, ErrorKind, Result};

/// Checks what no provider could make sense of.
///
/// Ranges are the vendors' own: they differ, and change.
pub(crate) fn check(request: &ChatRequest) -> Result<()> {
    if request.messages.is_empty() {
        return Err(refusal("the request has no messages; it needs one at least"));
    }
    let numbers = [
        ("temperature", request.temperature),
        ("top_p", request.top_p),
        ("min_p", request.min_p),
        ("top_a", request.top_a),
        ("frequency_penalty", request.frequency_penalty),
        ("presence_penalty", request.presence_penalty),
        ("repetition_penalty", request.repetition_penalty),
    ];
    for (name, value) in numbers {
        // JSON has no such numbers: they would be sent as `null`, which asks for something else.
        if value.is_some_and(|value| !value.is_finite()) {
            return Err(refusal(format!("`{name}` is not a finite number")));
        }
    }
    if request.max_output_tokens == Some(0) {
        return Err(refusal("`max_output_tokens` is 0; ask for at least one token"));
    }
    if request.n == Some(0) {
        return Err(refusal("`n` is 0; ask for at least one answer"));
    }
    Ok(())
}

fn refusal(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidRequest, message)
}
