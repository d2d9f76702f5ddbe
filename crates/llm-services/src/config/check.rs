//! What must be true of a configuration, whoever made it.

use std::time::Duration;

use secrecy::ExposeSecret as _;
use url::Url;

use super::{ConfigError, ConfigErrors, LlmConfig, names, value::HIDDEN};

/// Longer than this is a slip of the pen, and more than some clocks can add.
const MAX_DURATION: Duration = Duration::from_secs(366 * 24 * 3600);

/// The most attempts that can be asked for.
const MAX_ATTEMPTS: u32 = 10;

/// The most bytes of a category; OpenRouter's limit.
const MAX_CATEGORY: usize = 30;

/// A spool must hold at least a few requests.
const MIN_SPOOL: u64 = 1 << 20;

impl LlmConfig {
    /// Checks what [`LlmConfig::load`] has checked already, for a configuration that was made or changed in code.
    ///
    /// # Errors
    ///
    /// [`ConfigErrors`], which holds every problem at once.
    pub fn validate(&self) -> Result<(), ConfigErrors> {
        ConfigErrors::none_or(check(self))
    }
}

/// Everything that is wrong.
pub(super) fn check(config: &LlmConfig) -> Vec<ConfigError> {
    let mut errors = Vec::new();
    openrouter(config, &mut errors);
    durations(config, &mut errors);
    sizes(config, &mut errors);
    names::check(config, &mut errors);
    errors
}

/// What is not wrong, but deserves a word.
pub(super) fn doubts(config: &LlmConfig) -> Vec<String> {
    let url = &config.openrouter.base_url;
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let clear = url.scheme() == "http" && !local && config.openrouter.api_key.is_some();
    let warning =
        "`openrouter.base_url` is `http`: the key, prompts and answers travel in the clear; use `https`";
    clear.then(|| warning.to_owned()).into_iter().collect()
}

fn wrong(config: &LlmConfig, setting: &str, problem: &str) -> ConfigError {
    ConfigError::about(config.origin(setting), setting, problem)
}

fn openrouter(config: &LlmConfig, errors: &mut Vec<ConfigError>) {
    let settings = &config.openrouter;
    if let Some(problem) = settings.api_key.as_ref().and_then(|key| key_problem(key.expose_secret())) {
        let advice = "copy it again from https://openrouter.ai/keys".to_owned();
        errors.push(wrong(config, "openrouter.api_key", problem).advise(advice));
    }
    let url = &settings.base_url;
    if !matches!(url.scheme(), "http" | "https") {
        errors.push(wrong(config, "openrouter.base_url", "must begin with `https://` or `http://`"));
    } else if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        let advice = "a key belongs into `OPENROUTER_API_KEY`".to_owned();
        let problem = "must have no user name, no password and no parameters";
        errors.push(wrong(config, "openrouter.base_url", problem).advise(advice));
    }
    attribution(config, errors);
}

/// Checks what is sent as headers to name the application.
fn attribution(config: &LlmConfig, errors: &mut Vec<ConfigError>) {
    let settings = &config.openrouter;
    if settings.title.as_deref().is_some_and(|title| !is_header(title)) {
        errors.push(wrong(
            config,
            "openrouter.title",
            "is empty, or holds other than visible ASCII characters",
        ));
    }
    let is_address = |text: &str| is_header(text) && Url::parse(text).is_ok_and(|url| url.has_host());
    if settings.referer.as_deref().is_some_and(|referer| !is_address(referer)) {
        let advice = "write `https://example.com`".to_owned();
        errors.push(wrong(config, "openrouter.referer", "is not an address").advise(advice));
    }
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    for category in &settings.categories {
        if !(1..=MAX_CATEGORY).contains(&category.len()) || !category.bytes().all(is_word) {
            let problem = format!("holds `{}`, which is not a category", category.escape_debug());
            let advice = format!("use lower-case letters, digits and `-`, {MAX_CATEGORY} at most");
            errors.push(wrong(config, "openrouter.categories", &problem).advise(advice));
        }
    }
}

/// Whether a text can be a header's value as it is.
fn is_header(text: &str) -> bool {
    !text.trim().is_empty() && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

/// What is wrong with a key, without a word of it.
fn key_problem(key: &str) -> Option<&'static str> {
    if key.is_empty() {
        Some("is empty")
    } else if key == HIDDEN {
        Some("is what stands for a secret where one is shown, not a key")
    } else if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        Some("holds white space, or a character that no key has")
    } else {
        None
    }
}

fn durations(config: &LlmConfig, errors: &mut Vec<ConfigError>) {
    let LlmConfig { deadlines, retry, cache, .. } = config;
    let all = [
        ("deadlines.connect", deadlines.connect),
        ("deadlines.headers", deadlines.headers),
        ("deadlines.first_token", deadlines.first_token),
        ("deadlines.idle", deadlines.idle),
        ("deadlines.total_unary", deadlines.total_unary),
        ("deadlines.total_stream", deadlines.total_stream),
        ("retry.base", retry.base),
        ("retry.cap", retry.cap),
        ("cache.ttl", cache.ttl),
    ];
    for (setting, duration) in all {
        if duration.is_zero() {
            let advice = (setting == "cache.ttl")
                .then(|| "to have no cache, set `cache.enabled` to `false`".to_owned());
            errors.push(wrong(config, setting, "must be more than nothing").advise(advice));
        } else if duration > MAX_DURATION {
            errors.push(wrong(config, setting, "must be a year at most"));
        }
    }
    if retry.base > retry.cap {
        errors.push(wrong(config, "retry.base", "must not be longer than `retry.cap`"));
    }
}

fn sizes(config: &LlmConfig, errors: &mut Vec<ConfigError>) {
    if !(1..=MAX_ATTEMPTS).contains(&config.retry.max_attempts) {
        errors.push(wrong(config, "retry.max_attempts", &format!("must be from 1 to {MAX_ATTEMPTS}")));
    }
    if config.database.spool_max_bytes < MIN_SPOOL {
        errors.push(wrong(config, "database.spool_max_bytes", "must be at least `1MiB`"));
    }
    if config.database.spool.as_os_str().is_empty() {
        errors.push(wrong(config, "database.spool", "must name a file"));
    }
    if config.cache.max_bytes == 0 {
        let advice = "to have no cache, set `cache.enabled` to `false`".to_owned();
        errors.push(wrong(config, "cache.max_bytes", "must be more than nothing").advise(advice));
    }
}
