//! What is documented of the configuration is true.

use llm_services::{LlmConfig, Origin};

#[test]
fn the_example_file_is_read_and_sets_everything() {
    let config = LlmConfig::from_toml("llm.toml", &LlmConfig::example()).unwrap();
    let json = config.to_json_redacted();
    let settings = json["settings"].as_object().unwrap();
    assert!(settings.len() > 25, "there are as many settings as that");
    for path in settings.keys() {
        assert!(matches!(config.origin(path), Origin::File { .. }), "the example does not set `{path}`");
    }
}

#[test]
fn the_reference_holds_the_example_and_every_setting() {
    let reference = LlmConfig::reference();
    assert!(reference.contains(&LlmConfig::example()));
    insta::assert_snapshot!(reference);
}

#[test]
fn what_check_config_prints_can_be_read_again() {
    let example = LlmConfig::from_toml("llm.toml", &LlmConfig::example()).unwrap();
    let printed = example.to_toml_redacted().replace("\"***\"", "\"sk-or-v1-0123456789\"");
    let again = LlmConfig::from_toml("printed.toml", &printed).unwrap();
    assert_eq!(example.version(), again.version());
    insta::assert_snapshot!(example.to_toml_redacted());
}
