//! What goes over the wire, byte for byte.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use llm_core::ChatRequest;
use llm_openrouter::{
    DataCollection, FileParser, MaxPrice, OpenRouterRequest as _, PdfEngine, Plugin, ProviderPreferences,
    ServerTool, SortBy,
};
use llm_testkit::corpus;
use serde_json::{Value, json};

use crate::scene::{Scene, hello, reply};

async fn wire(request: ChatRequest) -> Value {
    let scene = Scene::chatting(reply("text.json")).await;
    scene.chat(request).await.unwrap();
    scene.sent()
}

#[tokio::test]
async fn each_canonical_request_has_its_bytes() {
    for (name, request) in corpus::requests() {
        insta::assert_json_snapshot!(format!("request_{name}"), wire(request).await);
    }
}

#[tokio::test]
async fn what_only_openrouter_can_be_asked_for_goes_as_it_is_named() {
    let preferences = ProviderPreferences::default()
        .with_order(["anthropic"])
        .with_data_collection(DataCollection::Deny)
        .with_sort(SortBy::Price)
        .with_max_price(MaxPrice::tokens("3".parse().unwrap(), "15".parse().unwrap()));
    let mut request = hello()
        .with_provider_preferences(preferences)
        .with_fallback_models(["acme/reader"])
        .with_plugin(Plugin::FileParser(FileParser::pdf(PdfEngine::CloudflareAi)))
        .with_preset("mine")
        .with_session("story-7")
        .with_prompt_cache_key("story-7")
        .with_tool(ServerTool::WebSearch.with_parameters(json!({"max_results": 3})));
    request.options.lenient = true;
    insta::assert_json_snapshot!("request_openrouters_own", wire(request).await);
}

#[tokio::test]
async fn a_stream_is_asked_for_without_switches_that_have_no_effect() {
    let scene = Scene::chatting(reply("text.sse")).await;
    assert!(scene.stream(hello()).await.1.is_none());
    let sent = scene.sent();
    assert_eq!((&sent["stream"], sent.get("stream_options"), sent.get("usage")), (&json!(true), None, None));
    assert_eq!(scene.call().header("accept"), Some("text/event-stream"));
}

#[tokio::test]
async fn names_go_as_they_are() {
    for name in [
        "openrouter/auto",
        "anthropic/claude-sonnet-4:nitro",
        "acme/writer:free:online",
        "@preset/my-preset",
        "~anthropic/claude-sonnet-latest",
        "no/such-model",
    ] {
        let sent = wire(ChatRequest::new(name).user("Hello!")).await;
        assert_eq!(sent["model"], name);
    }
}

#[tokio::test]
async fn the_same_request_has_the_same_bytes() {
    // OpenRouter's own cache, and the vendors', go by the bytes.
    let scene = Scene::chatting(reply("text.json")).await;
    let request = || corpus::request("full").unwrap();
    scene.chat(request()).await.unwrap();
    scene.chat(request()).await.unwrap();
    let bodies: Vec<_> =
        scene.upstream.calls().iter().map(|call| call.request.as_ref().unwrap().to_string()).collect();
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn attribution_is_what_the_configuration_says_and_nothing_else() {
    const NAMES: [&str; 6] = [
        "http-referer",
        "x-openrouter-title",
        "x-title",
        "x-openrouter-categories",
        "x-anthropic-beta",
        "x-openrouter-metadata",
    ];
    let silent = Scene::chatting(reply("text.json")).await;
    silent.chat(hello()).await.unwrap();
    assert!(NAMES.iter().all(|name| silent.call().header(name).is_none()));

    let scene = Scene::with(|config| {
        config
            .with_api_key(crate::scene::KEY)
            .with_title("Storyteller")
            .with_referer("https://storyteller.example")
            .with_category("creative-writing")
            .with_category("game")
            .with_anthropic_beta("structured-outputs-2025-11-13")
            .with_routing_report()
    })
    .await;
    scene.upstream.always("/api/v1/chat/completions", reply("text.json"));
    scene.chat(hello()).await.unwrap();
    let call = scene.call();
    let seen: Vec<_> = NAMES.iter().map(|name| call.header(name).unwrap_or_default()).collect();
    let set = [
        "https://storyteller.example",
        "Storyteller",
        "Storyteller",
        "creative-writing,game",
        "structured-outputs-2025-11-13",
        "enabled",
    ];
    assert_eq!(seen, set);
}

#[tokio::test]
async fn a_call_goes_under_its_attempts_id() {
    let scene = Scene::chatting(reply("text.json")).await;
    scene.chat(hello()).await.unwrap();
    let id = scene.ctx.attempt_id().unwrap().to_string();
    assert_eq!(scene.call().client_request_id(), Some(id.as_str()));
}

#[tokio::test]
async fn a_structured_answer_goes_to_vendors_that_enforce_it() {
    let asked = async |change: fn(ChatRequest) -> ChatRequest| {
        let scene = Scene::chatting(reply("text.json")).await;
        let mut request = change(hello());
        request.options.operation = llm_core::Operation::Structured;
        scene.chat(request).await.unwrap();
        scene.upstream.calls()[0].request.clone().unwrap()["provider"]["require_parameters"].clone()
    };
    let schema = |request: ChatRequest| {
        request
            .with_response_format(llm_core::ResponseFormat::JsonSchema(llm_core::JsonSchemaFormat::default()))
    };
    assert_eq!(asked(schema).await, true);
    assert_eq!(
        asked(|request| request.with_tool_choice(llm_core::ToolChoice::Function("f".into()))).await,
        true
    );
    assert_eq!(asked(|request| request).await, json!(null), "plain JSON is checked here, whoever writes it");
    let own = |request: ChatRequest| {
        request
            .with_response_format(llm_core::ResponseFormat::JsonSchema(llm_core::JsonSchemaFormat::default()))
            .with_extra("provider", json!({"require_parameters": false}))
    };
    assert_eq!(asked(own).await, false, "the caller's word stands");
}
