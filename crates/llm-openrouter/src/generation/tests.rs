//! Records as usage.

use crate::wire::decode_data;

use super::*;

fn usage(fields: &str) -> Usage {
    decode_data::<Generation>(format!(r#"{{"data":{{{fields}}}}}"#).as_bytes()).unwrap().usage()
}

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

#[test]
fn without_an_own_key_the_vendors_price_is_part_of_the_charge() {
    let usage = usage(
        r#""total_cost":0.0015,"upstream_inference_cost":0.0012,"is_byok":false,"native_tokens_prompt":10,
           "native_tokens_completion":25,"native_tokens_reasoning":5,"native_tokens_cached":3,"tokens_prompt":9"#,
    );
    assert_eq!((usage.cost, usage.cost_source), (Some(usd("0.0015")), CostSource::Provider));
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.total_tokens), (Some(10), Some(25), Some(35)));
    assert_eq!((usage.cached_tokens, usage.reasoning_tokens), (Some(3), Some(5)));
}

#[test]
fn with_an_own_key_the_bill_comes_on_top_of_the_fee() {
    let usage = usage(r#""total_cost":0.00014,"upstream_inference_cost":0.0028,"is_byok":true"#);
    assert_eq!(usage.cost, Some(usd("0.00294")));
    assert!(usage.cost_details.unwrap().own_key);
}

#[test]
fn a_fee_without_its_bill_is_not_the_cost() {
    let usage = usage(r#""total_cost":0.00014,"upstream_inference_cost":null,"is_byok":true"#);
    assert_eq!((usage.cost, usage.cost_source), (None, CostSource::Unknown));
    assert_eq!(usage.cost_details.unwrap().charged, Some(usd("0.00014")));
}

#[test]
fn a_charge_that_is_no_money_is_marked_and_not_taken() {
    let usage = usage(r#""total_cost":-3"#);
    assert_eq!((usage.cost, usage.rejected_cost.as_deref()), (None, Some("-3")));
}

#[test]
fn a_record_of_nulls_knows_nothing() {
    assert!(
        usage(r#""total_cost":null,"native_tokens_prompt":null,"is_byok":null,"streamed":null"#).is_empty()
    );
}
