//! No secret leaves a configuration, whatever is printed of it and whatever is wrong with it.

use llm_services::{DatabaseUrl, Environment, LlmConfig, Sources};

const CANARY: &str = "canary-7f3a";

/// Every way to print a configuration, or what is wrong with it.
fn prints(sources: Sources) -> String {
    let sources_shown = format!("{:?}", sources.environment);
    match LlmConfig::load(sources) {
        Ok(config) => format!(
            "{sources_shown}{config:?}{config:#?}{}{}{}{:?}",
            config.to_toml_redacted(),
            config.to_json_redacted(),
            config.version(),
            config.warnings(),
        ),
        Err(errors) => {
            let outer = llm_core::Error::from(errors.clone());
            format!("{sources_shown}{errors}{errors:?}{outer}{outer:?}{}", outer.report())
        }
    }
}

#[test]
fn secrets_in_variables_are_not_printed() {
    for (variable, value) in [
        ("OPENROUTER_API_KEY", "sk-or-@"),
        ("OPENROUTER_API_KEY", "sk or @"),
        ("OPENROUTER_BASE_URL", "https://user:@@openrouter.ai/api/v1"),
        ("OPENROUTER_BASE_URL", "https://openrouter.ai/api/v1?key=@"),
        ("OPENROUTER_BASE_URL", "not a url @"),
        ("DATABASE_URL", "postgres://llm:@@db/llm"),
        ("DATABASE_URL", "postgres://db/llm?password=@"),
        ("DATABASE_URL", "postgres://llm:1/@@db/llm"),
        ("DATABASE_URL", "postgres://llm:1#@@db/llm"),
        ("DATABASE_URL", "mysql://llm:@@db/llm"),
        ("DATABASE_URL", "postgres://llm:@ @db/llm"),
        ("REDIS_URL", "redis://:@@cache"),
        ("SECRET_KEY", "@"),
        ("LLM_UNKNOWN", "@"),
    ] {
        // The first `@` is where the secret goes.
        let value = value.replacen('@', CANARY, 1);
        let printed = prints(Sources::new(Environment::from_iter([(variable, value.as_str())])));
        assert!(printed.contains(variable), "{variable} is named: {printed}");
        assert!(!printed.contains(CANARY), "{variable}={value}: {printed}");
    }
}

#[test]
fn secrets_in_files_are_not_printed() {
    for toml in [
        "openrouter.api_key = \"@\"",
        "openrouter.api_key = \"a @\"",
        "openrouter.api_key = [\"@\"]",
        "openrouter.api_kye = \"@\"",
        "openrouter.api_key = \"@",
        "openrouter.api_key = @",
        "openrouter = \"@\"",
        "database.url = \"postgres://llm:@@db/llm\"",
        "database.url = \"postgres//llm:@@db/llm\"",
    ] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), toml.replacen('@', CANARY, 1)).unwrap();
        let printed = prints(Sources::default().with_file(file.path()));
        assert!(!printed.contains(CANARY), "{toml}: {printed}");
    }
}

#[test]
fn whether_a_secret_is_set_is_shown() {
    let config = LlmConfig::from_toml("llm.toml", "openrouter.api_key = \"sk-1\"").unwrap();
    assert!(config.to_toml_redacted().contains("api_key = \"***\"  # llm.toml:1:12\n"));
    assert_eq!(config.to_json_redacted()["settings"]["openrouter.api_key"]["value"], "***");
    assert!(LlmConfig::default().to_toml_redacted().contains("# api_key is not set\n"));
}

#[test]
fn what_stands_for_a_secret_is_not_taken_for_one() {
    let errors = LlmConfig::from_toml("llm.toml", "openrouter.api_key = \"***\"").unwrap_err();
    assert!(errors.to_string().contains("not a key"), "{errors}");
}

#[test]
fn a_database_url_shows_all_but_its_secrets() {
    let url = DatabaseUrl::new("postgres://llm:geheim@db:5433/llm?password=geheim").unwrap();
    assert_eq!(url.to_string(), "postgres://llm:***@db:5433/llm");
    assert_eq!(format!("{url:?}"), "\"postgres://llm:***@db:5433/llm\"");
    assert_eq!(url.expose(), "postgres://llm:geheim@db:5433/llm?password=geheim");
    assert_eq!(DatabaseUrl::new("sqlite:///a/llm.db?mode=rwc").unwrap().to_string(), "sqlite:///a/llm.db");
}
