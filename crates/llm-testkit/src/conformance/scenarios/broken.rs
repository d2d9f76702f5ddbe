//! Answers that are none: cut, empty, half, garbage, errors in a good status.

use llm_core::{ErrorKind, Stage};

use crate::{
    DeadPort, Reply, Upstream,
    conformance::{
        Outcome, Subject, TEXT,
        checks::{BROKEN, Heard, check, one_of, stage},
        scene::Scene,
    },
};

/// What an answer that cannot be understood may be called.
const UNREADABLE: &[ErrorKind] = &[ErrorKind::InvalidResponse, ErrorKind::StreamInterrupted];

/// A stream whose connection is closed before its end gives what came, then `StreamInterrupted`.
pub async fn a_cut_stream_is_interrupted(subject: &Subject) -> Outcome {
    interrupted(subject, subject.replies.stream_of(&subject.replies.stream_begun).cut()).await
}

/// So does one whose connection is reset.
pub async fn a_reset_stream_is_interrupted(subject: &Subject) -> Outcome {
    interrupted(subject, subject.replies.stream_of(&subject.replies.stream_begun).reset()).await
}

/// So does one that ends in good order, without saying that the answer is at its end.
pub async fn a_stream_without_its_end_is_interrupted(subject: &Subject) -> Outcome {
    interrupted(subject, subject.replies.stream_of(&subject.replies.stream_begun)).await
}

async fn interrupted(subject: &Subject, reply: Reply) -> Outcome {
    let scene = Scene::playing(subject, reply).await;
    let heard = scene.stream().await?;
    let error = heard.error.as_ref().ok_or("a part of an answer was given as a whole one")?;
    one_of(error, &[ErrorKind::StreamInterrupted])?;
    stage(error, &[Stage::Truncated])?;
    check(error.maybe_billed(), "an answer that had begun may be billed, and the error does not say so")?;
    is_a_beginning(&heard)?;
    scene.one_call().map(drop)
}

/// What was given before the end must be the beginning of the text. A reset may swallow all of it.
fn is_a_beginning(heard: &Heard) -> Outcome {
    check(TEXT.starts_with(&heard.text()), "what was given is not the beginning of what came")
}

/// An error among the events is the stream's end: not a part, and not an answer.
pub async fn an_error_in_a_stream_ends_it(subject: &Subject) -> Outcome {
    let replies = &subject.replies;
    let reply = replies.stream_of(&replies.stream_begun).bytes(replies.stream_error.clone());
    let scene = Scene::playing(subject, reply).await;
    let heard = scene.stream().await?;
    let error = heard.error.as_ref().ok_or("an error in a stream was overlooked")?;
    stage(error, &[Stage::Midstream])?;
    check(error.maybe_billed(), "an answer that had begun may be billed, and the error does not say so")?;
    is_a_beginning(&heard)?;
    scene.one_call().map(drop)
}

/// A good status with an error in the body is an error.
pub async fn an_error_in_a_good_status_is_an_error(subject: &Subject) -> Outcome {
    let Some(body) = &subject.replies.error_in_200 else { return Ok(()) };
    for streamed in [false, true] {
        // Vendors answer a request for a stream with plain JSON here.
        let scene = Scene::playing(subject, subject.replies.whole_of(body)).await;
        let error = scene.failure(streamed).await?;
        one_of(&error, BROKEN)?;
        stage(&error, &[Stage::Midstream, Stage::Answer])?;
        scene.one_call()?;
    }
    Ok(())
}

/// A good status with nothing behind it is no answer.
pub async fn an_empty_body_is_no_answer(subject: &Subject) -> Outcome {
    for streamed in [false, true] {
        let empty = bytes::Bytes::new();
        let replies = &subject.replies;
        let reply = if streamed { replies.stream_of(&empty) } else { replies.whole_of(&empty) };
        let scene = Scene::playing(subject, reply).await;
        let error = scene.failure(streamed).await?;
        one_of(&error, UNREADABLE)?;
        stage(&error, &[Stage::Protocol, Stage::Truncated])?;
        scene.one_call()?;
    }
    Ok(())
}

/// JSON that stops in its midst, in good order, is no answer.
pub async fn half_a_body_is_no_answer(subject: &Subject) -> Outcome {
    let half = subject.replies.whole.slice(..subject.replies.whole.len() / 2);
    let scene = Scene::playing(subject, subject.replies.whole_of(&half)).await;
    let error = scene.failure(false).await?;
    one_of(&error, UNREADABLE)?;
    stage(&error, &[Stage::Protocol, Stage::Truncated])?;
    scene.one_call().map(drop)
}

/// A body that is shorter than its head promised is no answer, and may be billed.
pub async fn a_body_that_is_cut_is_no_answer(subject: &Subject) -> Outcome {
    let whole = &subject.replies.whole;
    let reply = Reply::status(200)
        .header("content-type", "application/json")
        .header("content-length", &whole.len().to_string())
        .bytes(whole.slice(..whole.len() / 2))
        .cut();
    let scene = Scene::playing(subject, reply).await;
    let error = scene.failure(false).await?;
    one_of(&error, &[ErrorKind::StreamInterrupted, ErrorKind::InvalidResponse, ErrorKind::Unavailable])?;
    check(error.maybe_billed(), "an answer that had begun may be billed, and the error does not say so")?;
    scene.one_call().map(drop)
}

/// What is no HTTP is no answer.
pub async fn garbage_is_no_answer(subject: &Subject) -> Outcome {
    for streamed in [false, true] {
        let scene = Scene::playing(subject, Reply::raw().bytes("\x16\x03\x01 this is no HTTP\r\n\r\n")).await;
        let error = scene.failure(streamed).await?;
        one_of(&error, &[ErrorKind::Unavailable, ErrorKind::InvalidResponse])?;
        stage(&error, &[Stage::Connect, Stage::Protocol])?;
        scene.one_call()?;
    }
    Ok(())
}

/// A connection that breaks before the head is told as such. The work may have been done.
pub async fn a_reset_before_the_head_is_told(subject: &Subject) -> Outcome {
    for streamed in [false, true] {
        let scene = Scene::playing(subject, Reply::raw().reset()).await;
        let error = scene.failure(streamed).await?;
        one_of(&error, &[ErrorKind::Unavailable])?;
        stage(&error, &[Stage::Connect])?;
        check(error.is_retryable(), "a reset before the head may be tried again")?;
        check(
            error.maybe_billed(),
            "the request was sent whole: it may be billed, and the error does not say so",
        )?;
        scene.one_call()?;
    }
    Ok(())
}

/// Where nobody listens nothing was sent, and nothing can be billed.
pub async fn a_refused_connection_is_told(subject: &Subject) -> Outcome {
    for streamed in [false, true] {
        let dead = DeadPort::new();
        let scene = Scene::at(subject, Upstream::start().await, &dead.url());
        let error = scene.failure(streamed).await?;
        one_of(&error, &[ErrorKind::Unavailable])?;
        stage(&error, &[Stage::Connect])?;
        check(error.is_retryable(), "a refused connection may be tried again")?;
        check(!error.maybe_billed(), "nothing was sent, and the error says that it may be billed")?;
    }
    Ok(())
}
