//! The JSON that setters make.

use llm_core::{Tool, Usd};

use super::*;

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

#[test]
fn all_preferences_have_openrouters_names() {
    let preferences = ProviderPreferences::default()
        .with_order(["google-vertex/us-east5", "deepinfra/turbo"])
        .with_fallbacks(false)
        .with_required_parameters()
        .with_data_collection(DataCollection::Deny)
        .with_zero_data_retention()
        .with_distillable_text()
        .with_only(["openai"])
        .with_ignored(["azure"])
        .with_quantizations([Quantization::Fp8, Quantization::Bf16, Quantization::Nvfp4])
        .with_sort(SortRule { by: SortBy::Throughput, partition: SortPartition::None })
        .with_preferred_min_throughput(50.0)
        .with_preferred_max_latency(Percentiles { p50: Some(1.5), p99: Some(8.0), ..Percentiles::default() })
        .with_max_price(MaxPrice::tokens(usd("0.3"), usd("2.5")));
    insta::assert_json_snapshot!(to_json(&preferences));
    let again: ProviderPreferences = serde_json::from_value(to_json(&preferences)).unwrap();
    assert_eq!(again, preferences);
}

#[test]
fn unset_preferences_are_not_sent() {
    assert_eq!(to_json(&ProviderPreferences::default()), json!({}));
}

#[test]
fn a_price_is_read_from_a_number_and_from_a_text() {
    let price: MaxPrice =
        serde_json::from_value(json!({"prompt": 0.3, "completion": "2.5", "request": 1})).unwrap();
    let mut same = MaxPrice::tokens(usd("0.3"), usd("2.5"));
    same.request = Some(usd("1").into());
    assert_eq!(price, same);
    assert!(serde_json::from_value::<MaxPrice>(json!({"prompt": -1})).is_err());
}

#[test]
fn a_word_that_is_no_preference_is_refused() {
    assert!(serde_json::from_value::<ProviderPreferences>(json!({"ordr": ["openai"]})).is_err());
}

#[test]
fn all_plugins_have_openrouters_names() {
    let web = WebSearch::default()
        .with_engine("exa")
        .with_max_results(3)
        .with_domain("example.com")
        .without_domain("example.org")
        .with_search_prompt("Look:");
    let request = ChatRequest::new("m")
        .with_plugin(Plugin::Web(web))
        .with_plugin(Plugin::FileParser(FileParser::pdf(PdfEngine::MistralOcr)))
        .with_plugin(Plugin::ResponseHealing(PluginSettings::default()))
        .with_plugin(Plugin::ContextCompression(PluginSettings::off()))
        .with_plugin(Plugin::AutoRouter(
            PluginSettings::default().with("allowed_models", json!(["openai/*"])),
        ))
        .with_plugin(Plugin::Other(json!({"id": "tomorrow", "x": 1})));
    insta::assert_json_snapshot!(request.extra);
}

#[test]
fn every_setter_sets_the_field_of_its_name() {
    let request = ChatRequest::new("m")
        .with_fallback_models(["a/b", "c/d"])
        .with_preset("mine")
        .with_transforms::<String>([])
        .with_route("fallback")
        .with_image_config(json!({"aspect_ratio": "16:9"}))
        .with_trace(json!({"trace_id": "t"}))
        .with_upstream_echo()
        .with_usage_included()
        .with_web_search_options(json!({"search_context_size": "low"}))
        .with_max_tool_calls(5)
        .with_stop_server_tools_when(json!({"cost": 1}))
        .with_prompt_cache_key("k")
        .with_prompt_cache_options(json!({"ttl": "1h"}))
        .with_session("s");
    insta::assert_json_snapshot!(request.extra);
    assert_eq!(request.session_id.as_deref(), Some("s"));
}

#[test]
fn server_tools_have_openrouters_types() {
    let kind = |tool: Tool| match tool {
        Tool::Other { value } => value["type"].as_str().map(str::to_owned),
        _ => None,
    };
    let tools = [
        (ServerTool::WebSearch, "openrouter:web_search"),
        (ServerTool::WebFetch, "openrouter:web_fetch"),
        (ServerTool::Datetime, "openrouter:datetime"),
        (ServerTool::ImageGeneration, "openrouter:image_generation"),
        (ServerTool::Fusion, "openrouter:fusion"),
        (ServerTool::Advisor, "openrouter:advisor"),
        (ServerTool::Subagent, "openrouter:subagent"),
        (ServerTool::ToolSearch, "openrouter:tool_search"),
        (ServerTool::Other("new".to_owned()), "openrouter:new"),
    ];
    for (tool, name) in tools {
        assert_eq!(kind(tool.clone().into()).as_deref(), Some(name));
        assert_eq!(kind(tool.with_parameters(json!({}))).as_deref(), Some(name));
    }
}
