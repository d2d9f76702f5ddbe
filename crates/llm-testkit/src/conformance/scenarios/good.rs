//! Good answers: whole, streamed, in any pieces, with fields that nobody knows.

use llm_core::{ChatResponse, FinishReason};
use serde_json::Value;

use crate::{
    Gate,
    conformance::{
        ARGUMENTS, Outcome, SURVIVOR, Subject, TEXT, TOOL,
        checks::{Heard, check, ended_well, request, same, same_answer},
        scene::Scene,
    },
};

/// A whole answer comes with its text, its end and its usage, and takes one upstream call.
pub async fn a_whole_answer_is_whole(subject: &Subject) -> Outcome {
    let scene = Scene::playing(subject, subject.replies.good(false)).await;
    let response = scene.chat().await.map_err(|error| error.report())?;
    is_the_text(&response)?;
    scene.one_call().map(drop)
}

/// A stream comes with its text, its end and its usage, in order, and takes one upstream call.
pub async fn a_stream_is_whole(subject: &Subject) -> Outcome {
    let scene = Scene::playing(subject, subject.replies.good(true)).await;
    let heard = scene.stream().await?;
    is_the_text(&heard.whole()?)?;
    scene.one_call()?;
    heard.started_first()
}

fn is_the_text(response: &ChatResponse) -> Outcome {
    same("the text", &response.text(), &TEXT.to_owned())?;
    ended_well(response)
}

/// The events of a stream make the answer that the whole call gives.
pub async fn stream_and_whole_answer_agree(subject: &Subject) -> Outcome {
    let whole = Scene::playing(subject, subject.replies.good(false)).await;
    let whole = whole.chat().await.map_err(|error| error.report())?;
    let streamed = Scene::playing(subject, subject.replies.good(true)).await;
    let streamed = streamed.stream().await?.whole()?;
    same("the streamed id", &streamed.id, &whole.id)?;
    same_answer(&streamed, &whole)
}

/// A tool's call comes with its id, name and arguments, whole and streamed.
pub async fn tools_are_called(subject: &Subject) -> Outcome {
    let replies = &subject.replies;
    let whole = Scene::playing(subject, replies.whole_of(&replies.whole_tool_call)).await;
    calls_the_tool(&whole.chat().await.map_err(|error| error.report())?)?;
    let streamed = Scene::playing(subject, replies.stream_of(&replies.stream_tool_call)).await;
    calls_the_tool(&streamed.stream().await?.whole()?)
}

fn calls_the_tool(response: &ChatResponse) -> Outcome {
    let [call] = response.tool_calls() else {
        return Err(format!("one tool is to be called, not {}", response.tool_calls().len()));
    };
    check(!call.id.is_empty(), "the tool call has no id")?;
    same("the tool's name", &call.name.as_str(), &TOOL)?;
    let must: Option<Value> = serde_json::from_str(ARGUMENTS).ok();
    same("the tool's arguments", &call.parse_arguments().ok(), &must)?;
    same("the finish reason", &response.finish_reason(), &Some(&FinishReason::ToolCalls))
}

/// However the network cuts the bytes, also inside a character, the events are the same.
pub async fn any_chunking_gives_the_same_events(subject: &Subject) -> Outcome {
    let replies = &subject.replies;
    for stream in [&replies.stream, &replies.stream_tool_call] {
        let whole = Scene::playing(subject, replies.stream_of(stream)).await.stream().await?;
        for size in [1, 7, 64] {
            let reply = replies.stream_of(stream).in_pieces(size);
            let cut = Scene::playing(subject, reply).await.stream().await?;
            agree(&cut, &whole).map_err(|wrong| format!("in pieces of {size} bytes: {wrong}"))?;
        }
    }
    Ok(())
}

fn agree(heard: &Heard, must: &Heard) -> Outcome {
    heard.whole()?;
    must.whole()?;
    same("the list of events", &heard.content(), &must.content())
}

/// Comments and pings before and amid the events change nothing.
pub async fn signs_of_life_are_no_content(subject: &Subject) -> Outcome {
    let replies = &subject.replies;
    let Some(sign) = &replies.sign_of_life else { return Ok(()) };
    let rest = replies.stream.strip_prefix(&*replies.stream_begun);
    let rest = rest.ok_or("the replies are wrong: `stream` does not begin with `stream_begun`")?;
    let reply = replies.stream_of(sign).bytes(replies.stream_begun.clone());
    let reply = reply.bytes(sign.clone()).bytes(rest.to_vec()).bytes(sign.clone());
    let heard = Scene::playing(subject, reply).await.stream().await?;
    is_the_text(&heard.whole()?)
}

/// The ledger is told that the call leaves, once, before the upstream can have heard it.
pub async fn the_attempt_is_told_that_it_leaves(subject: &Subject) -> Outcome {
    for streamed in [false, true] {
        let gate = Gate::new();
        let scene = Scene::playing(subject, subject.replies.good(streamed).head_when(&gate)).await;
        same("`sent` before the call", &scene.observer.times_sent(), &0)?;
        let call = async {
            if streamed {
                scene.stream().await.map(drop)
            } else {
                scene.chat().await.map(drop).map_err(|e| e.report())
            }
        };
        let look = async {
            scene.upstream.heard(1).await;
            let times = scene.observer.times_sent();
            gate.open();
            times
        };
        let (called, times) = tokio::join!(call, look);
        called?;
        same("how often `ctx.sent()` was called before the upstream heard the call", &times, &1)?;
        same("how often `ctx.sent()` was called in all", &scene.observer.times_sent(), &1)?;
    }
    Ok(())
}

/// The attempt's id goes upstream as `x-client-request-id`, so that the two ledgers can be compared call by call.
pub async fn the_attempt_id_is_sent(subject: &Subject) -> Outcome {
    for streamed in [false, true] {
        let scene = Scene::playing(subject, subject.replies.good(streamed)).await;
        scene.answer(streamed).await?;
        let id = scene.ctx.attempt_id().map(|id| id.to_string());
        same("`x-client-request-id`", &scene.one_call()?.client_request_id(), &id.as_deref())?;
    }
    Ok(())
}

/// The ledger is told the vendor's id of the call, from the header where there is one, and the answer has it.
pub async fn the_upstream_id_is_told(subject: &Subject) -> Outcome {
    let Some(id) = subject.replies.id else { return Ok(()) };
    for streamed in [false, true] {
        let scene = Scene::playing(subject, subject.replies.good(streamed)).await;
        let response = scene.answer(streamed).await?;
        same("the answer's id", &response.id.as_deref(), &Some(id))?;
        check(scene.observer.ids().iter().any(|told| told == id), "`ctx.upstream_id()` was not told the id")?;
    }
    Ok(())
}

/// A field that nobody knows is kept, and fails nothing.
pub async fn unknown_fields_of_an_answer_survive(subject: &Subject) -> Outcome {
    let replies = &subject.replies;
    let scene = Scene::playing(subject, replies.whole_of(&replies.whole_with_unknown)).await;
    let response = scene.chat().await.map_err(|error| error.report())?;
    is_the_text(&response)?;
    check(holds_survivor(&response), "a field of the answer that nobody knows was lost")?;
    let Some(stream) = &replies.stream_with_unknown else { return Ok(()) };
    let heard = Scene::playing(subject, replies.stream_of(stream)).await.stream().await?;
    is_the_text(&heard.whole()?)?;
    check(holds_survivor(&heard.whole()?), "a field of the stream that nobody knows was lost")
}

fn holds_survivor(response: &ChatResponse) -> bool {
    serde_json::to_string(response).is_ok_and(|json| json.contains(SURVIVOR))
}

/// A field of the request that has no name here goes to the vendor as it is.
pub async fn unknown_fields_of_a_request_are_sent(subject: &Subject) -> Outcome {
    let scene = Scene::playing(subject, subject.replies.good(false)).await;
    let request = request().with_extra("new_request_field", SURVIVOR);
    scene.provider.chat(&scene.ctx, request).await.map_err(|error| error.report())?;
    let sent = scene.one_call()?.request.unwrap_or_default();
    check(sent.to_string().contains(SURVIVOR), "a field of the request that nobody knows was not sent")
}
