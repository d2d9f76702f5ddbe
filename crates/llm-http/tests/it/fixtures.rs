//! A folder of streams with the events that each must give, if the environment names one.

use std::path::Path;

use llm_http::{SseDecoder, SseEvent, SseItem, SseLimits};
use serde_json::Value;

fn events<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> Vec<SseEvent> {
    let mut decoder = SseDecoder::new(SseLimits::default());
    chunks.for_each(|chunk| decoder.push(chunk).unwrap());
    decoder.finish().unwrap();
    let event = |item| match item {
        SseItem::Event(event) => Some(event),
        _ => None,
    };
    decoder.filter_map(event).collect()
}

/// Whether an event is the expected one: its name (`message` when it has none) and its data, or their length.
fn matches(event: &SseEvent, expected: &Value) -> bool {
    let data = match expected.get("data") {
        Some(data) => data == event.data.as_str(),
        None => expected["data_length"] == event.data.chars().count(),
    };
    data && expected["event"] == event.name.as_deref().unwrap_or("message")
}

fn replay(folder: &Path, case: &Value) {
    let name = case["name"].as_str().unwrap();
    let bytes = std::fs::read(folder.join(case["file"].as_str().unwrap())).unwrap();
    let list = |key: &str| case[key].as_array().cloned().unwrap_or_default();
    let expected = [list("expected_events"), list("lenient_extra_events")].concat();
    for size in [bytes.len().max(1), 1, 2, 3, 7, 1024] {
        let found = events(bytes.chunks(size));
        let same = found.len() == expected.len()
            && found.iter().zip(&expected).all(|(event, expected)| matches(event, expected));
        assert!(same, "{name} by {size}: {found:?} is not {expected:?}");
    }
}

#[test]
fn every_stream_of_the_folder_gives_its_events() {
    #[expect(clippy::disallowed_methods, reason = "the folder is a setting of this test and of nothing else")]
    let folder = std::env::var("LLM_FIXTURES");
    let Ok(folder) = folder else {
        return eprintln!("skipped: LLM_FIXTURES names no folder with sse/expected.json");
    };
    let folder = Path::new(&folder).join("sse");
    let expected = std::fs::read(folder.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let cases = expected["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    cases.iter().for_each(|case| replay(&folder, case));
    eprintln!("{} streams replayed", cases.len());
}
