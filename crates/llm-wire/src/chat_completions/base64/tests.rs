//! Tests of vectors as base64 text.

use super::{decode_floats, encode_floats};

#[test]
fn text_becomes_the_floats_whose_bytes_it_holds() {
    assert_eq!(encode_floats(&[1.0, -2.5]), "AACAPwAAIMA=");
    assert_eq!(decode_floats("AACAPwAAIMA=").unwrap(), [1.0, -2.5]);
    assert_eq!(decode_floats("AACAPwAAIMA").unwrap(), [1.0, -2.5], "padding may be missing");
    assert_eq!(decode_floats("").unwrap(), [0.0; 0]);
}

#[test]
fn text_that_holds_no_floats_is_refused() {
    for text in ["A", "AAA", "AACAPw==AAAA", "not base64!", "ääää"] {
        assert_eq!(decode_floats(text), None, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn floats_survive_the_text(bits in proptest::collection::vec(proptest::num::u32::ANY, 0..20)) {
        let floats: Vec<f32> = bits.iter().map(|bits| f32::from_bits(*bits)).collect();
        let back = decode_floats(&encode_floats(&floats)).unwrap();
        proptest::prop_assert_eq!(back.iter().map(|float| float.to_bits()).collect::<Vec<_>>(), bits);
    }
}
