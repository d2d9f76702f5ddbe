//! Good answers, and the list of those who give them.

use std::collections::HashSet;

use llm_core::{ChatResponse, ErrorKind};

use super::{LocalSubject, attempt_at};
use crate::conformance::{
    Outcome,
    checks::{check, ended_well, listen, same, same_answer},
};

/// A whole answer comes with its text, its end, its model, its usage and its cost.
pub async fn a_whole_answer_is_whole(subject: &LocalSubject) -> Outcome {
    let response = subject.attempt(subject.models.whole).answer(false).await?;
    is_whole(&response, subject)
}

/// So does a stream, which has one terminal item and nothing behind it.
pub async fn a_stream_is_whole(subject: &LocalSubject) -> Outcome {
    let heard = subject.attempt(subject.models.whole).stream().await?;
    is_whole(&heard.whole()?, subject)?;
    check(!heard.events.iter().any(|event| event.as_text() == Some("")), "a piece of text is empty")?;
    heard.started_first()
}

fn is_whole(response: &ChatResponse, subject: &LocalSubject) -> Outcome {
    check(!response.text().is_empty(), "the answer has no text")?;
    same("the answer's model", &response.model.as_str(), &subject.models.whole)?;
    ended_well(response)?;
    check(response.usage.cost.is_some(), "the cost is lost; what is free costs 0")
}

/// The events of a stream make the answer that the whole call gives, at the same cost.
pub async fn stream_and_whole_answer_agree(subject: &LocalSubject) -> Outcome {
    let whole = subject.attempt(subject.models.whole).answer(false).await?;
    let streamed = subject.attempt(subject.models.whole).answer(true).await?;
    same_answer(&streamed, &whole)
}

/// The ledger is told that the call leaves, once, and of a stream before it begins.
pub async fn the_attempt_is_told_that_it_leaves(subject: &LocalSubject) -> Outcome {
    let whole = subject.attempt(subject.models.whole);
    same("`sent` before the call", &whole.observer.times_sent(), &0)?;
    whole.answer(false).await?;
    same("how often `ctx.sent()` was called", &whole.observer.times_sent(), &1)?;
    let streamed = subject.attempt(subject.models.whole);
    let stream = streamed.begin().await.map_err(|error| error.report())?;
    same("how often `ctx.sent()` was called before the stream began", &streamed.observer.times_sent(), &1)?;
    listen(stream).await?.whole()?;
    same("how often `ctx.sent()` was called in all", &streamed.observer.times_sent(), &1)
}

/// The ledger is told the answer's id, and each attempt has one of its own.
pub async fn the_upstream_id_is_told(subject: &LocalSubject) -> Outcome {
    let provider = (subject.make)();
    let mut ids = HashSet::new();
    for streamed in [false, true] {
        let attempt = attempt_at(provider.clone(), subject.models.whole);
        let response = attempt.answer(streamed).await?;
        let id = response.id.ok_or("the answer has no id")?;
        same("the ids that `ctx.upstream_id()` was told", &attempt.observer.ids(), &vec![id.clone()])?;
        check(ids.insert(id), "two attempts have the same id")?;
    }
    Ok(())
}

/// Where there is a list of models, it names the good one, each once, with the provider's prefix.
pub async fn listed_models_carry_the_prefix(subject: &LocalSubject) -> Outcome {
    let attempt = subject.attempt(subject.models.whole);
    let listed = match attempt.provider.list_models(&attempt.ctx).await {
        Err(error) if error.kind() == ErrorKind::Unsupported => return Ok(()),
        listed => listed.map_err(|error| error.report())?,
    };
    let prefix = format!("{}/", attempt.provider.name());
    let mut names = HashSet::new();
    for model in &listed {
        let name = model.id.strip_prefix(&prefix).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| format!("`{}` is listed without `{prefix}`", model.id))?;
        check(names.insert(name), "a model is listed twice")?;
    }
    check(names.contains(subject.models.whole), "the model that answers is not listed")
}
