//! Refusals over HTTP. The table itself is tested beside it.

use std::time::Duration;

use llm_core::{ErrorKind, Stage};
use llm_testkit::Reply;
use serde_json::json;

use crate::scene::{Scene, hello, shown};

#[tokio::test]
async fn a_refusal_has_all_that_was_told() {
    let body = json!({"error": {"code": 429, "message": "Provider returned error", "metadata": {
        "provider_name": "BaseTen", "raw": "temporarily rate-limited upstream", "error_type": "rate_limit_exceeded",
        "limit_source": "upstream_provider_shared_pool", "remedy_hint": "Retry shortly"}}});
    let reply = Reply::status(429).header("retry-after", "7").with_id("gen-refused").with_json(&body);
    for streamed in [false, true] {
        let scene = Scene::chatting(reply.clone()).await;
        let error = if streamed {
            scene.stream(hello()).await.1.unwrap()
        } else {
            scene.chat(hello()).await.unwrap_err()
        };
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(scene.told.all(), ["sent", "gen-refused"]);
        insta::assert_json_snapshot!("refusal", shown(&error));
    }
}

#[tokio::test]
async fn a_page_of_a_cdn_is_judged_by_its_status() {
    for (status, kind) in [(502, ErrorKind::Overloaded), (504, ErrorKind::Timeout), (524, ErrorKind::Timeout)]
    {
        let page =
            Reply::status(status).header("content-type", "text/html").bytes("<html>Bad gateway</html>");
        let error = Scene::chatting(page).await.chat(hello()).await.unwrap_err();
        assert_eq!((error.kind(), error.status(), error.is_retryable()), (kind, Some(status), true));
        assert_eq!(error.stage(), Stage::Answer);
    }
}

#[tokio::test]
async fn the_same_error_is_the_same_wherever_it_stands() {
    let error = json!({"code": 403, "message": "flagged", "metadata": {"reasons": ["violence"]}});
    let body = json!({ "error": error });
    let choice = json!({"id": "gen-1", "model": "m", "choices": [{"index": 0, "finish_reason": "error", "error": error,
        "message": {"role": "assistant", "content": "part"}}]});
    let text = json!({"id": "gen-1", "model": "m", "choices": [{"index": 0, "delta": {"content": "part"}}]});
    let places = [
        (Reply::status(403).with_json(&body), false, Stage::Answer),
        (Reply::json(&body), false, Stage::Answer),
        (Reply::json(&choice), false, Stage::Midstream),
        (Reply::json(&body), true, Stage::Answer),
        (Reply::sse().sse_data(&body), true, Stage::Answer),
        (Reply::sse().sse_data(&text).sse_data(&body), true, Stage::Midstream),
    ];
    for (at, (reply, streamed, stage)) in places.into_iter().enumerate() {
        let scene = Scene::chatting(reply).await;
        let error = if streamed {
            scene.stream(hello()).await.1.unwrap()
        } else {
            scene.chat(hello()).await.unwrap_err()
        };
        assert_eq!((error.kind(), error.stage()), (ErrorKind::ContentFiltered, stage), "place {at}");
        assert!(error.message().contains("violence"), "place {at}: {error}");
        assert_eq!(error.maybe_billed(), stage == Stage::Midstream, "place {at}");
        let part = error.partial().map(|partial| partial.text.as_str());
        assert_eq!(part, (stage == Stage::Midstream).then_some("part"), "place {at}");
    }
}
