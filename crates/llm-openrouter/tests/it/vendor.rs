//! Many calls against a whole vendor: what we say they cost is what it charged.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use llm_core::Usd;
use llm_openrouter::{OpenRouter, OpenRouterConfig};
use llm_provider::Provider as _;
use llm_testkit::{Upstream, Vendor};

use crate::scene::{KEY, Scene, hello, whole};

async fn scene() -> Scene {
    let upstream = Upstream::vendor(Vendor::new(7).with_key(KEY)).await;
    let config =
        OpenRouterConfig::default().with_api_key(KEY).with_base_url(format!("{}/api/v1", upstream.url()));
    Scene { openrouter: OpenRouter::new(config).unwrap(), upstream, ..Scene::new().await }
}

#[tokio::test]
async fn every_call_costs_what_the_vendor_charged() {
    let scene = scene().await;
    let mut ours = BTreeMap::new();
    for number in 0..20 {
        let answer = if number % 2 == 0 {
            scene.chat(hello()).await.unwrap()
        } else {
            let (events, error) = scene.stream(hello()).await;
            assert!(error.is_none(), "{error:?}");
            whole(&events)
        };
        ours.insert(answer.id.unwrap(), answer.usage.cost.unwrap());
    }
    scene.upstream.settled(20).await;
    let theirs: BTreeMap<String, Usd> =
        scene.upstream.calls().iter().map(|call| (call.id.clone().unwrap(), call.cost())).collect();
    assert_eq!((ours.len(), &ours), (20, &theirs));
}

#[tokio::test]
async fn the_record_of_a_call_agrees_with_its_answer() {
    let scene = scene().await;
    let answer = scene.chat(hello()).await.unwrap();
    let record = scene.openrouter.look_up_call(&scene.ctx, &answer.id.unwrap()).await.unwrap().unwrap();
    assert_eq!(record.cost, answer.usage.cost);
    assert_eq!(
        (record.input_tokens, record.output_tokens),
        (answer.usage.input_tokens, answer.usage.output_tokens)
    );
    assert_eq!(scene.openrouter.look_up_call(&scene.ctx, "gen-of-nobody").await.unwrap(), None);
}

#[tokio::test]
async fn the_key_is_checked_and_the_list_is_read() {
    let scene = scene().await;
    scene.openrouter.verify_key(&scene.ctx).await.unwrap();
    let models = scene.openrouter.list_models(&scene.ctx).await.unwrap();
    assert!(models.iter().all(|model| model.id.starts_with("openrouter/") && model.prices.is_some()));
}
