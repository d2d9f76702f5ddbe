//! Tests of the version.

use super::*;

#[test]
fn the_hash_is_fnv1a() {
    // From the reference vectors of the algorithm's authors.
    assert_eq!(fnv1a(""), 0xcbf2_9ce4_8422_2325);
    assert_eq!(fnv1a("a"), 0xaf63_dc4c_8601_ec8c);
    assert_eq!(fnv1a("foobar"), 0x8594_4171_f739_67e8);
}

#[test]
fn names_that_are_no_bare_keys_are_quoted() {
    assert_eq!(key("gpt-4o"), "gpt-4o");
    assert_eq!(key("gpt-4.1"), r#""gpt-4.1""#);
    assert_eq!(key(""), r#""""#);
}
