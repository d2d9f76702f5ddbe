//! Whole answers, and what is told on the way.

use llm_core::{CostSource, EmbedRequest, ErrorKind, ProviderName, Stage};
use llm_provider::Provider as _;
use llm_testkit::Reply;
use serde_json::json;

use crate::scene::{Scene, hello, payload, reply};

#[tokio::test]
async fn an_answer_names_who_gave_it() {
    let scene = Scene::chatting(reply("text.json")).await;
    let answer = scene.chat(hello()).await.unwrap();
    assert_eq!(answer.provider.as_ref().map(ProviderName::as_str), Some("openrouter"));
    assert_eq!(answer.served_by.as_deref(), Some("Google AI Studio"));
    assert_eq!(answer.model, "google/gemini-2.5-flash-20250617");
}

#[tokio::test]
async fn the_cost_is_exact() {
    let scene = Scene::chatting(reply("text.json")).await;
    let usage = scene.chat(hello()).await.unwrap().usage;
    assert_eq!(usage.cost.unwrap().picos(), 9_500_000);
    assert_eq!((usage.cost_source, usage.cached_tokens), (CostSource::Provider, Some(1024)));
}

#[tokio::test]
async fn with_an_own_key_the_cost_is_fee_and_bill() {
    let scene = Scene::chatting(reply("own_key.json")).await;
    assert_eq!(scene.chat(hello()).await.unwrap().usage.cost, Some("0.00294".parse().unwrap()));
}

#[tokio::test]
async fn a_cost_of_nothing_is_not_an_unknown_one() {
    let free = Scene::chatting(reply("refusal.json")).await.chat(hello()).await.unwrap().usage;
    assert_eq!((free.cost, free.cost_source), (Some(llm_core::Usd::ZERO), CostSource::Provider));
    let unknown = Scene::chatting(reply("without_cost.json")).await.chat(hello()).await.unwrap().usage;
    assert_eq!((unknown.cost, unknown.cost_source), (None, CostSource::Unknown));
}

#[tokio::test]
async fn the_ledger_is_told_the_id_of_the_headers_before_the_body_is_there() {
    let silent = llm_testkit::Gate::new();
    let body = Reply::status(200)
        .header("content-type", "application/json")
        .with_id("gen-header")
        .wait_for(&silent)
        .bytes(payload("text.json"));
    let scene = Scene::chatting(body).await;
    let watch = async {
        while scene.told.all().len() < 2 {
            tokio::task::yield_now().await;
        }
        let told = scene.told.all();
        silent.open();
        told
    };
    let (answer, told) = tokio::join!(scene.chat(hello()), watch);
    answer.unwrap();
    assert_eq!(told, ["sent", "gen-header"]);
    assert_eq!(scene.told.all(), ["sent", "gen-header"], "the body's id does not take its place");
}

#[tokio::test]
async fn without_the_header_the_body_tells_the_id() {
    let scene = Scene::chatting(reply("text.json")).await;
    scene.chat(hello()).await.unwrap();
    assert_eq!(scene.told.all(), ["sent", "gen-1760000000-AbCd"]);

    let scene = Scene::chatting(reply("text.sse")).await;
    assert!(scene.stream(hello()).await.1.is_none());
    assert_eq!(scene.told.all(), ["sent", "gen-1760000000-AbCd"]);
}

#[tokio::test]
async fn without_an_id_in_the_body_the_answer_has_that_of_the_header() {
    let body =
        json!({"model": "acme/writer", "choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]});
    let scene = Scene::chatting(Reply::json(&body).with_id("gen-header")).await;
    assert_eq!(scene.chat(hello()).await.unwrap().id.as_deref(), Some("gen-header"));
    let (events, _) = scene.stream(hello()).await;
    assert_eq!(crate::scene::whole(&events).id.as_deref(), Some("gen-header"));
}

#[tokio::test]
async fn without_a_key_no_call_is_made() {
    let scene = Scene::with(|config| config).await;
    let ctx = &scene.ctx;
    let errors = [
        scene.chat(hello()).await.unwrap_err(),
        scene.stream(hello()).await.1.unwrap(),
        scene.openrouter.embed(ctx, EmbedRequest::new("acme/embed", "Hello!")).await.unwrap_err(),
        scene.openrouter.list_models(ctx).await.unwrap_err(),
        scene.openrouter.look_up_call(ctx, "gen-1").await.unwrap_err(),
        scene.openrouter.verify_key(ctx).await.unwrap_err(),
        scene.openrouter.credits(ctx).await.unwrap_err(),
        scene.openrouter.model_endpoints(ctx, "acme/writer").await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!((error.kind(), error.stage()), (ErrorKind::NotConfigured, Stage::Local));
        assert!(error.message().contains("OPENROUTER_API_KEY"), "{error}");
    }
    assert_eq!(scene.upstream.connections(), 0);
    assert!(scene.told.all().is_empty(), "nothing left, so nothing was sent");
}

#[tokio::test]
async fn without_a_model_no_call_is_made() {
    let scene = Scene::new().await;
    for model in ["", "two words", "acme/"] {
        let request = llm_core::ChatRequest::new(model).user("Hello!");
        assert_eq!(scene.chat(request.clone()).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
        assert_eq!(scene.stream(request).await.1.unwrap().kind(), ErrorKind::InvalidRequest);
        let error = scene.openrouter.embed(&scene.ctx, EmbedRequest::new(model, "Hello!")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }
    assert_eq!(scene.upstream.connections(), 0);
}

#[tokio::test]
async fn the_three_spellings_of_the_base_url_mean_the_same() {
    for end in ["", "/", "/chat/completions"] {
        let upstream = llm_testkit::Upstream::start().await;
        upstream.always("", reply("text.json"));
        let config = llm_openrouter::OpenRouterConfig::default()
            .with_api_key(crate::scene::KEY)
            .with_base_url(format!("{}/api/v1{end}", upstream.url()));
        let scene = Scene {
            openrouter: llm_openrouter::OpenRouter::new(config).unwrap(),
            upstream,
            ..Scene::new().await
        };
        scene.chat(hello()).await.unwrap();
        assert_eq!(scene.call().path, "/api/v1/chat/completions", "{end}");
    }
}

#[tokio::test]
async fn embeddings_come_with_their_cost() {
    let scene = Scene::new().await;
    let body = json!({"object": "list", "model": "acme/embed-1", "id": "gen-emb",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5]}],
        "usage": {"prompt_tokens": 3, "total_tokens": 3, "cost": 0.000_000_06}});
    scene.upstream.always("/api/v1/embeddings", Reply::json(&body));
    let request = EmbedRequest::new("acme/embed", vec!["Hello!".to_owned()]);
    let answer = scene.openrouter.embed(&scene.ctx, request).await.unwrap();
    assert_eq!(answer.embeddings[0].vector, [0.25, -0.5]);
    assert_eq!(
        (answer.usage.input_tokens, answer.usage.cost),
        (Some(3), Some("0.00000006".parse().unwrap()))
    );
    assert_eq!(scene.sent(), json!({"model": "acme/embed", "input": ["Hello!"]}));
}

#[tokio::test]
async fn an_embedding_that_is_refused_is_judged_by_the_same_table() {
    let scene = Scene::new().await;
    let body = json!({"error": {"code": 400, "message": "Model no-such/embedder does not exist"}});
    scene.upstream.always("/api/v1/embeddings", Reply::status(400).with_json(&body));
    let error =
        scene.openrouter.embed(&scene.ctx, EmbedRequest::new("no-such/embedder", "Hi")).await.unwrap_err();
    assert_eq!((error.kind(), error.model()), (ErrorKind::ModelNotFound, Some("no-such/embedder")));
}

#[tokio::test]
async fn what_openrouter_is_not_asked_for_here_is_unsupported() {
    let scene = Scene::new().await;
    let error = scene.openrouter.generate_image(&scene.ctx, Default::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(scene.upstream.connections(), 0);
}
