//! Where settings come from, and which source wins.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use llm_services::{Environment, LlmConfig, LogLevel, Origin, Sources};
use secrecy::ExposeSecret as _;

pub(crate) fn from_variables<const N: usize>(variables: [(&str, &str); N]) -> LlmConfig {
    LlmConfig::load(Sources::new(Environment::from_iter(variables))).unwrap()
}

#[test]
fn nothing_needs_to_be_set() {
    let config = LlmConfig::load(Sources::default()).unwrap();
    assert!(config.warnings().is_empty());
    insta::assert_snapshot!(config.to_toml_redacted());
}

#[test]
fn every_variable_sets_what_the_table_says() {
    type Look = fn(&LlmConfig) -> String;
    let table: &[(&str, &str, Look, &str)] = &[
        (
            "OPENROUTER_API_KEY",
            "sk-1",
            |c| c.openrouter.api_key.as_ref().unwrap().expose_secret().into(),
            "sk-1",
        ),
        (
            "OPENROUTER_BASE_URL",
            "http://localhost:1/v1",
            |c| c.openrouter.base_url.to_string(),
            "http://localhost:1/v1",
        ),
        ("OPENROUTER_HEADERS_X_TITLE", "Game", |c| c.openrouter.title.clone().unwrap(), "Game"),
        (
            "OPENROUTER_HEADERS_REFERER",
            "https://a.b",
            |c| c.openrouter.referer.clone().unwrap(),
            "https://a.b",
        ),
        (
            "LLM_PROVIDER",
            "openai_compatible",
            |c| c.default_provider.as_ref().unwrap().to_string(),
            "openai_compatible",
        ),
        ("LLM_MODEL", "mock/echo", |c| c.default_model.clone().unwrap(), "mock/echo"),
        ("DEFAULT_MODEL", "mock/echo", |c| c.default_model.clone().unwrap(), "mock/echo"),
        ("LLM_DEFAULT", "mock/echo", |c| c.default_model.clone().unwrap(), "mock/echo"),
        ("LLM_CREATOR", "mock/echo", |c| c.roles["creator"].clone(), "mock/echo"),
        ("LLM_GAMEMASTER", "mock/echo", |c| c.roles["gamemaster"].clone(), "mock/echo"),
        ("LLM_ROLE_NARRATOR", "mock/echo", |c| c.roles["narrator"].clone(), "mock/echo"),
        (
            "DATABASE_URL",
            "postgres://u:p@db/llm",
            |c| c.database.url.expose().into(),
            "postgres://u:p@db/llm",
        ),
        ("CACHE_ENABLED", "1", |c| c.cache.enabled.to_string(), "true"),
        ("CACHE_TTL", "90", |c| format!("{:?}", c.cache.ttl), "90s"),
        ("LOG_LEVEL", "WARNING", |c| c.log_level.to_string(), "warn"),
        ("DEBUG", "yes", |c| c.debug.to_string(), "true"),
    ];
    for (variable, value, look, expected) in table {
        let config = from_variables([(variable, value)]);
        assert_eq!(look(&config), *expected, "{variable}");
        assert!(config.warnings().is_empty(), "{variable}: {:?}", config.warnings());
        assert!(
            LlmConfig::reference().contains(&format!("`{variable}`")) || variable.starts_with("LLM_ROLE_")
        );
    }
}

#[test]
fn durations_in_variables_may_have_a_unit() {
    assert_eq!(from_variables([("CACHE_TTL", "5m")]).cache.ttl, Duration::from_secs(300));
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let config = from_variables([("OPENROUTER_API_KEY", ""), ("CACHE_TTL", "  "), ("REDIS_URL", "")]);
    assert!(config.openrouter.api_key.is_none());
    assert!(config.warnings().is_empty());
}

#[test]
fn white_space_around_a_key_is_not_part_of_it() {
    let config = from_variables([("OPENROUTER_API_KEY", " sk-1\n")]);
    assert_eq!(config.openrouter.api_key.unwrap().expose_secret(), "sk-1");
}

#[test]
fn a_base_url_may_be_spelt_in_several_ways() {
    for given in [
        "https://openrouter.ai/api/v1",
        "https://openrouter.ai/api/v1/",
        "https://openrouter.ai/api/v1/chat/completions",
        "https://openrouter.ai/api/v1/chat/completions/",
        "HTTPS://OpenRouter.ai/api/v1//chat/completions//",
    ] {
        let config = from_variables([("OPENROUTER_BASE_URL", given)]);
        assert_eq!(config.openrouter.base_url.as_str(), "https://openrouter.ai/api/v1", "{given}");
    }
}

#[test]
fn the_first_of_several_names_wins_and_the_others_are_told() {
    let config =
        from_variables([("LLM_DEFAULT", "mock/c"), ("DEFAULT_MODEL", "mock/b"), ("LLM_MODEL", "mock/a")]);
    assert_eq!(config.default_model.as_deref(), Some("mock/a"));
    assert_eq!(
        config.warnings(),
        [
            "environment variable DEFAULT_MODEL has no effect: LLM_MODEL is set too, and wins",
            "environment variable LLM_DEFAULT has no effect: LLM_MODEL is set too, and wins",
        ]
    );
    let agreed = from_variables([("LLM_CREATOR", "mock/a"), ("LLM_ROLE_CREATOR", "mock/a")]);
    assert!(agreed.warnings().is_empty());
}

#[test]
fn flags_win_over_the_environment_it_over_the_file_and_that_over_the_defaults() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = "log_level = \"error\"\n[cache]\nttl = \"1m\"\nmax_bytes = 1_000_000\nenabled = true\n";
    std::fs::write(file.path(), text).unwrap();
    let environment = Environment::from_iter([("CACHE_TTL", "2m"), ("LOG_LEVEL", "debug")]);
    let sources = Sources::new(environment)
        .with_file(file.path())
        .with_flag("--log-level", "log_level", "trace")
        .with_flag("--set", "aliases.fast", "mock/echo");
    let config = LlmConfig::load(sources).unwrap();

    assert_eq!(config.log_level, LogLevel::Trace);
    assert_eq!(config.origin("log_level").to_string(), "flag --log-level");
    assert_eq!(config.cache.ttl, Duration::from_secs(120));
    assert_eq!(config.origin("cache.ttl").to_string(), "environment variable CACHE_TTL");
    assert_eq!(config.cache.max_bytes, 1_000_000);
    assert_eq!(config.origin("cache.max_bytes").to_string(), format!("{}:4:1", file.path().display()));
    assert_eq!(config.deadlines.idle, Duration::from_secs(60));
    assert_eq!(config.origin("deadlines.idle"), Origin::Default);
    assert_eq!(config.aliases["fast"], "mock/echo");
}

#[test]
fn a_variable_may_name_the_file_and_a_flag_another() {
    let directory = tempfile::tempdir().unwrap();
    let [named, given] = ["named.toml", "given.toml"].map(|name| directory.path().join(name));
    std::fs::write(&named, "[server]\nlisten = \"127.0.0.1:1\"\n").unwrap();
    std::fs::write(&given, "[server]\nlisten = \"127.0.0.1:2\"\n").unwrap();
    let sources = Sources::new(Environment::from_iter([("LLM_CONFIG", named.to_str().unwrap())]));
    assert_eq!(LlmConfig::load(sources.clone()).unwrap().server.listen.port(), 1);
    assert_eq!(LlmConfig::load(sources.with_file(given)).unwrap().server.listen.port(), 2);
}

#[test]
fn the_environment_of_the_process_is_read() {
    // Cargo sets it for every test that it runs.
    assert_eq!(Environment::of_process().get("CARGO_PKG_NAME"), Some("llm-services"));
}

#[test]
fn variables_of_features_that_are_not_there_are_told() {
    let config = from_variables([
        ("REDIS_URL", "redis://:canary@cache"),
        ("ANTHROPIC_API_KEY", "canary"),
        ("RATE_LIMIT_RPM", "60"),
        ("SECRET_KEY", "canary"),
    ]);
    insta::assert_snapshot!(config.warnings().join("\n"), @r"
    environment variable ANTHROPIC_API_KEY has no effect: this version does not have the Anthropic provider
    environment variable REDIS_URL has no effect: this version does not have the shared cache and shared limits
    environment variable RATE_LIMIT_RPM has no effect: this version does not have rate limits
    environment variable SECRET_KEY has no effect: this version does not have sign-in by token
    ");
}

#[test]
fn a_misspelt_variable_is_told() {
    let config = from_variables([("LLM_MODLE", "mock/echo"), ("LLM_", "x"), ("PATH", "/bin")]);
    insta::assert_snapshot!(config.warnings().join("\n"), @r"
    environment variable LLM_ has no effect: it sets nothing here
    environment variable LLM_MODLE has no effect: did you mean `LLM_MODEL`?
    ");
}

#[test]
fn a_key_that_would_travel_in_the_clear_is_told() {
    let key = ("OPENROUTER_API_KEY", "sk-1");
    let far = from_variables([key, ("OPENROUTER_BASE_URL", "http://far.example/v1")]);
    assert!(far.warnings()[0].contains("travel in the clear"), "{:?}", far.warnings());
    for near in ["http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"] {
        assert!(from_variables([key, ("OPENROUTER_BASE_URL", near)]).warnings().is_empty(), "{near}");
    }
}

#[test]
fn what_the_program_sets_says_so() {
    let mut config = LlmConfig::default();
    config.cache.enabled = true;
    assert_eq!(config.origin("cache.enabled"), Origin::Code);
    assert_eq!(config.origin("cache.ttl"), Origin::Default);
    config.validate().unwrap();
}

#[test]
fn the_version_follows_the_values_and_nothing_else() {
    let from_file = LlmConfig::from_toml("a.toml", "[cache]\nttl = 90").unwrap();
    let from_environment = from_variables([("CACHE_TTL", "90s")]);
    assert_eq!(from_file.version(), from_environment.version());
    assert_ne!(from_file.version(), LlmConfig::default().version());
    let [one, other] = ["sk-1", "sk-2"].map(|key| from_variables([("OPENROUTER_API_KEY", key)]).version());
    assert_eq!(one, other);
    assert_ne!(one, LlmConfig::default().version());
    // It stands in ledgers: it may change only when settings come or go.
    assert_eq!(LlmConfig::default().version().len(), 16);
}
