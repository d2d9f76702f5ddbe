//! Streams: where they begin and how they end.

use futures_util::StreamExt as _;
use llm_core::{ChatEvent, ErrorKind, Stage};
use llm_provider::{Abandon, Provider as _};
use llm_testkit::{End, Gate, Reply};
use serde_json::json;

use crate::scene::{Scene, hello, payload, reply, whole};

fn text(text: &str) -> serde_json::Value {
    json!({"id": "gen-1", "model": "acme/writer", "provider": "OpenAI",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]})
}

fn finish() -> serde_json::Value {
    json!({"id": "gen-1", "model": "acme/writer", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "cost": 0.25}})
}

#[tokio::test]
async fn a_stream_ends_at_its_mark_though_the_connection_stays_open() {
    let scene = Scene::chatting(Reply::sse().bytes(payload("text.sse")).stall()).await;
    let (events, error) = scene.stream(hello()).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(whole(&events).text(), "Größe matters.");
    assert_eq!(scene.upstream.ended(0).await.end, End::HungUp);
}

#[tokio::test]
async fn the_first_event_says_who_answers() {
    let scene = Scene::chatting(reply("text.sse")).await;
    let (events, _) = scene.stream(hello()).await;
    let Some(ChatEvent::Started(started)) = events.first() else { panic!("{events:?}") };
    assert_eq!(started.provider.as_ref().map(|name| name.as_str()), Some("openrouter"));
    assert_eq!(started.served_by.as_deref(), Some("OpenAI"));
}

#[tokio::test]
async fn comments_are_signs_of_life_behind_the_first_content() {
    let scene = Scene::chatting(reply("text.sse")).await;
    let stream = scene.openrouter.chat_stream(&scene.ctx, hello()).await.unwrap();
    let items: Vec<_> = stream.map(Result::unwrap).collect().await;
    let alive = items.iter().filter(|event| matches!(event, ChatEvent::Alive)).count();
    assert!(alive >= 1, "the comment between the pieces of text: {items:?}");
    assert!(!matches!(items.first(), Some(ChatEvent::Alive)), "those before are not given");
}

#[tokio::test]
async fn a_connection_that_breaks_behind_the_finish_reason_is_a_normal_end() {
    for cut in [Reply::cut as fn(Reply) -> Reply, Reply::reset] {
        let gate = Gate::new();
        let script = Reply::sse().sse_data(&text("Hi")).sse_data(&finish()).wait_for(&gate);
        let scene = Scene::chatting(cut(script)).await;
        let mut stream = scene.openrouter.chat_stream(&scene.ctx, hello()).await.unwrap();
        let mut events = Vec::new();
        // The connection may break only when the usage was read, for a reset may swallow what is under way.
        while !matches!(events.last(), Some(ChatEvent::Usage(_))) {
            events.push(stream.next().await.unwrap().unwrap());
        }
        gate.open();
        events.extend(stream.map(Result::unwrap).collect::<Vec<_>>().await);
        let answer = whole(&events);
        assert_eq!((answer.text().as_str(), answer.usage.cost), ("Hi", Some("0.25".parse().unwrap())));
    }
}

#[tokio::test]
async fn a_connection_that_breaks_before_it_is_an_interruption_with_its_part() {
    let scene = Scene::chatting(Reply::sse().sse_data(&text("Once")).sse_data(&text(" upon")).cut()).await;
    let (events, error) = scene.stream(hello()).await;
    let error = error.unwrap();
    assert_eq!((error.kind(), error.stage()), (ErrorKind::StreamInterrupted, Stage::Truncated));
    assert!(error.maybe_billed());
    assert_eq!((error.partial().unwrap().text.as_str(), error.upstream_id()), ("Once upon", Some("gen-1")));
    assert_eq!(events.iter().filter_map(ChatEvent::as_text).collect::<String>(), "Once upon");
}

#[tokio::test]
async fn an_error_event_keeps_the_text_and_the_usage_before_it() {
    let usage = json!({"id": "gen-1", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1, "cost": 0.5}});
    let error = json!({"error": {"code": 502, "message": "Provider disconnected"}, "choices": []});
    let scene = Scene::chatting(Reply::sse().sse_data(&text("Once")).sse_data(&usage).sse_data(&error)).await;
    let (_, error) = scene.stream(hello()).await;
    let error = error.unwrap();
    assert_eq!((error.kind(), error.stage()), (ErrorKind::Overloaded, Stage::Midstream));
    assert!(error.maybe_billed());
    assert_eq!(error.partial().unwrap().text, "Once");
    assert_eq!(error.usage().cost, Some("0.5".parse().unwrap()));
}

#[tokio::test]
async fn an_error_before_any_content_is_a_plain_error() {
    let scene = Scene::chatting(reply("error_before_content.sse")).await;
    let error = scene.openrouter.chat_stream(&scene.ctx, hello()).await.map(drop).unwrap_err();
    assert_eq!((error.kind(), error.stage()), (ErrorKind::Overloaded, Stage::Answer));
    assert!(!error.maybe_billed());
}

#[tokio::test]
async fn json_is_known_by_its_first_byte_whatever_the_headers_say() {
    for kind in ["text/event-stream", "text/plain", "application/octet-stream"] {
        let script = Reply::status(200).header("content-type", kind).bytes(payload("text.json"));
        let (events, error) = Scene::chatting(script.in_pieces(3)).await.stream(hello()).await;
        assert!(error.is_none(), "{kind}: {error:?}");
        assert_eq!(whole(&events).text(), "Because air scatters blue light.", "{kind}");

        let script = Reply::status(200).header("content-type", kind).bytes(payload("error_only.json"));
        let (_, error) = Scene::chatting(script).await.stream(hello()).await;
        assert_eq!(error.unwrap().kind(), ErrorKind::RateLimited, "{kind}");
    }
}

#[tokio::test]
async fn events_are_read_whatever_the_headers_say() {
    for kind in ["text/plain", "application/octet-stream"] {
        let script = Reply::status(200).header("content-type", kind).bytes(payload("text.sse"));
        let (events, error) = Scene::chatting(script).await.stream(hello()).await;
        assert!(error.is_none(), "{kind}: {error:?}");
        assert_eq!(whole(&events).text(), "Größe matters.");
    }
}

#[tokio::test]
async fn a_web_page_is_no_answer() {
    let page = "\n<!DOCTYPE html><html>Please wait</html>";
    for streamed in [false, true] {
        let scene = Scene::chatting(Reply::status(200).header("content-type", "text/html").bytes(page)).await;
        let error = if streamed {
            scene.stream(hello()).await.1.unwrap()
        } else {
            scene.chat(hello()).await.unwrap_err()
        };
        assert_eq!((error.kind(), error.stage()), (ErrorKind::InvalidResponse, Stage::Protocol));
        assert!(error.message().contains("web page"), "{error}");
    }
}

#[tokio::test]
async fn a_picture_of_two_megabytes_is_one_event() {
    let picture = "A".repeat(2_000_000);
    let event = json!({"id": "gen-1", "choices": [{"index": 0, "finish_reason": "stop", "delta": {"images":
        [{"type": "image_url", "image_url": {"url": format!("data:image/png;base64,{picture}")}}]}}]});
    let scene = Scene::chatting(Reply::sse().sse_data(&event).done()).await;
    let (events, error) = scene.stream(hello()).await;
    assert!(error.is_none(), "{error:?}");
    let url = &whole(&events).choices[0].message.extra["images"][0]["image_url"]["url"];
    assert_eq!(url.as_str().map(str::len), Some(2_000_022));
}

#[tokio::test]
async fn a_dropped_stream_hangs_up() {
    let scene = Scene::chatting(Reply::sse().sse_data(&text("Once")).stall()).await;
    let stream = scene.openrouter.chat_stream(&scene.ctx, hello()).await.unwrap();
    drop(stream);
    assert_eq!(scene.upstream.ended(0).await.end, End::HungUp);
}

#[tokio::test]
async fn what_to_do_with_a_call_that_nobody_waits_for_depends_on_who_serves() {
    let openrouter = Scene::new().await.openrouter;
    assert_eq!(openrouter.abandon("acme/writer", Some("OpenAI"), true), Abandon::Cancel);
    assert_eq!(openrouter.abandon("acme/writer", Some("Groq"), true), Abandon::Drain);
    assert_eq!(openrouter.abandon("acme/writer", None, true), Abandon::Drain);
    assert_eq!(openrouter.abandon("acme/writer", Some("OpenAI"), false), Abandon::Drain);
}
