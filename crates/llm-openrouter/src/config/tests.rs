//! What is refused, and what is not repeated.

use super::*;

fn problems(config: OpenRouterConfig) -> String {
    config.validate().unwrap_err().message().to_owned()
}

#[test]
fn the_default_is_fine_and_says_nothing_about_the_caller() {
    let config = OpenRouterConfig::default();
    config.validate().unwrap();
    assert!(crate::calls::headers(&config).unwrap().is_empty());
}

#[test]
fn every_problem_is_named_at_once() {
    let config = OpenRouterConfig::default()
        .with_api_key(" ")
        .with_base_url("openrouter.ai")
        .with_title("two\nlines")
        .with_referer("storyteller")
        .with_category("Not A Category")
        .with_anthropic_beta("a,b");
    let told = problems(config);
    for name in ["api_key", "base_url", "title", "referer", "categories", "anthropic_betas"] {
        assert!(told.contains(name), "{name} is missing in: {told}");
    }
}

#[test]
fn a_key_that_makes_no_sense_is_not_repeated() {
    let config = OpenRouterConfig::default().with_api_key("sk-or-v1-secret\n");
    assert!(!format!("{config:?}").contains("secret"));
    assert!(!problems(config).contains("secret"));
}

#[test]
fn a_base_url_that_may_hold_a_key_is_not_repeated() {
    let told = problems(OpenRouterConfig::default().with_base_url("https://user:hush@openrouter.ai/api/v1"));
    assert!(told.contains("base_url") && !told.contains("hush"), "{told}");
}
