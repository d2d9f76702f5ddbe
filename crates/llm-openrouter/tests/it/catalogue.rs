//! The list of models, and what follows once it was read.

use llm_core::{CostSource, ErrorKind, ModelId, Support};
use llm_provider::Provider as _;
use llm_testkit::Reply;
use serde_json::json;

use crate::scene::{Scene, hello, reply, whole};

async fn listed() -> Scene {
    let scene = Scene::new().await;
    let list = json!({"data": [{
        "id": "acme/writer", "canonical_slug": "acme/writer-20260801", "name": "Acme: Writer", "context_length": 128_000,
        "pricing": {"prompt": "0.000002", "completion": "0.000006"},
        "supported_parameters": ["max_tokens", "temperature"],
    }], "total_count": 1, "links": {"next": null}});
    scene.upstream.always("/api/v1/models", Reply::json(&list));
    scene.upstream.always("/api/v1/chat/completions", reply("without_cost.json"));
    scene
}

#[tokio::test]
async fn capabilities_are_known_once_the_list_was_read() {
    let scene = listed().await;
    let model = ModelId::new("acme/writer:nitro").unwrap();
    assert_eq!(scene.openrouter.capabilities(&model).tools, Support::Unknown);
    let models = scene.openrouter.list_models(&scene.ctx).await.unwrap();
    assert_eq!(models[0].id, "openrouter/acme/writer");
    let known = scene.openrouter.capabilities(&model);
    assert_eq!(
        (known.tools, known.streaming, known.context_length),
        (Support::No, Support::Yes, Some(128_000))
    );
    let unlisted = ModelId::new("acme/reader").unwrap();
    assert_eq!(scene.openrouter.capabilities(&unlisted).tools, Support::Unknown);
}

#[tokio::test]
async fn a_parameter_that_the_model_does_not_take_is_refused_before_any_call() {
    let scene = listed().await;
    scene.chat(hello().with_seed(7)).await.unwrap();
    scene.openrouter.list_models(&scene.ctx).await.unwrap();
    let calls = scene.upstream.calls().len();
    for streamed in [false, true] {
        let request = hello().with_seed(7);
        let error = if streamed {
            scene.stream(request).await.1.unwrap()
        } else {
            scene.chat(request).await.unwrap_err()
        };
        assert_eq!((error.kind(), error.model()), (ErrorKind::Unsupported, Some("acme/writer")));
        assert!(error.message().contains("`seed`"), "{error}");
    }
    assert_eq!(scene.upstream.calls().len(), calls);
}

#[tokio::test]
async fn a_lenient_call_says_what_it_lost() {
    let scene = listed().await;
    scene.openrouter.list_models(&scene.ctx).await.unwrap();
    let mut request = hello().with_seed(7).with_temperature(0.5);
    request.options.lenient = true;
    assert_eq!(scene.chat(request.clone()).await.unwrap().dropped, ["seed"]);
    let sent = scene.upstream.calls().pop().unwrap().request.unwrap();
    assert_eq!((sent.get("seed"), &sent["temperature"]), (None, &json!(0.5)));

    scene.upstream.always("/api/v1/chat/completions", reply("text.sse"));
    let (events, error) = scene.stream(request).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(whole(&events).dropped, ["seed"]);
}

#[tokio::test]
async fn a_cost_that_was_not_told_is_the_lists_price() {
    let scene = listed().await;
    scene.openrouter.list_models(&scene.ctx).await.unwrap();
    let usage = scene.chat(hello()).await.unwrap().usage;
    assert_eq!((usage.cost, usage.cost_source), (Some("0.0026".parse().unwrap()), CostSource::Catalogue));

    let event = json!({"id": "gen-1", "model": "acme/writer", "choices": [{"index": 0, "delta": {"content": "Hi"},
        "finish_reason": "stop"}], "usage": {"prompt_tokens": 1000, "completion_tokens": 100}});
    scene.upstream.always("/api/v1/chat/completions", Reply::sse().sse_data(&event).done());
    let (events, _) = scene.stream(hello()).await;
    let usage = whole(&events).usage;
    assert_eq!((usage.cost, usage.cost_source), (Some("0.0026".parse().unwrap()), CostSource::Catalogue));
}

#[tokio::test]
async fn a_list_that_cannot_be_understood_leaves_the_old_one() {
    let scene = listed().await;
    scene.openrouter.list_models(&scene.ctx).await.unwrap();
    scene.upstream.always("/api/v1/models", Reply::json(&json!({"data": "none"})));
    let error = scene.openrouter.list_models(&scene.ctx).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert_eq!(scene.openrouter.capabilities(&ModelId::new("acme/writer").unwrap()).tools, Support::No);
}
