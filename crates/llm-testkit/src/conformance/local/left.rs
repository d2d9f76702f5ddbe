//! Callers that go away: the next one must not notice.

use futures_util::{FutureExt as _, StreamExt as _};

use super::{LocalSubject, attempt_at};
use crate::conformance::{Outcome, attempt::Attempt};

/// A stream can be dropped half-way; the same provider then answers the next call.
pub async fn a_dropped_stream_is_harmless(subject: &LocalSubject) -> Outcome {
    let left = subject.attempt(subject.models.whole);
    let mut stream = left.begin().await.map_err(|error| error.report())?;
    while let Some(item) = stream.next().await {
        if item.map_err(|error| error.report())?.is_content() {
            break;
        }
    }
    drop(stream);
    answers_the_next(&left).await
}

/// A call can be dropped as soon as it has begun.
pub async fn a_dropped_call_is_harmless(subject: &LocalSubject) -> Outcome {
    for streamed in [false, true] {
        let left = subject.attempt(subject.models.whole);
        // Polled once. A provider that never waits is done by then, and has nothing to leave behind.
        if let Some(ended) = left.answer(streamed).now_or_never() {
            ended?;
        }
        answers_the_next(&left).await?;
    }
    Ok(())
}

async fn answers_the_next(left: &Attempt) -> Outcome {
    for streamed in [false, true] {
        attempt_at(left.provider.clone(), &left.request.model)
            .answer(streamed)
            .await
            .map_err(|wrong| format!("after a caller went away: {wrong}"))?;
    }
    Ok(())
}
