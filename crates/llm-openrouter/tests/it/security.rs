//! Where the key goes, and where it does not.

use llm_core::EmbedRequest;
use llm_openrouter::OpenRouter;
use llm_provider::Provider as _;
use llm_testkit::{Canary, Reply};
use serde_json::json;

use crate::scene::{KEY, Scene, hello, reply};

#[tokio::test]
async fn the_key_is_in_its_header_and_nowhere_else() {
    let scene = Scene::chatting(reply("text.json")).await;
    scene.chat(hello()).await.unwrap();
    let call = scene.call();
    assert!(call.key.is_some(), "the call has no key");
    let elsewhere = format!("{} {:?} {:?}", call.path, call.query, call.request);
    assert!(!elsewhere.contains(KEY), "{elsewhere}");
    let printed = format!("{:?} {:#?}", scene.openrouter, scene.openrouter);
    assert!(!printed.contains(KEY), "{printed}");
}

#[tokio::test]
async fn a_redirect_takes_the_key_nowhere() {
    let canary = Canary::start().await;
    for status in [301, 302, 303, 307, 308] {
        let scene = Scene::new().await;
        scene.upstream.always("", Reply::status(status).header("location", &canary.url()));
        let (openrouter, ctx): (&OpenRouter, _) = (&scene.openrouter, &scene.ctx);
        assert!(openrouter.chat(ctx, hello()).await.is_err());
        assert!(openrouter.chat_stream(ctx, hello()).await.is_err());
        assert!(openrouter.embed(ctx, EmbedRequest::new("acme/embed", "Hi")).await.is_err());
        assert!(openrouter.list_models(ctx).await.is_err());
        assert!(openrouter.key_info(ctx).await.is_err());
        assert!(openrouter.generation(ctx, "gen-1").await.is_err());
    }
    canary.assert_heard_nothing().await;
}

#[tokio::test]
async fn no_field_of_a_request_moves_the_call() {
    let canary = Canary::start().await;
    let scene = Scene::chatting(reply("text.json")).await;
    for name in ["base_url", "api_base", "custom_host", "url", "api_key", "headers", "extra_headers"] {
        let value = json!({"base_url": canary.url(), "authorization": "Bearer other"});
        scene.chat(hello().with_extra(name, canary.url()).with_extra("provider", value)).await.unwrap();
    }
    let keys: Vec<_> = scene.upstream.calls().iter().map(|call| call.key).collect();
    assert!(keys.len() == 7 && keys.iter().all(|key| *key == keys[0] && key.is_some()), "{keys:?}");
    canary.assert_heard_nothing().await;
}

#[tokio::test]
async fn a_field_of_a_request_does_not_take_the_place_of_one_of_ours() {
    let scene = Scene::chatting(reply("text.json")).await;
    let request = hello()
        .with_extra("model", "acme/dear")
        .with_extra("stream", true)
        .with_extra("messages", json!([{"role": "user", "content": "other"}]));
    if scene.chat(request).await.is_ok() {
        let sent = scene.sent();
        assert_eq!(
            (&sent["model"], &sent["messages"][0]["content"]),
            (&json!("acme/writer"), &json!("Hello!"))
        );
        assert_ne!(sent.get("stream"), Some(&json!(true)));
    }
}
