//! Money and bodies, read.

use super::*;

#[derive(Deserialize)]
struct Record {
    #[serde(default, deserialize_with = "usd")]
    cost: Option<Usd>,
}

fn cost(json: &str) -> Option<Usd> {
    decode_data::<Record>(format!(r#"{{"data":{{"cost":{json}}}}}"#).as_bytes()).unwrap().cost
}

#[test]
fn money_is_read_digit_by_digit() {
    assert_eq!(cost("0.000000000001").unwrap().picos(), 1);
    assert_eq!(cost("9.5e-06").unwrap().picos(), 9_500_000);
    // A float would make 9007199.254740992 of this.
    assert_eq!(cost("9007199.254740993001").unwrap().picos(), 9_007_199_254_740_993_001);
    assert_eq!(cost(r#""0.25""#).unwrap().picos(), 250_000_000_000);
}

#[test]
fn what_is_no_money_is_unknown() {
    for json in ["null", "-1", "true", "[1]", r#""free""#, "1e99"] {
        assert_eq!(cost(json), None, "{json}");
    }
}

#[test]
fn a_record_that_is_something_else_is_told_without_its_words() {
    let error = decode_data::<Record>(br#"{"data":"secret"}"#).map(|_| ()).unwrap_err();
    assert_eq!((error.kind(), error.stage()), (ErrorKind::InvalidResponse, Stage::Protocol));
    assert!(!error.report().contains("secret"), "{}", error.report());
}

#[test]
fn a_body_is_told_by_its_first_byte() {
    assert_eq!(Looks::of(b" \n\t"), Looks::Blank);
    assert_eq!(Looks::of(b"\n  {"), Looks::Json);
    assert_eq!(Looks::of(b"<!DOCTYPE html>"), Looks::Page);
    assert_eq!(Looks::of(b": OPENROUTER"), Looks::Other);
}
