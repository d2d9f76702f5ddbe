use proptest::prelude::*;

use super::{InvalidUsd, Usd};

fn picos(text: &str) -> Result<i64, InvalidUsd> {
    text.parse::<Usd>().map(Usd::picos)
}

#[test]
fn decimals_are_read_without_a_float() {
    assert_eq!(picos("0.0008425"), Ok(842_500_000));
    assert_eq!(picos("9.5e-06"), Ok(9_500_000));
    assert_eq!(picos("0"), Ok(0));
    assert_eq!(picos("-0.0"), Ok(0));
    assert_eq!(picos(".5"), Ok(500_000_000_000));
    assert_eq!(picos("1.5E+2"), Ok(150_000_000_000_000));
    assert_eq!(picos(" 2. "), Ok(2_000_000_000_000));
    // 0.1 + 0.2 in floats would be 0.30000000000000004.
    assert_eq!(picos("0.1").unwrap() + picos("0.2").unwrap(), picos("0.3").unwrap());
}

#[test]
fn digits_below_a_picodollar_round_half_to_even() {
    assert_eq!(picos("0.00013499999999999998"), Ok(135_000_000));
    assert_eq!(picos("0.0000000000005"), Ok(0));
    assert_eq!(picos("0.0000000000015"), Ok(2));
    assert_eq!(picos("0.00000000000050000001"), Ok(1));
    assert_eq!(picos("0.00000000000049999999"), Ok(0));
    assert_eq!(picos("1e-400"), Ok(0));
}

#[test]
fn what_cannot_be_money_is_refused_and_never_wrapped() {
    assert_eq!(picos("-0.1"), Err(InvalidUsd::Negative));
    assert_eq!(picos("1e300"), Err(InvalidUsd::Overflow));
    assert_eq!(picos("1e99999999999999999999"), Err(InvalidUsd::Overflow));
    assert_eq!(picos("9223372.036854775807"), Ok(i64::MAX));
    assert_eq!(picos("9223372.036854775808"), Err(InvalidUsd::Overflow));
    for text in ["", ".", "-", "NaN", "Infinity", "1e", "0x10", "1,5", "1.2.3", "１"] {
        assert_eq!(picos(text), Err(InvalidUsd::Malformed), "{text:?}");
    }
}

#[test]
fn prices_times_counts_do_not_overflow_silently() {
    let price: Usd = "0.00006".parse().unwrap();
    assert_eq!(price.checked_mul(1_000_000).unwrap().to_string(), "60");
    assert_eq!(Usd::MAX.checked_mul(2), None);
    assert_eq!(Usd::MAX.checked_add("0.000000000001".parse().unwrap()), None);
}

proptest! {
    #[test]
    fn every_amount_survives_its_text(picos in 0..=i64::MAX) {
        let amount = Usd::from_picos(picos).unwrap();
        prop_assert_eq!(amount.to_string().parse::<Usd>().unwrap(), amount);
        let json = serde_json::to_string(&amount).unwrap();
        prop_assert_eq!(serde_json::from_str::<Usd>(&json).unwrap(), amount);
    }

    #[test]
    fn no_text_panics(text in "[-+.eE0-9]{0,40}|\\PC*") {
        let _ = text.parse::<Usd>();
    }

    #[test]
    fn an_exponent_only_moves_the_point(whole in 0u64..1_000_000, shift in 0i32..6) {
        let plain = format!("{whole}").parse::<Usd>().unwrap();
        let moved = format!("{}e-{shift}", u128::from(whole) * 10u128.pow(shift.unsigned_abs())).parse::<Usd>().unwrap();
        prop_assert_eq!(plain, moved);
    }
}
