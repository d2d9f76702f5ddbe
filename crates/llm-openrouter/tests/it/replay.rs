//! Recorded exchanges, played again.
//!
//! The recordings are not part of the repository: `LLM_FIXTURES` names the folder that holds `openrouter/manifest.json`.
//! Without it the test says that it is skipped.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

use llm_core::{ChatRequest, EmbedRequest, Usage};
use llm_provider::Provider as _;
use llm_testkit::Reply;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::scene::{Scene, hello, whole};

mod oracle;
mod refusals;

/// Endpoints of OpenRouter's that this crate does not call.
const NOT_CALLED: [&str; 6] = [
    "/api/v1/responses",
    "/api/v1/messages",
    "/api/v1/audio/transcriptions",
    "/api/v1/providers",
    "/api/v1/models/count",
    "/api/v1/model/{author}/{slug}",
];

#[derive(Deserialize)]
struct Manifest {
    fixtures: Vec<Fixture>,
}

/// One recorded exchange.
#[derive(Deserialize)]
struct Fixture {
    name: String,
    path: String,
    status: u16,
    response: String,
    request: Option<String>,
    #[serde(default)]
    headers: Map<String, Value>,
}

/// An exchange with what belongs to it.
struct Exchange {
    fixture: Fixture,
    request: Option<Vec<u8>>,
    body: Vec<u8>,
}

impl Exchange {
    fn reply(&self) -> Reply {
        let reply = Reply::status(self.fixture.status).bytes(self.body.clone());
        self.fixture
            .headers
            .iter()
            .fold(reply, |reply, (name, value)| reply.header(name, value.as_str().unwrap_or_default()))
    }

    async fn scene(&self) -> Scene {
        let scene = Scene::new().await;
        scene.upstream.always("", self.reply());
        scene
    }
}

fn exchanges(folder: &str) -> Vec<Exchange> {
    let folder = std::path::Path::new(folder).join("openrouter");
    let read =
        |name: &str| std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let manifest: Manifest = serde_json::from_slice(&read("manifest.json")).unwrap();
    let exchange = |fixture: Fixture| Exchange {
        request: fixture.request.as_deref().map(read),
        body: read(&fixture.response),
        fixture,
    };
    manifest.fixtures.into_iter().map(exchange).collect()
}

#[tokio::test]
async fn recorded_exchanges_give_what_was_recorded() {
    #[expect(clippy::disallowed_methods, reason = "where the recordings are is the environment's to say")]
    let Ok(folder) = std::env::var("LLM_FIXTURES") else {
        println!("skipped: recorded_exchanges_give_what_was_recorded (LLM_FIXTURES is not set)");
        return;
    };
    let (mut passed, mut failed, mut left) = (0, Vec::new(), Vec::new());
    for exchange in exchanges(&folder) {
        let name = exchange.fixture.name.clone();
        if NOT_CALLED.contains(&exchange.fixture.path.as_str()) {
            left.push(name);
            continue;
        }
        // A task of its own, so that one difference hides no other: its panic tells it.
        match tokio::spawn(async move { play(&exchange).await }).await {
            Ok(()) => passed += 1,
            Err(_) => failed.push(name),
        }
    }
    println!("{passed} passed, {} failed: {failed:?}", failed.len());
    println!("{} are of endpoints that are not called: {left:?}", left.len());
    assert!(passed > 0 && failed.is_empty(), "what differs is told above");
}

async fn play(exchange: &Exchange) {
    match exchange.fixture.path.as_str() {
        "/api/v1/chat/completions" => chat(exchange).await,
        "/api/v1/embeddings" => embeddings(exchange).await,
        _ => record(exchange).await,
    }
}

/// The request as it was recorded, read as a server of ours would, and whether it asked for a stream.
fn recorded_request(exchange: &Exchange) -> (ChatRequest, bool) {
    let streamed = exchange.fixture.response.ends_with(".sse");
    match &exchange.request {
        Some(body) => (llm_wire::chat_completions::decode_request(body).unwrap().request, streamed),
        None => (hello(), streamed),
    }
}

async fn chat(exchange: &Exchange) {
    let name = &exchange.fixture.name;
    let (request, streamed) = recorded_request(exchange);
    let scene = exchange.scene().await;
    let outcome = if streamed {
        let (events, error) = scene.stream(request).await;
        error.map_or_else(|| Ok(whole(&events)), Err)
    } else {
        scene.chat(request).await
    };
    if let Some(recorded) = &exchange.request {
        let recorded: Value = serde_json::from_slice(recorded).unwrap();
        assert_eq!(
            without_nulls(&scene.sent()["messages"]),
            without_nulls(&recorded["messages"]),
            "{name}: the conversation goes as it came"
        );
    }
    match (outcome, refusals::find(name)) {
        (Ok(answer), None) => oracle::check(name, &exchange.body, streamed, &answer),
        (Err(error), Some(refusal)) => refusal.check(name, &error),
        (Ok(_), Some(_)) => panic!("{name}: a failure was given as an answer"),
        (Err(error), None) => panic!("{name}: a good answer failed: {}", error.report()),
    }
}

/// `null` and nothing mean the same.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        Value::Object(fields) => {
            let said = fields.iter().filter(|(_, value)| !value.is_null());
            said.map(|(name, value)| (name.clone(), without_nulls(value))).collect()
        }
        other => other.clone(),
    }
}

async fn embeddings(exchange: &Exchange) {
    let name = &exchange.fixture.name;
    let scene = exchange.scene().await;
    let outcome = scene.openrouter.embed(&scene.ctx, EmbedRequest::new("acme/embed", "Hello!")).await;
    match (outcome, refusals::find(name)) {
        (Ok(answer), None) => {
            let body: Value = serde_json::from_slice(&exchange.body).unwrap();
            assert_eq!(answer.embeddings.len(), body["data"].as_array().unwrap().len(), "{name}");
            assert_eq!(answer.usage.input_tokens, body["usage"]["prompt_tokens"].as_u64(), "{name}");
            assert_eq!(answer.usage.cost, oracle::cost(&exchange.body), "{name}");
        }
        (Err(error), Some(refusal)) => refusal.check(name, &error),
        (outcome, _) => panic!("{name}: {outcome:?}"),
    }
}

/// The records that are read by GET.
async fn record(exchange: &Exchange) {
    let scene = exchange.scene().await;
    let (openrouter, ctx) = (&scene.openrouter, &scene.ctx);
    match exchange.fixture.name.as_str() {
        "models_list_trimmed" => {
            let models = openrouter.list_models(ctx).await.unwrap();
            let body: Value = serde_json::from_slice(&exchange.body).unwrap();
            let entries = body["data"].as_array().unwrap();
            assert_eq!(models.len(), entries.len());
            for (model, entry) in models.iter().zip(entries) {
                let id = llm_core::ModelId::new(model.id.as_str()).unwrap();
                assert_eq!(
                    id.upstream(),
                    entry["id"].as_str().unwrap(),
                    "it routes back to where it came from"
                );
                let dynamic = entry["pricing"]["prompt"] == "-1";
                assert_eq!(model.prices.is_none(), dynamic, "{}", model.id);
                assert_eq!(model.capabilities.context_length, entry["context_length"].as_u64());
            }
        }
        "doc_key" => {
            let info = openrouter.verify_key(ctx).await.unwrap();
            assert_eq!(info.limit_remaining, Some("74.5".parse().unwrap()));
        }
        "doc_credits" => {
            let credits = openrouter.credits(ctx).await.unwrap();
            assert_eq!(credits.balance(), Some("74.75".parse().unwrap()));
        }
        "doc_generation" => {
            let usage: Usage = openrouter.look_up_call(ctx, "gen-1").await.unwrap().unwrap();
            assert_eq!((usage.cost, usage.input_tokens), (Some("0.0015".parse().unwrap()), Some(10)));
        }
        "doc_model_endpoints" => {
            let endpoints = openrouter.model_endpoints(ctx, "openai/gpt-4o-mini").await.unwrap();
            assert_eq!(endpoints.iter().map(|at| at.status).collect::<Vec<_>>(), [Some(0), Some(-2)]);
        }
        other => panic!("{other}: nobody knows what it must give"),
    }
}
