//! The key, the account, single calls, the vendors of a model.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use llm_core::ErrorKind;
use llm_openrouter::Percentiles;
use llm_provider::{HealthStatus, Provider as _};
use llm_testkit::Reply;
use serde_json::{Value, json};

use crate::scene::Scene;

fn key(fields: Value) -> Value {
    let mut data = json!({
        "label": "sk-or-v1-au7...890", "limit": 100, "limit_remaining": 74.5, "limit_reset": "monthly",
        "usage": 25.500_000_000_001, "usage_daily": 1, "usage_weekly": 2, "usage_monthly": 3, "byok_usage": 17.38,
        "include_byok_in_limit": false, "is_free_tier": false, "is_management_key": false,
        "rate_limit": {"requests": -1, "interval": "10s"}, "expires_at": "2027-12-31T23:59:59Z",
    });
    for (name, value) in fields.as_object().unwrap() {
        data[name] = value.clone();
    }
    json!({ "data": data })
}

async fn answering(path: &str, reply: impl Into<Reply>) -> Scene {
    let scene = Scene::new().await;
    scene.upstream.always(path, reply);
    scene
}

fn refused(status: u16, message: &str) -> Reply {
    Reply::status(status).with_json(&json!({"error": {"code": status, "message": message}}))
}

#[tokio::test]
async fn a_key_tells_its_limits_exactly() {
    let scene = answering("/api/v1/key", Reply::json(&key(json!({})))).await;
    let info = scene.openrouter.verify_key(&scene.ctx).await.unwrap();
    assert_eq!(info.limit_remaining, Some("74.5".parse().unwrap()));
    assert_eq!(info.usage, Some("25.500000000001".parse().unwrap()));
    assert_eq!((info.limit_reset.as_deref(), info.is_free_tier), (Some("monthly"), Some(false)));
    assert!(scene.told.all().is_empty(), "a look at a record is no paid call");
}

#[tokio::test]
async fn a_key_without_limits_has_none() {
    let scene =
        answering("/api/v1/key", Reply::json(&key(json!({"limit": null, "limit_remaining": null})))).await;
    let info = scene.openrouter.key_info(&scene.ctx).await.unwrap();
    assert_eq!((info.limit, info.limit_remaining), (None, None));
}

#[tokio::test]
async fn a_key_that_cannot_make_calls_is_told_at_the_start() {
    let scene = answering("/api/v1/key", refused(401, "User not found.")).await;
    let error = scene.openrouter.verify_key(&scene.ctx).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.provider().map(|name| name.as_str())),
        (ErrorKind::Authentication, Some("openrouter"))
    );

    let scene = answering("/api/v1/key", Reply::json(&key(json!({"is_management_key": true})))).await;
    assert_eq!(
        scene.openrouter.verify_key(&scene.ctx).await.unwrap_err().kind(),
        ErrorKind::PermissionDenied
    );
}

#[tokio::test]
async fn health_is_up_degraded_or_down() {
    let cases = [
        (Reply::json(&key(json!({}))), HealthStatus::Up),
        (refused(429, "Slow down"), HealthStatus::Degraded),
        (refused(401, "No"), HealthStatus::Down),
        (refused(500, "Internal Server Error"), HealthStatus::Down),
    ];
    for (reply, status) in cases {
        let scene = answering("/api/v1/key", reply).await;
        let health = scene.openrouter.health(&scene.ctx).await.unwrap();
        assert_eq!(health.status, status);
        assert!(health.latency.is_some());
        assert_eq!(health.message.is_none(), status == HealthStatus::Up);
    }
}

#[tokio::test]
async fn health_without_a_key_names_the_variable() {
    let scene = Scene::with(|config| config).await;
    let health = scene.openrouter.health(&scene.ctx).await.unwrap();
    assert_eq!(health.status, HealthStatus::Down);
    assert!(health.message.unwrap().contains("OPENROUTER_API_KEY"));
    assert_eq!(scene.upstream.connections(), 0);
}

#[tokio::test]
async fn the_balance_is_what_was_bought_without_what_was_spent() {
    let data = json!({"data": {"total_credits": 100.5, "total_usage": 25.75}});
    let scene = answering("/api/v1/credits", Reply::json(&data)).await;
    let credits = scene.openrouter.credits(&scene.ctx).await.unwrap();
    assert_eq!(credits.balance(), Some("74.75".parse().unwrap()));

    let data = json!({"data": {"total_credits": 1, "total_usage": 2}});
    let scene = answering("/api/v1/credits", Reply::json(&data)).await;
    assert_eq!(scene.openrouter.credits(&scene.ctx).await.unwrap().balance(), Some(llm_core::Usd::ZERO));

    let scene = answering("/api/v1/credits", refused(403, "Only management keys can fetch credits")).await;
    assert_eq!(scene.openrouter.credits(&scene.ctx).await.unwrap_err().kind(), ErrorKind::PermissionDenied);
}

#[tokio::test]
async fn a_call_that_was_cut_can_be_looked_up() {
    let body = r#"{"data":{"id":"gen-1","total_cost":0.000135000000000001,"native_tokens_prompt":10,
        "native_tokens_completion":25,"native_tokens_cached":3,"native_tokens_reasoning":5,"is_byok":false,
        "cancelled":true,"cache_discount":-0.01,"provider_name":"Infermatic","latency":1250}}"#;
    let scene = answering("/api/v1/generation", Reply::status(200).bytes(body)).await;
    let usage = scene.openrouter.look_up_call(&scene.ctx, "gen-1 & more").await.unwrap().unwrap();
    assert_eq!(usage.cost.unwrap().picos(), 135_000_000);
    assert_eq!((usage.input_tokens, usage.output_tokens), (Some(10), Some(25)));
    assert_eq!(scene.call().query.as_deref(), Some("id=gen-1+%26+more"));
    assert!(scene.told.all().is_empty());

    let generation = scene.openrouter.generation(&scene.ctx, "gen-1").await.unwrap().unwrap();
    assert_eq!((generation.cancelled, generation.provider_name.as_deref()), (Some(true), Some("Infermatic")));
}

#[tokio::test]
async fn a_call_that_is_not_on_record_is_none_and_a_failure_is_one() {
    let scene = answering("/api/v1/generation", refused(404, "Generation gen-1 not found")).await;
    assert_eq!(scene.openrouter.look_up_call(&scene.ctx, "gen-1").await.unwrap(), None);
    let scene = answering("/api/v1/generation", refused(500, "Internal Server Error")).await;
    assert_eq!(
        scene.openrouter.look_up_call(&scene.ctx, "gen-1").await.unwrap_err().kind(),
        ErrorKind::Provider
    );
}

#[tokio::test]
async fn a_refusal_with_a_good_status_is_a_refusal() {
    let body = json!({"error": {"code": 401, "message": "No auth credentials found"}});
    let scene = answering("/api/v1/key", Reply::json(&body)).await;
    assert_eq!(scene.openrouter.key_info(&scene.ctx).await.unwrap_err().kind(), ErrorKind::Authentication);
}

#[tokio::test]
async fn the_vendors_of_a_model_are_listed() {
    let body = json!({"data": {"id": "acme/writer", "endpoints": [
        {"provider_name": "OpenAI", "tag": "openai", "context_length": 128_000, "max_completion_tokens": 16_384,
            "pricing": {"prompt": "0.00000015", "completion": "0.0000006", "discount": 0}, "quantization": null,
            "supported_parameters": ["tools"], "status": 0, "uptime_last_30m": 100.0, "latency_last_30m": {"p50": 420.0},
            "throughput_last_30m": null, "supports_implicit_caching": true},
        {"provider_name": "Azure", "tag": "azure/eastus2", "status": "degraded", "pricing": null},
    ]}});
    let scene = answering("/api/v1/models/acme/writer/endpoints", Reply::json(&body)).await;
    for name in ["acme/writer", "openrouter/acme/writer"] {
        let endpoints = scene.openrouter.model_endpoints(&scene.ctx, name).await.unwrap();
        assert_eq!(
            endpoints.iter().map(|at| at.tag.as_deref().unwrap()).collect::<Vec<_>>(),
            ["openai", "azure/eastus2"]
        );
        assert_eq!(endpoints[0].prices.unwrap().input, "0.00000015".parse().unwrap());
        let latency = Percentiles { p50: Some(420.0), ..Percentiles::default() };
        assert_eq!((endpoints[0].latency_last_30m, endpoints[0].throughput_last_30m), (Some(latency), None));
        assert_eq!(
            (endpoints[1].status, endpoints[1].prices),
            (None, None),
            "what makes no sense is left out"
        );
    }
    for name in ["writer", "a/b/c", "openrouter/", "../key"] {
        let error = scene.openrouter.model_endpoints(&scene.ctx, name).await;
        assert!(error.is_err() || name == "../key", "{name}");
    }
    assert!(scene.upstream.calls().iter().all(|call| call.path.ends_with("/endpoints")));
}
