//! Who stops, and who does not.

use super::*;

#[test]
fn a_stream_of_a_vendor_that_stops_is_cancelled() {
    for name in ["OpenAI", "xAI", "DeepInfra", "Together", "SF Compute", "Azure"] {
        assert_eq!(abandon(Some(name), true), Abandon::Cancel, "{name}");
    }
}

#[test]
fn a_stream_of_a_vendor_that_does_not_stop_or_is_not_known_is_drained() {
    for name in ["Google", "Google AI Studio", "Groq", "Amazon Bedrock", "Mistral", "OpenAI Two", ""] {
        assert_eq!(abandon(Some(name), true), Abandon::Drain, "{name}");
    }
    assert_eq!(abandon(None, true), Abandon::Drain);
}

#[test]
fn a_whole_answer_is_always_drained_for_it_is_always_billed() {
    assert_eq!(abandon(Some("OpenAI"), false), Abandon::Drain);
}
