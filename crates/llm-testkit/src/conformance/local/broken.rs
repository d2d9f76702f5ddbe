//! Models that go wrong.

use llm_core::{ErrorKind, Stage};

use super::LocalSubject;
use crate::conformance::{
    Outcome,
    checks::{BROKEN, check, one_of, same, stage},
};

/// An answer that breaks off is `StreamInterrupted`, with the part that there is.
pub async fn a_cut_answer_is_no_answer(subject: &LocalSubject) -> Outcome {
    let Some(model) = subject.models.cut else { return Ok(()) };
    let error = subject.attempt(model).failure(false).await?;
    one_of(&error, &[ErrorKind::StreamInterrupted])?;
    stage(&error, &[Stage::Truncated])?;
    check(error.maybe_billed(), "an answer that had begun may be billed, and the error does not say so")?;
    check(error.partial().is_some_and(|partial| !partial.text.is_empty()), "the part that came is lost")
}

/// A stream that breaks off gives what there is, then `StreamInterrupted`.
pub async fn a_cut_stream_is_interrupted(subject: &LocalSubject) -> Outcome {
    let Some(model) = subject.models.cut else { return Ok(()) };
    let heard = subject.attempt(model).stream().await?;
    let error = heard.error.as_ref().ok_or("a part of an answer was given as a whole one")?;
    one_of(error, &[ErrorKind::StreamInterrupted])?;
    stage(error, &[Stage::Truncated])?;
    check(error.maybe_billed(), "an answer that had begun may be billed, and the error does not say so")?;
    let text = heard.text();
    check(!text.is_empty(), "the part that came is lost")?;
    error.partial().map_or(Ok(()), |partial| same("the error's part", &partial.text, &text))
}

/// A call too many is `RateLimited`, with the wait.
pub async fn a_rate_limit_is_told_with_its_wait(subject: &LocalSubject) -> Outcome {
    let Some(model) = subject.models.rate_limited else { return Ok(()) };
    for streamed in [false, true] {
        let error = subject.attempt(model).failure(streamed).await?;
        one_of(&error, &[ErrorKind::RateLimited])?;
        check(error.is_retryable(), "a rate limit passes: the call may be made again")?;
        check(error.retry_after().is_some_and(|wait| !wait.is_zero()), "the wait is lost")?;
    }
    Ok(())
}

/// A model that is broken may be tried again.
pub async fn a_broken_model_is_told(subject: &LocalSubject) -> Outcome {
    let Some(model) = subject.models.broken else { return Ok(()) };
    for streamed in [false, true] {
        let error = subject.attempt(model).failure(streamed).await?;
        one_of(&error, BROKEN)?;
        check(error.is_retryable(), "a broken model may be tried again")?;
    }
    Ok(())
}

/// A model that there is not is `ModelNotFound`: trying again does not help, and nothing can be billed.
pub async fn an_unknown_model_is_not_found(subject: &LocalSubject) -> Outcome {
    let Some(model) = subject.models.unknown else { return Ok(()) };
    for streamed in [false, true] {
        let error = subject.attempt(model).failure(streamed).await?;
        one_of(&error, &[ErrorKind::ModelNotFound])?;
        check(!error.is_retryable(), "a model that there is not will not be there next time")?;
        check(!error.maybe_billed(), "nothing was done, and the error says that it may be billed")?;
    }
    Ok(())
}

/// Whoever reads an error can tell whose it is.
pub async fn errors_name_their_provider(subject: &LocalSubject) -> Outcome {
    for model in subject.failing() {
        for streamed in [false, true] {
            let attempt = subject.attempt(model);
            let error = attempt.failure(streamed).await?;
            same("the error's provider", &error.provider(), &Some(attempt.provider.name()))?;
        }
    }
    Ok(())
}
