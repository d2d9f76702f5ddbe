//! Callers that go away.

use futures_util::StreamExt as _;
use llm_core::ChatEvent;

use crate::conformance::{Outcome, Subject, checks::check, scene::Scene};

/// A stream that is dropped closes its connection: that is what stops the vendor's work.
pub async fn a_dropped_stream_hangs_up(subject: &Subject) -> Outcome {
    let reply = subject.replies.stream_of(&subject.replies.stream_begun).stall();
    let scene = Scene::playing(subject, reply).await;
    let mut stream = scene.begin().await.map_err(|error| error.report())?;
    while let Some(item) = stream.next().await {
        let event = item.map_err(|error| error.report())?;
        check(
            !matches!(event, ChatEvent::Finished(_)),
            "a stream that has stalled was given as a whole one",
        )?;
        if event.is_content() {
            break;
        }
    }
    drop(stream);
    scene.hung_up().await?;
    scene.one_call().map(drop)
}

/// A call that is dropped while the vendor is silent closes its connection.
pub async fn a_dropped_call_hangs_up(subject: &Subject) -> Outcome {
    for streamed in [false, true] {
        let silent = crate::Gate::new();
        let scene = Scene::playing(subject, subject.replies.good(streamed).head_when(&silent)).await;
        let call =
            async { if streamed { scene.begin().await.map(drop) } else { scene.chat().await.map(drop) } };
        tokio::select! {
            _ = call => return Err("the call ended though the vendor was silent".to_owned()),
            () = scene.upstream.heard(1) => {}
        }
        scene.hung_up().await?;
        scene.one_call()?;
    }
    Ok(())
}
