//! What comes over the wire, and what it becomes.

use serde_json::json;

use crate::scene::{Scene, hello, reply, shown, whole};

const WHOLE: [&str; 10] = [
    "text",
    "own_key",
    "tool_calls_cut",
    "refusal",
    "reasoning_signed",
    "search_and_pictures",
    "without_cost",
    "error_only",
    "error_in_choice",
    "no_choices",
];

const STREAMED: [&str; 14] = [
    "text",
    "usage_without_choices",
    "usage_with_null_reason",
    "parallel_tools",
    "reasoning_signed",
    "picture_on_the_finish",
    "debug_first",
    "without_done",
    "cut",
    "error_midstream",
    "error_with_a_word_for_a_code",
    "error_before_content",
    "error_after_length",
    "not_json",
];

#[tokio::test]
async fn each_whole_reply_has_its_meaning() {
    for name in WHOLE {
        let scene = Scene::chatting(reply(&format!("{name}.json"))).await;
        let meaning = match scene.chat(hello()).await {
            Ok(answer) => json!({ "answer": answer }),
            Err(error) => json!({ "error": shown(&error) }),
        };
        insta::assert_json_snapshot!(format!("whole_{name}"), meaning);
    }
}

#[tokio::test]
async fn each_stream_has_its_events_and_one_end() {
    for name in STREAMED {
        let scene = Scene::chatting(reply(&format!("{name}.sse"))).await;
        let (events, error) = scene.stream(hello()).await;
        insta::assert_json_snapshot!(
            format!("stream_{name}"),
            json!({ "events": events, "error": error.as_ref().map(shown) })
        );
    }
}

#[tokio::test]
async fn an_answer_in_place_of_a_stream_becomes_the_events_of_one() {
    for name in ["text", "own_key", "tool_calls_cut", "refusal", "reasoning_signed", "search_and_pictures"] {
        let scene = Scene::chatting(reply(&format!("{name}.json"))).await;
        let mut unary = scene.chat(hello()).await.unwrap();
        // An empty text is no event.
        let message = &mut unary.choices[0].message;
        message.content = message.content.take().filter(|content| !content.is_empty());
        let (events, error) = scene.stream(hello()).await;
        assert!(error.is_none(), "{name}: {error:?}");
        assert_eq!(whole(&events), unary, "{name}");
    }
}
