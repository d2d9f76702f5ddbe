//! Tests of usage and cost.

use llm_core::{CostSource, Usage};
use serde_json::value::RawValue;

use super::{UsageBody, decode_usage};

fn read(text: &str) -> Usage {
    let raw = RawValue::from_string(text.to_owned()).unwrap();
    decode_usage(Some(&raw), None).unwrap_or_default()
}

/// The cost that is read from the text of `usage.cost`, and the figure that was rejected.
fn cost(figure: &str) -> (Option<String>, Option<String>) {
    let usage = read(&format!(r#"{{"cost":{figure}}}"#));
    let source = if usage.cost.is_some() { CostSource::Provider } else { CostSource::Unknown };
    assert_eq!(usage.cost_source, source);
    (usage.cost.map(|cost| cost.to_string()), usage.rejected_cost)
}

#[test]
fn a_cost_is_read_from_its_digits() {
    for (figure, dollars) in [
        ("0.0008425", "0.0008425"),
        ("9.5e-06", "0.0000095"),
        ("0", "0"),
        ("\"0.000001\"", "0.000001"),
        // A float would make 0.1 + 0.2 of it.
        ("0.300000000001", "0.300000000001"),
        ("10000", "10000"),
    ] {
        assert_eq!(cost(figure), (Some(dollars.to_owned()), None), "{figure}");
    }
}

#[test]
fn what_cannot_be_money_is_rejected_and_kept_as_it_came() {
    for figure in
        ["-0.1", "1e400", "10000.01", "99999999999999999999", "\"free\"", "true", "{}", "[0.1]", "\"\""]
    {
        assert_eq!(cost(figure), (None, Some(figure.to_owned())), "{figure}");
    }
    let long = format!("\"{}\"", "ä".repeat(100));
    let (_, rejected) = cost(&long);
    assert_eq!(rejected.unwrap().len(), 63, "whole characters within 64 bytes");
}

#[test]
fn a_missing_cost_is_unknown() {
    assert_eq!(cost("null"), (None, None));
    assert_eq!(read("{}"), Usage::default());
    assert_eq!(read("[]"), Usage::default());
}

#[test]
fn the_bill_of_an_own_key_is_added_to_the_fee() {
    let text = r#"{"cost":0.00014,"is_byok":true,"cost_details":{"upstream_inference_cost":0.0028,
        "upstream_inference_prompt_cost":0.001,"upstream_inference_completions_cost":0.0018,"discount":0.5}}"#;
    let usage = read(text);
    assert_eq!(usage.cost.unwrap().to_string(), "0.00294");
    let details = usage.cost_details.unwrap();
    assert_eq!(details.charged.unwrap().to_string(), "0.00014");
    assert_eq!(details.upstream.unwrap().to_string(), "0.0028");
    assert_eq!(details.upstream_input.unwrap().to_string(), "0.001");
    assert_eq!(details.upstream_output.unwrap().to_string(), "0.0018");
    assert!(details.own_key);
    assert_eq!(usage.extra["cost_details"]["discount"], 0.5);
}

#[test]
fn the_fee_alone_is_not_the_cost_of_an_own_key() {
    for upstream in ["null", "-1"] {
        let usage = read(&format!(
            r#"{{"cost":0.1,"is_byok":true,"cost_details":{{"upstream_inference_cost":{upstream}}}}}"#
        ));
        assert_eq!((usage.cost, usage.cost_source), (None, CostSource::Unknown), "{upstream}");
        assert_eq!(usage.rejected_cost.as_deref(), Some(upstream).filter(|text| *text != "null"));
        assert_eq!(usage.cost_details.unwrap().charged.unwrap().to_string(), "0.1");
    }
}

#[test]
fn the_upstreams_price_is_not_added_without_an_own_key() {
    let usage = read(r#"{"cost":0.002,"is_byok":false,"cost_details":{"upstream_inference_cost":0.002}}"#);
    assert_eq!(usage.cost.unwrap().to_string(), "0.002");
}

#[test]
fn a_cost_beside_the_usage_counts_where_there_is_none_inside() {
    let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
    let (beside, empty, own) = (raw("0.5"), raw(r#"{"prompt_tokens":1}"#), raw(r#"{"cost":0.25}"#));
    let cost = |usage: Option<&RawValue>| decode_usage(usage, Some(&beside)).and_then(|usage| usage.cost);
    assert_eq!(cost(Some(&empty)).unwrap().to_string(), "0.5");
    assert_eq!(cost(Some(&own)).unwrap().to_string(), "0.25");
    assert_eq!(cost(None), None);
}

#[test]
fn counts_that_cannot_be_are_unknown_and_cost_nothing_else() {
    let usage = read(
        r#"{"prompt_tokens":-3,"completion_tokens":18446744073709551617,"total_tokens":1e400,
            "prompt_tokens_details":{"cached_tokens":2.0,"cache_write_tokens":1.5,"audio_tokens":0},
            "completion_tokens_details":null,"cost":0.1,"new":{"a":1},"huge":1e999}"#,
    );
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.total_tokens), (None, None, None));
    assert_eq!((usage.cached_tokens, usage.cache_write_tokens), (Some(2), None));
    assert_eq!(usage.cost.unwrap().to_string(), "0.1");
    assert_eq!(usage.extra["new"]["a"], 1);
    assert_eq!(usage.extra["prompt_tokens_details"]["audio_tokens"], 0);
    assert!(!usage.extra.contains_key("huge"));
    assert_eq!(read(r#"{"prompt_tokens":1000000000001}"#).input_tokens, None);
}

#[test]
fn a_usage_is_written_with_its_details_and_extras() {
    let text = concat!(
        r#"{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7,"#,
        r#""prompt_tokens_details":{"cached_tokens":3,"audio_tokens":0},"#,
        r#""completion_tokens_details":{"reasoning_tokens":1},"cost":0.000000000001,"#,
        r#""cost_details":{"upstream_inference_cost":0.5},"queue_time":0.25}"#
    );
    assert_eq!(serde_json::to_string(&UsageBody(&read(text))).unwrap(), text);
}
