//! Tests of variables that no map of texts can hold.

use super::*;
use crate::config::{LlmConfig, Sources};

#[test]
fn a_variable_of_ours_that_is_not_text_is_an_error_and_others_are_not() {
    let unreadable = ["CACHE_TTL", "LLM_ROLE_CREATOR", "SOMEBODY_ELSES"].map(String::from).into();
    let environment = Environment { unreadable, ..Environment::default() };
    let errors = LlmConfig::load(Sources::new(environment)).unwrap_err();
    let told: Vec<_> = errors.as_slice().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "environment variable CACHE_TTL: its value is not UTF-8",
            "environment variable LLM_ROLE_CREATOR: its value is not UTF-8",
        ]
    );
}
