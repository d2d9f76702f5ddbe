//! Errors that the vendor tells by its status.

use std::time::Duration;

use llm_core::{Error, ErrorKind, Stage};

use crate::{
    Reply,
    conformance::{
        Outcome, Subject,
        checks::{BROKEN, check, one_of, same, stage},
        scene::Scene,
    },
};

/// Makes the call both ways; each must be one upstream call and an error of the answer's stage with its status.
async fn refusals(subject: &Subject, status: u16, reply: Reply) -> Result<[Error; 2], String> {
    let mut errors = Vec::new();
    for streamed in [false, true] {
        let scene = Scene::playing(subject, reply.clone()).await;
        let error = scene.failure(streamed).await?;
        stage(&error, &[Stage::Answer])?;
        same("the error's status", &error.status(), &Some(status))?;
        scene.one_call()?;
        errors.push(error);
    }
    errors.try_into().map_err(|_| "two calls have two errors".to_owned())
}

/// A key that the vendor refuses is `Authentication`, and the call is not made again.
pub async fn a_refused_key_is_told(subject: &Subject) -> Outcome {
    let refusal = &subject.replies.unauthorized;
    for error in refusals(subject, refusal.status, refusal.reply()).await? {
        one_of(&error, &[ErrorKind::Authentication])?;
        check(!error.is_retryable(), "a refused key is refused again")?;
        check(
            !error.maybe_billed(),
            "a refused call costs nothing, and the error says that it may be billed",
        )?;
    }
    Ok(())
}

/// A call too many is `RateLimited`, with the wait that the vendor asks for: in seconds, or until a date.
pub async fn a_rate_limit_is_told_with_its_wait(subject: &Subject) -> Outcome {
    let refusal = &subject.replies.rate_limited;
    for error in refusals(subject, refusal.status, refusal.reply().header("retry-after", "7")).await? {
        one_of(&error, &[ErrorKind::RateLimited])?;
        check(error.is_retryable(), "a rate limit passes: the call may be made again")?;
        same("the wait", &error.retry_after(), &Some(Duration::from_secs(7)))?;
    }
    let date = refusal.reply().header("retry-after", "Fri, 31 Dec 2049 23:59:59 GMT");
    for error in refusals(subject, refusal.status, date).await? {
        let wait = error.retry_after().ok_or("a wait until a date is lost")?;
        // A provider may bound it: nobody waits for that long.
        check(wait >= Duration::from_secs(3600), "a wait until a date far away is too short")?;
    }
    Ok(())
}

/// A wait that is none changes nothing: the call is rate limited, and nobody panics.
pub async fn a_wait_that_makes_no_sense_is_ignored(subject: &Subject) -> Outcome {
    let refusal = &subject.replies.rate_limited;
    for wait in ["-1", "soon", "", "99999999999999999999999999"] {
        for error in refusals(subject, refusal.status, refusal.reply().header("retry-after", wait)).await? {
            one_of(&error, &[ErrorKind::RateLimited])?;
            let sense = error.retry_after().is_none_or(|told| wait.starts_with('9') && !told.is_zero());
            check(sense, "a wait was made out of a `retry-after` that makes no sense")?;
        }
    }
    Ok(())
}

/// A broken upstream may be tried again, whatever its body is.
pub async fn a_broken_upstream_is_told(subject: &Subject) -> Outcome {
    let own = &subject.replies.server_error;
    let html = |status| {
        Reply::status(status).header("content-type", "text/html").bytes("<html><h1>Bad Gateway</h1></html>")
    };
    let replies = [(own.status, own.reply()), (500, html(500)), (502, html(502)), (503, Reply::status(503))];
    for (status, reply) in replies {
        for error in refusals(subject, status, reply).await? {
            one_of(&error, BROKEN)?;
            check(error.is_retryable(), "a broken upstream may be tried again")?;
        }
    }
    Ok(())
}
