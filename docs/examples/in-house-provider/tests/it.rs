//! The provider keeps what every provider promises, and takes its place in the service.

use in_house_provider::{InHouse, InHouseConfig};
use llm_services::{ChatRequest, LlmService};
use llm_testkit::{
    Reply, Upstream,
    conformance::{ARGUMENTS, HttpError, KEY, Replies, SURVIVOR, TEXT, TOOL},
};

fn make(base_url: &str) -> InHouse {
    InHouse::new(InHouseConfig::new(base_url, KEY).expect("a good address")).expect("a client")
}

/// Quill's words for each scenario of the suite.
fn replies() -> Replies {
    let spent = r#""spent":{"read":3,"wrote":4,"dollars":0.000011}"#;
    let (first, second) = TEXT.split_at(TEXT.find(' ').expect("two words"));
    let begun = format!("{{\"call\":\"q-1\"}}\n{{\"says\":\"{first}\"}}\n");
    let rest = format!("{{\"says\":\"{second}\"}}\n{{\"end\":\"done\",{spent}}}\n");
    let want = format!(r#""wants":[{{"id":"w-1","tool":"{TOOL}","with":{ARGUMENTS}}}]"#);
    let fault = |code: &str| format!(r#"{{"fault":{{"code":"{code}","why":"no luck"}}}}"#);
    Replies {
        whole: format!(r#"{{"call":"q-1","says":"{TEXT}","end":"done",{spent}}}"#).into(),
        stream: format!("{begun}{rest}").into(),
        stream_begun: begun.clone().into(),
        stream_error: format!("{}\n", fault("busy")).into(),
        sign_of_life: Some("\n".into()),
        whole_tool_call: format!(r#"{{"call":"q-1","says":"",{want},"end":"tools",{spent}}}"#).into(),
        stream_tool_call: format!("{{\"call\":\"q-1\"}}\n{{{want}}}\n{{\"end\":\"tools\",{spent}}}\n").into(),
        whole_with_unknown: format!(
            r#"{{"call":"q-1","says":"{TEXT}","mood":"{SURVIVOR}","end":"done",{spent}}}"#
        )
        .into(),
        stream_with_unknown: Some(
            format!("{{\"call\":\"q-1\"}}\n{{\"says\":\"{first}\",\"mood\":\"{SURVIVOR}\"}}\n{rest}").into(),
        ),
        error_in_200: Some(fault("busy").into()),
        id: Some("q-1"),
        id_header: None,
        unauthorized: HttpError::new(401, fault("who_are_you")),
        rate_limited: HttpError::new(429, fault("slow_down")),
        server_error: HttpError::new(500, fault("broken")),
        stream_type: "application/x-ndjson",
    }
}

llm_testkit::conformance!(make, replies());

#[tokio::test]
async fn the_service_calls_it_by_its_prefix_logs_it_and_knows_its_cost() {
    let upstream = Upstream::start().await;
    upstream
        .on("/answer", Reply::status(200).header("content-type", "application/json").bytes(replies().whole));
    let folder = tempfile::tempdir().expect("a folder");
    let llm = LlmService::builder()
        .provider(make(&upstream.url()))
        .request_log(format!("sqlite://{}", folder.path().join("llm.db").display()))
        .build()
        .await
        .expect("a service");
    let reply =
        llm.generate_response(ChatRequest::new("in-house/small").user("Hello!")).await.expect("an answer");
    assert_eq!(reply.text(), TEXT);
    assert_eq!(reply.usage.cost.map(|cost| cost.to_string()).as_deref(), Some("0.000011"));
}
