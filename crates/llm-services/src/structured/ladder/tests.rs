use std::sync::{Arc, Mutex};

use llm_core::{
    Capabilities, ChatRequest, ChatResponse, CostSource, Error, ErrorKind, FinishReason, Message,
    ProviderName, RequestId, ResponseFormat, Result, Role, Support, ToolCall, ToolChoice, Usage,
};
use llm_provider::{CallContext, Layer as _, MockProvider};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{EnforcedBy, Schema, StructuredLayer, rung_of};

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its shape is of interest")]
struct Npc {
    name: String,
    level: u8,
}

const GOOD: &str = r#"{"name":"Ada","level":3}"#;
const BAD: &str = r#"{"name":"Ada","level":"high"}"#;

fn text(text: &str) -> Result<ChatResponse> {
    let mut response = ChatResponse::of_text("m", text);
    response.usage = Usage::new().with_tokens(10, 2).with_cost("0.01".parse().unwrap(), CostSource::Provider);
    Ok(response)
}

fn called(arguments: &str) -> Result<ChatResponse> {
    let mut message = Message::empty(Role::Assistant);
    message.tool_calls = vec![ToolCall {
        id: "c".into(),
        name: "Npc".into(),
        arguments: arguments.into(),
        ..ToolCall::default()
    }];
    Ok(ChatResponse::new("m", message, FinishReason::ToolCalls))
}

/// Climbs over these answers, and gives the outcome with the requests that were made.
async fn climb(
    model: Capabilities,
    answers: Vec<Result<ChatResponse>>,
) -> (Result<(EnforcedBy, ChatResponse)>, Vec<ChatRequest>) {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = requests.clone();
    let count = answers.len();
    let answers = Mutex::new(answers.into_iter());
    let mut inner = MockProvider::new();
    inner.expect_name().return_const(ProviderName::new("fake").unwrap());
    inner.expect_capabilities().return_const(model);
    inner.expect_chat().times(count).returning(move |_, request| {
        seen.lock().unwrap().push(request);
        answers.lock().unwrap().next().unwrap()
    });
    let provider = StructuredLayer.layer(Arc::new(inner));
    let ctx = CallContext::new(RequestId::new()).with_extension(Arc::new(Schema::of::<Npc>().unwrap()));
    let outcome = provider
        .chat(&ctx, ChatRequest::new("fake/m").user("an npc"))
        .await
        .map(|mut response| (rung_of(&mut response).unwrap(), response));
    let requests = requests.lock().unwrap().clone();
    (outcome, requests)
}

#[tokio::test]
async fn the_strictest_rung_is_tried_first() {
    let (outcome, requests) = climb(Capabilities::default(), vec![text(GOOD)]).await;
    let (rung, response) = outcome.unwrap();
    assert_eq!((rung, response.text().as_str()), (EnforcedBy::JsonSchema, GOOD));
    let Some(ResponseFormat::JsonSchema(format)) = &requests[0].response_format else { panic!("no schema") };
    assert_eq!((&*format.name, format.strict), ("Npc", Some(true)));
    assert_eq!(format.schema.as_ref().unwrap()["additionalProperties"], json!(false));
}

#[tokio::test]
async fn one_repair_shows_the_model_its_faults_and_both_turns_are_paid() {
    let (outcome, requests) = climb(Capabilities::default(), vec![text(BAD), text(GOOD)]).await;
    let (rung, response) = outcome.unwrap();
    assert_eq!(rung, EnforcedBy::JsonSchema);
    assert_eq!(response.usage.cost, Some("0.02".parse().unwrap()));
    assert_eq!(response.usage.input_tokens, Some(20));
    let repair = &requests[1].messages;
    assert_eq!(repair[1].text(), BAD);
    assert!(repair[2].text().contains("/level"), "{}", repair[2].text());
}

#[tokio::test]
async fn a_provider_that_cannot_be_asked_so_is_asked_otherwise() {
    let unsupported = || Err(Error::new(ErrorKind::ModelNotFound, "no endpoints support this combination"));
    let (outcome, requests) =
        climb(Capabilities::default(), vec![unsupported(), called(BAD), called(GOOD)]).await;
    let (rung, response) = outcome.unwrap();
    assert_eq!((rung, response.text().as_str()), (EnforcedBy::ToolCall, GOOD));
    assert!(response.tool_calls().is_empty(), "the answer is text, however it was asked for");
    assert_eq!(requests[1].tool_choice, Some(ToolChoice::Function("Npc".into())));
    assert_eq!(requests[2].messages[2].tool_call_id.as_deref(), Some("c"), "a call is answered by its id");
}

#[tokio::test]
async fn a_model_of_which_the_rungs_are_known_is_not_asked_in_vain() {
    let mut model = Capabilities::default();
    (model.json_schema, model.tools, model.json_object) = (Support::No, Support::No, Support::No);
    let (outcome, requests) = climb(model, vec![text("```json\n{\"name\":\"Ada\",\"level\":3}\n```")]).await;
    assert_eq!(outcome.unwrap().0, EnforcedBy::JsonMode);
    assert_eq!(requests[0].response_format, None);
    assert!(requests[0].messages[0].text().contains("\"level\""), "the schema is shown");
}

#[tokio::test]
async fn when_nothing_fits_the_error_keeps_usage_cost_and_text() {
    let mut model = Capabilities::default();
    model.tools = Support::No;
    let (outcome, _) = climb(model, vec![text(BAD), text(BAD), text(BAD), text(BAD)]).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    let partial = error.partial().unwrap();
    assert_eq!((&*partial.text, partial.usage.cost), (BAD, Some("0.04".parse().unwrap())));
    assert!(!error.to_string().contains("high"), "the answer is the caller's");
}

#[tokio::test]
async fn a_way_of_asking_that_is_refused_does_not_hide_what_was_paid_for() {
    let unsupported = || Err(Error::new(ErrorKind::ModelNotFound, "no endpoints support this combination"));
    let answers = vec![text(BAD), text(BAD), unsupported(), unsupported()];
    let error = climb(Capabilities::default(), answers).await.0.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert_eq!(error.usage().cost, Some("0.02".parse().unwrap()));
}

#[tokio::test]
async fn a_turn_of_unknown_cost_makes_the_sum_unknown() {
    let unpriced = Ok(ChatResponse::of_text("m", BAD));
    let (_, response) = climb(Capabilities::default(), vec![unpriced, text(GOOD)]).await.0.unwrap();
    assert_eq!((response.usage.cost, response.usage.input_tokens), (None, Some(10)));
}

#[tokio::test]
async fn refusals_and_other_failures_end_the_climb() {
    let mut refusal = text("").unwrap();
    refusal.choices[0].message.refusal = Some("no".into());
    assert_eq!(
        climb(Capabilities::default(), vec![Ok(refusal)]).await.0.unwrap_err().kind(),
        ErrorKind::ContentFiltered
    );
    let limited = Err(Error::new(ErrorKind::RateLimited, "slow down"));
    assert_eq!(
        climb(Capabilities::default(), vec![limited]).await.0.unwrap_err().kind(),
        ErrorKind::RateLimited
    );
}

#[tokio::test]
async fn without_a_schema_calls_pass_through() {
    let mut inner = MockProvider::new();
    inner.expect_chat().times(1).returning(|_, _| text("prose"));
    let provider = StructuredLayer.layer(Arc::new(inner));
    let reply = provider.chat(&CallContext::new(RequestId::new()), ChatRequest::new("m")).await.unwrap();
    assert_eq!(reply.text(), "prose");
}
