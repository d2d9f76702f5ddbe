//! What is wrong with a configuration is told whole, with its place and what to do.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use llm_core::{Error, ErrorKind};
use llm_services::{Environment, LlmConfig, Sources};
use proptest::prelude::*;

fn problems(toml: &str) -> String {
    let errors = LlmConfig::from_toml("llm.toml", toml).unwrap_err();
    errors.as_slice().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn problem_of(variable: &str, value: &str) -> String {
    let sources = Sources::new(Environment::from_iter([(variable, value)]));
    let errors = LlmConfig::load(sources).unwrap_err();
    assert_eq!(errors.as_slice().len(), 1, "{errors}");
    errors.as_slice()[0].to_string()
}

const MISTAKEN: &str = r#"
log_level = "loud"
server = 8100
default_provder = "openrouter"

[openrouter]
base_url = "ftp://openrouter.ai"
title = 7
referer = "example"
categories = ["game", "Dungeon Master"]

[cache]
enabled = "perhaps"
ttl = 1.5
max_bites = "1GB"

[databse]
url = "sqlite://llm.db"

[deadlines]
idle = 0
total_unary = "1000d"

[retry]
max_attempts = 0
base = "9s"

[roles]
writer = ""
fast = "mock/echo"

[aliases]
fast = "mock/lorem"
openrouter = "mock/echo"
ring = "rang"
rang = "rung"
rung = "ring"
lost = "rin"

[models]
"openrouter/x/y" = "mock/echo"
gpt-4o = "gpt-4o-mini"
far = 99999999999999999999
"#;

#[test]
fn every_problem_of_every_source_is_told_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("llm.toml");
    std::fs::write(&path, MISTAKEN).unwrap();
    let environment =
        Environment::from_iter([("CACHE_TTL", "soon"), ("DEBUG", "app:*"), ("LLM_PROVIDER", "Open Router")]);
    let sources = Sources::new(environment)
        .with_file(&path)
        .with_flag("--listen", "server.listen", "everywhere")
        .with_flag("--set", "server.listn", "127.0.0.1:1");
    let errors = LlmConfig::load(sources).unwrap_err();
    let place = format!("{}/", directory.path().display());
    insta::assert_snapshot!(errors.to_string().replace(&place, ""));
}

#[test]
fn a_file_that_is_not_toml_is_told_with_its_place() {
    let told = problems("[cache]\nenabled = true\nttl == 5\n");
    assert!(told.starts_with("llm.toml:3:6: this is not TOML: "), "{told}");
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let errors = LlmConfig::load(Sources::default().with_file("nowhere/llm.toml")).unwrap_err();
    assert!(errors.to_string().contains("nowhere/llm.toml: it cannot be read: "), "{errors}");
}

#[test]
fn unknown_keys_suggest_the_nearest_known_one() {
    for (toml, suggestion) in [
        ("[cache]\ntll = 5", "did you mean `cache.ttl`?"),
        ("ttl = 5", "did you mean `cache.ttl`?"),
        ("[cach]\nttl = 5", "did you mean `cache`?"),
        ("[Cache]\nttl = 5", "did you mean `cache`?"),
        ("[openrouter]\napikey = \"x\"", "did you mean `openrouter.api_key`?"),
        ("[alias]\nfast = \"mock/echo\"", "did you mean `aliases`?"),
        ("[server]\nport = 1", "did you mean `server.listen`?"),
        ("[limits]\nrpm = 1", "nothing is called like it; `check-config` prints every setting"),
        ("\"\" = { debug = true }", "nothing is called like it; `check-config` prints every setting"),
    ] {
        let told = problems(toml);
        assert!(told.ends_with(suggestion), "{toml}: {told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
}

#[test]
fn places_count_characters_and_lines_of_windows() {
    let told = problems("debug = true\r\n[cache]\r\nttl = 5\r\ntll = 5\r\n");
    assert!(told.starts_with("llm.toml:4:1: "), "{told}");
    let told = problems("models = { \"ä\" = \"mock/echo\", b = 1 }");
    assert!(told.starts_with("llm.toml:1:31: "), "{told}");
}

#[test]
fn a_circle_is_told_once_and_not_by_those_who_lead_into_it() {
    let told = problems("[aliases]\nin = \"a\"\na = \"b\"\nb = \"a\"\n");
    assert_eq!(told, "llm.toml:3:1: `aliases.a` leads in a circle: `a` to `b` to `a`");
}

#[test]
fn a_chain_may_have_seven_links() {
    let chain = |links: usize| {
        let aliases: String = (1..links).map(|n| format!("a{n} = \"a{}\"\n", n + 1)).collect();
        format!("[aliases]\n{aliases}a{links} = \"mock/echo\"\n")
    };
    LlmConfig::from_toml("llm.toml", &chain(7)).unwrap();
    let told = problems(&chain(9));
    assert!(told.contains("`aliases.a1` leads over more than 7 other names"), "{told}");
}

#[test]
fn a_bare_name_needs_a_default_provider() {
    let told = problem_of("LLM_MODEL", "gpt-4o");
    assert_eq!(
        told,
        "environment variable LLM_MODEL: `default_model` is `gpt-4o`, which names no provider; write \
         `<provider>/gpt-4o`, or name in `LLM_PROVIDER` the provider that shall take it"
    );
    let sources =
        Sources::new(Environment::from_iter([("LLM_MODEL", "gpt-4o"), ("LLM_PROVIDER", "in-house")]));
    LlmConfig::load(sources).unwrap();
}

#[test]
fn databases_are_sqlite_or_postgresql() {
    for good in [
        "sqlite://llm.db",
        "sqlite:///var/lib/llm.db?mode=rwc",
        "sqlite::memory:",
        "postgresql://db/llm",
        "postgres:///llm?host=/run/postgresql",
    ] {
        LlmConfig::load(Sources::new(Environment::from_iter([("DATABASE_URL", good)]))).unwrap();
    }
    for bad in [
        "mysql://db/llm",
        "llm.db",
        "sqlite://",
        "postgres:llm",
        "postgres://u:1/2@db/llm",
        "/var/lib/llm.db",
    ] {
        let told = problem_of("DATABASE_URL", bad);
        assert!(told.starts_with("environment variable DATABASE_URL: `database.url` "), "{bad}: {told}");
    }
}

#[test]
fn a_configuration_made_in_code_is_checked_too() {
    let mut config = LlmConfig::default();
    config.retry.max_attempts = 99;
    config.aliases.insert("fast".into(), "fast".into());
    insta::assert_snapshot!(config.validate().unwrap_err(), @r"
    the configuration has 2 problems
      set in code: `retry.max_attempts` must be from 1 to 10
      set in code: `aliases.fast` leads in a circle: `fast` to `fast`
    ");
}

#[test]
fn as_an_error_of_the_service_it_is_not_configured_and_says_everything() {
    let errors = LlmConfig::from_toml("llm.toml", "debug = 2\ntll = 1").unwrap_err();
    let error = Error::from(errors.clone());
    assert_eq!(error.kind(), ErrorKind::NotConfigured);
    assert_eq!(error.message(), errors.to_string());
}

/// Text that comes near to TOML more often than any text would.
fn nearly_toml() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("[cache]\n"),
        Just("[openrouter]\n"),
        Just("[aliases]\n"),
        Just("ttl"),
        Just("base_url"),
        Just("url"),
        Just("\"\""),
        Just("'"),
        Just("\"\"\""),
        Just(" = "),
        Just("."),
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just("\n"),
        Just("\r\n"),
        Just("\u{feff}"),
        Just("ä😀"),
        Just("99999999999999999999"),
        Just("-1"),
        Just("1979-05-27"),
        Just("1e400"),
        Just("true"),
        Just("\"https://a@b?c#d\""),
        Just("\"sqlite:\""),
        Just("\"mailto:a\""),
        Just("a"),
        Just("#"),
        Just("\0"),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = LlmConfig::from_toml("any", &text).map_err(|errors| errors.to_string());
    }

    #[test]
    fn no_text_that_is_nearly_toml_panics(text in nearly_toml()) {
        if let Ok(config) = LlmConfig::from_toml("nearly", &text) {
            config.validate().unwrap();
            let _ = config.to_json_redacted();
            LlmConfig::from_toml("again", &config.to_toml_redacted().replace("\"***\"", "\"sk\"")).unwrap();
        }
    }

    #[test]
    fn no_value_of_a_variable_panics(value in "\\PC*") {
        for variable in ["OPENROUTER_API_KEY", "OPENROUTER_BASE_URL", "DATABASE_URL", "CACHE_TTL", "LLM_MODEL", "LLM_PROVIDER"] {
            let environment = Environment::from_iter([(variable, value.as_str())]);
            let _ = LlmConfig::load(Sources::new(environment)).map_err(|errors| errors.to_string());
        }
    }
}
