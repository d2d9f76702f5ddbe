use super::{File, read_in_one_place};

const READS: &str = "//! It.\nlet key = std::env::var_os(\"KEY\");\n";

#[test]
fn only_the_settings_the_server_and_tests_read_the_environment() {
    for path in ["crates/llm-services/src/config/environment.rs", "crates/llm-http/tests/it/fixtures.rs"] {
        assert!(read_in_one_place(&[File::new(path, READS)]).is_empty(), "{path}");
    }
    let found = read_in_one_place(&[File::new("crates/llm-openrouter/src/config.rs", READS)]);
    assert!(found[0].starts_with("crates/llm-openrouter/src/config.rs:2:"), "{found:?}");
}
