//! The list: what it says and what follows from it.

use llm_core::{
    ChatRequest, Effort, JsonSchemaFormat, ModelId, ModelInfo, Reasoning, ResponseFormat, Support, Tool,
    ToolChoice, Usd,
};
use serde_json::{Value, json};

use super::*;
use crate::ServerTool;

fn list() -> Vec<Value> {
    vec![
        json!({
            "id": "acme/writer", "canonical_slug": "acme/writer-20260801", "name": "Acme: Writer", "created": 1_750_000_000,
            "description": "It writes.", "context_length": 128_000,
            "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
            "pricing": {"prompt": "0.000002", "completion": "0.000006", "input_cache_read": "0.0000005",
                "web_search": "0.005", "discount": 0.5,
                "overrides": [{"min_prompt_tokens": 200_000, "prompt": "0.000004", "completion": "0.000012"}]},
            "supported_parameters": ["temperature", "tools", "tool_choice", "response_format"],
            "top_provider": {"context_length": 100_000, "max_completion_tokens": 8192, "is_moderated": false},
        }),
        json!({
            "id": "openrouter/auto", "canonical_slug": "openrouter/auto", "context_length": null,
            "pricing": {"prompt": "-1", "completion": "-1"}, "supported_parameters": null, "created": 0,
        }),
        json!({
            "id": "acme/painter", "pricing": {"prompt": "0.000001", "completion": "0.000001", "image_output": "0.00003"},
            "supported_parameters": [], "architecture": {"output_modalities": ["text", "image"]},
        }),
        json!({
            "id": "acme/night", "pricing": {"prompt": "0.000001", "completion": "0.000001",
                "overrides": [{"utc_start": "0100", "utc_end": "0500", "prompt": "0.0000005"}]},
        }),
        json!({"name": "without an id"}),
        json!("no model at all"),
    ]
}

fn read() -> (Catalogue, Vec<ModelInfo>) {
    let (listed, models): (Vec<_>, Vec<_>) = decode_models(list()).into_iter().unzip();
    let catalogue = Catalogue::default();
    catalogue.keep(listed);
    (catalogue, models)
}

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

fn price(asked: &str, answered: &str, input: u64, output: u64) -> Option<Usd> {
    let mut usage = Usage::new().with_tokens(input, output);
    read().0.price(&mut usage, asked, answered);
    assert_eq!(usage.cost_source == CostSource::Catalogue, usage.cost.is_some());
    usage.cost
}

#[test]
fn ids_of_the_list_route_back_to_what_they_came_from() {
    let (_, models) = read();
    let ids: Vec<_> = models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(
        ids,
        ["openrouter/acme/writer", "openrouter/auto", "openrouter/acme/painter", "openrouter/acme/night"]
    );
    let upstream: Vec<_> = ids.iter().map(|id| ModelId::new(*id).unwrap().upstream().to_owned()).collect();
    assert_eq!(upstream, ["acme/writer", "openrouter/auto", "acme/painter", "acme/night"]);
}

#[test]
fn a_model_keeps_what_has_no_name_here() {
    let (_, models) = read();
    insta::assert_json_snapshot!(models[0]);
}

#[test]
fn an_entry_that_says_little_is_a_model_all_the_same() {
    let (_, models) = read();
    let auto = &models[1];
    assert_eq!((auto.prices, auto.created, auto.capabilities.context_length), (None, None, None));
    assert_eq!(
        (auto.capabilities.tools, auto.capabilities.image_input),
        (Support::Unknown, Support::Unknown)
    );
    let painter = &models[2].capabilities;
    assert_eq!(
        (painter.tools, painter.reasoning, painter.file_input),
        (Support::No, Support::No, Support::Unknown)
    );
}

#[test]
fn a_variant_can_what_its_model_can() {
    let (catalogue, _) = read();
    let tools = |name: &str| catalogue.look(name, |listed| listed.capabilities.tools);
    for name in ["acme/writer", "acme/writer:nitro", "acme/writer:free:online"] {
        assert_eq!(tools(name), Some(Support::Yes), "{name}");
    }
    assert_eq!(tools("acme/reader"), None);
    assert_eq!(tools("acme/writer/x"), None);
}

#[test]
fn tokens_without_a_cost_get_the_lists_price() {
    assert_eq!(price("acme/writer", "acme/writer", 1_000, 100), Some(usd("0.0026")));
    assert_eq!(
        price("acme/writer", "acme/writer-20260801", 1_000, 100),
        Some(usd("0.0026")),
        "the dated name"
    );
    assert_eq!(price("acme/other", "acme/writer", 1_000, 100), Some(usd("0.0026")), "a fallback");
}

#[test]
fn a_long_prompt_has_its_own_price() {
    assert_eq!(price("acme/writer", "acme/writer", 200_000, 0), Some(usd("0.4")));
    assert_eq!(price("acme/writer", "acme/writer", 200_001, 0), Some(usd("0.800004")));
}

#[test]
fn where_tokens_do_not_tell_the_cost_it_stays_unknown() {
    assert_eq!(price("openrouter/auto", "openrouter/auto", 10, 10), None, "a price of -1 is dynamic");
    assert_eq!(price("acme/painter", "acme/painter", 10, 10), None, "pictures cost otherwise");
    assert_eq!(price("acme/night", "acme/night", 10, 10), None, "the price changes with the hour");
    assert_eq!(price("acme/writer:nitro", "acme/writer-20260801", 10, 10), None, "a variant is another tier");
    assert_eq!(price("acme/writer", "acme/elsewhere", 10, 10), None, "another model served");

    let mut searched = Usage::new().with_tokens(10, 10);
    searched.extra.insert("server_tool_use_details".to_owned(), json!({"web_search_requests": 1}));
    read().0.price(&mut searched, "acme/writer", "acme/writer");
    assert_eq!(searched.cost, None, "a search has a fee");
}

#[test]
fn a_cost_that_was_told_is_not_touched() {
    let mut usage = Usage::new().with_tokens(10, 10).with_cost(Usd::ZERO, CostSource::Provider);
    read().0.price(&mut usage, "acme/writer", "acme/writer");
    assert_eq!((usage.cost, usage.cost_source), (Some(Usd::ZERO), CostSource::Provider));
}

fn demanding(model: &str) -> ChatRequest {
    let mut request = ChatRequest::new(model)
        .user("Hello!")
        .with_temperature(0.5)
        .with_max_output_tokens(10)
        .with_seed(7)
        .with_response_format(ResponseFormat::JsonSchema(JsonSchemaFormat::default()))
        .with_reasoning(Reasoning { effort: Some(Effort::High), ..Reasoning::default() });
    request.stop = vec!["\n".to_owned()];
    request
}

#[test]
fn what_a_model_does_not_take_is_refused_by_name() {
    let mut request = demanding("acme/writer:nitro");
    let error = read().0.fit(&mut request).unwrap_err();
    assert_eq!(error.kind(), llm_core::ErrorKind::Unsupported);
    for name in ["`seed`", "`stop`", "`response_format`", "`reasoning`", "`acme/writer`"] {
        assert!(error.message().contains(name), "{name} is missing in: {error}");
    }
    for name in ["temperature", "max_completion_tokens"] {
        assert!(!error.message().contains(name), "{name} is listed: {error}");
    }
    assert_eq!(request, demanding("acme/writer:nitro"), "a refused request is not changed");
}

#[test]
fn a_lenient_request_loses_what_the_model_does_not_take() {
    let mut request = demanding("acme/writer");
    request.options.lenient = true;
    let dropped = read().0.fit(&mut request).unwrap();
    assert_eq!(dropped, ["seed", "stop", "response_format", "reasoning"]);
    assert_eq!((request.seed, request.stop.len(), request.temperature), (None, 0, Some(0.5)));
    assert!(request.response_format.is_none() && request.reasoning.is_none());
}

#[test]
fn tools_go_with_all_that_belongs_to_them() {
    let mut request = ChatRequest::new("acme/painter")
        .with_tool(Tool::function("f", "It does.", json!({})))
        .with_tool_choice(ToolChoice::Required);
    request.options.lenient = true;
    assert_eq!(read().0.fit(&mut request).unwrap(), ["tools"]);
    assert!(request.tools.is_empty() && request.tool_choice.is_none());
}

#[test]
fn what_asks_for_nothing_is_fine_everywhere() {
    let mut request = ChatRequest::new("acme/painter")
        .with_tool(ServerTool::WebSearch.into())
        .with_tool_choice(ToolChoice::Auto)
        .with_response_format(ResponseFormat::Text)
        .with_reasoning(Reasoning { effort: Some(Effort::None), ..Reasoning::default() });
    request.logprobs = Some(false);
    request.parallel_tool_calls = Some(true);
    assert!(read().0.fit(&mut request).unwrap().is_empty());
}

#[test]
fn models_that_are_not_in_the_list_take_everything() {
    for model in ["acme/reader", "openrouter/auto", "@preset/mine"] {
        assert!(read().0.fit(&mut demanding(model)).unwrap().is_empty(), "{model}");
    }
    assert!(Catalogue::default().fit(&mut demanding("acme/writer")).unwrap().is_empty());
}

#[test]
fn a_list_of_any_length_is_kept_up_to_a_bound() {
    let entries = (0..MOST + 5).map(|at| json!({"id": format!("acme/model-{at}")})).collect();
    let catalogue = Catalogue::default();
    catalogue.keep(decode_models(entries).into_iter().map(|(listed, _)| listed));
    assert_eq!(catalogue.models().len(), MOST);
}
