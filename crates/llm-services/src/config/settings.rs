//! The table of settings: the one place that knows their names, their variables and their meaning.
//!
//! The file's known keys, the environment, the flags, suggestions, what `check-config` prints and
//! `docs/configuration.md` all come from it.

use std::collections::BTreeMap;

use super::{
    LlmConfig,
    value::{Raw, Value},
};

/// One setting.
pub(super) struct Setting {
    /// Its key in the file, with its table in front: `cache.ttl`.
    pub path: &'static str,
    /// What it means, in a sentence or two.
    pub doc: &'static str,
    /// The environment variables that set it; the first is the one to use, and wins.
    pub variables: &'static [&'static str],
    /// A value for the example file, as TOML, where the default would teach nothing.
    pub sample: Option<&'static str>,
    /// Where it is in [`LlmConfig`].
    pub field: Field,
}

/// Where a setting is in [`LlmConfig`].
pub(super) enum Field {
    /// One value.
    Value(&'static dyn Slot),
    /// A table of names, whose keys are the user's.
    Names(Lens<BTreeMap<String, String>>),
}

/// A way to one field.
pub(super) struct Lens<T: 'static> {
    pub get: fn(&LlmConfig) -> &T,
    pub get_mut: fn(&mut LlmConfig) -> &mut T,
}

/// A field whose type is forgotten.
pub(super) trait Slot: Sync {
    /// See [`Value::TAKES`].
    fn takes(&self) -> &'static str;
    /// See [`Value::read`].
    fn set(&self, config: &mut LlmConfig, raw: Raw) -> Result<(), String>;
    /// See [`Value::show`].
    fn show(&self, config: &LlmConfig) -> Option<toml::Value>;
}

impl<T: Value> Slot for Lens<T> {
    fn takes(&self) -> &'static str {
        T::TAKES
    }

    fn set(&self, config: &mut LlmConfig, raw: Raw) -> Result<(), String> {
        *(self.get_mut)(config) = T::read(raw)?;
        Ok(())
    }

    fn show(&self, config: &LlmConfig) -> Option<toml::Value> {
        (self.get)(config).show()
    }
}

macro_rules! lens {
    ($($field:ident).+) => {
        Lens { get: |config| &config.$($field).+, get_mut: |config| &mut config.$($field).+ }
    };
}

/// A setting that is one value; its path is its place in [`LlmConfig`].
macro_rules! value {
    ($($field:ident).+, $doc:literal) => {
        Setting::new(stringify!($($field).+), $doc, Field::Value(&lens!($($field).+)))
    };
}

/// A setting that is a table of names.
macro_rules! names {
    ($field:ident, $doc:literal) => {
        Setting::new(stringify!($field), $doc, Field::Names(lens!($field)))
    };
}

impl Setting {
    const fn new(path: &'static str, doc: &'static str, field: Field) -> Self {
        Self { path, doc, variables: &[], sample: None, field }
    }

    const fn variables(mut self, variables: &'static [&'static str]) -> Self {
        self.variables = variables;
        self
    }

    const fn sample(mut self, toml: &'static str) -> Self {
        self.sample = Some(toml);
        self
    }

    /// The table that it stands in, and its key there. The top of the file is the table without a name.
    pub(super) fn table_and_key(&self) -> (&'static str, &'static str) {
        self.path.rsplit_once('.').unwrap_or(("", self.path))
    }

    /// The setting of this path.
    pub(super) fn find(path: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.path == path)
    }

    /// The table of names of this path.
    pub(super) fn find_names(path: &str) -> Option<&'static Self> {
        Self::find(path).filter(|setting| matches!(setting.field, Field::Names(_)))
    }

    /// Whether this path is that of a table whose keys are settings.
    pub(super) fn is_table(path: &str) -> bool {
        !path.is_empty() && SETTINGS.iter().any(|setting| setting.table_and_key().0 == path)
    }
}

/// Every setting: those at the top of the file first, as TOML demands, then table by table.
pub(super) static SETTINGS: &[Setting] = &[
    value!(default_provider, "The provider that takes every model name which nothing else claims, as it stands.")
        .variables(&["LLM_PROVIDER"])
        .sample(r#""openrouter""#),
    value!(default_model, "The model of requests that name none. Without it that is `openrouter/auto` if OpenRouter has a key, else `mock/echo`.")
        .variables(&["LLM_MODEL", "DEFAULT_MODEL", "LLM_DEFAULT"])
        .sample(r#""openrouter/anthropic/claude-sonnet-4""#),
    value!(log_level, "The least that is logged.").variables(&["LOG_LEVEL"]),
    value!(debug, "Whether errors and logs say more than a user needs. It never shows secrets or prompts.")
        .variables(&["DEBUG"]),
    value!(openrouter.api_key, "The key. Without one, calls to OpenRouter are refused. The variable is the better place for it.")
        .variables(&["OPENROUTER_API_KEY"])
        .sample(r#""sk-or-v1-0123456789""#),
    value!(
        openrouter.base_url,
        "Where OpenRouter's API is. `/chat/completions` or `/` at its end is understood, and dropped."
    )
    .variables(&["OPENROUTER_BASE_URL"]),
    value!(openrouter.title, "The name of your application in OpenRouter's rankings (header `X-Title`).")
        .variables(&["OPENROUTER_HEADERS_X_TITLE"])
        .sample(r#""Dungeon Master""#),
    value!(openrouter.referer, "The address of your application in OpenRouter's rankings (header `HTTP-Referer`).")
        .variables(&["OPENROUTER_HEADERS_REFERER"])
        .sample(r#""https://example.com""#),
    value!(openrouter.categories, "The categories of your application in OpenRouter's rankings: lower-case words joined by `-`.")
        .sample(r#"["game"]"#),
    value!(openrouter.check_key_at_start, "Whether the key is checked at start-up by a free call."),
    value!(
        database.url,
        "Where the request log is kept: an SQLite file, `sqlite://llm.db` or `sqlite:///var/lib/llm/llm.db`, or a \
         PostgreSQL server, `postgres://user:password@host/database`."
    )
    .variables(&["DATABASE_URL"]),
    value!(
        database.spool,
        "The local file that holds records on their way to PostgreSQL. An SQLite database does without."
    ),
    value!(
        database.spool_max_bytes,
        "The most that may wait in the spool. At this size new requests are refused before they cost money."
    ),
    value!(cache.enabled, "Whether answers are cached when a request does not say.").variables(&["CACHE_ENABLED"]),
    value!(cache.ttl, "How long an answer is kept when a request does not say.").variables(&["CACHE_TTL"]),
    value!(cache.max_bytes, "The most that the cache in this process holds."),
    value!(deadlines.connect, "How long connecting may take."),
    value!(deadlines.headers, "How long a provider may take to the head of its answer."),
    value!(deadlines.first_token, "How long a provider may take to the first content."),
    value!(deadlines.idle, "How long a stream may be silent between two signs of life."),
    value!(deadlines.total_unary, "How long a call that is not streamed may take, every attempt included."),
    value!(deadlines.total_stream, "How long a stream may take, every attempt included."),
    value!(retry.max_attempts, "The most attempts for one model, the first included; from 1 to 10."),
    value!(retry.base, "The wait before the second attempt, before jitter; it doubles from there."),
    value!(retry.cap, "The longest wait between attempts, unless the provider asks for more."),
    value!(server.listen, "Where the server listens."),
    names!(
        roles,
        "Models by role: names that a request can ask for. `LLM_ROLE_NARRATOR` sets the role `narrator`; \
         `LLM_CREATOR` and `LLM_GAMEMASTER` set `creator` and `gamemaster`."
    )
    .variables(&["LLM_ROLE_<NAME>", "LLM_CREATOR", "LLM_GAMEMASTER"])
    .sample(r#"creator = "openrouter/anthropic/claude-sonnet-4""#),
    names!(aliases, "Names that stand for other names: of models, or of other aliases.")
        .sample(r#"fast = "openrouter/google/gemini-2.5-flash""#),
    names!(models, "Models whose provider is not in their name, as `<provider>/<model>`.")
        .sample(r#""gpt-4o" = "openrouter/openai/gpt-4o""#),
];

/// Variables that have a meaning in this project, but none in this version: what they are about.
pub(super) const NOT_YET: &[(&str, &str)] = &[
    ("OPENAI_API_KEY", "the OpenAI provider"),
    ("OPENAI_BASE_URL", "the OpenAI provider"),
    ("OPENAI_COMPATIBLE_URL", "OpenAI-compatible providers"),
    ("OPENAI_COMPATIBLE_KEY", "OpenAI-compatible providers"),
    ("DEEPSEEK_API_KEY", "the DeepSeek provider"),
    ("ANTHROPIC_API_KEY", "the Anthropic provider"),
    ("GEMINI_API_KEY", "the Gemini provider"),
    ("AWS_ACCESS_KEY_ID", "the Bedrock provider"),
    ("AWS_BEARER_TOKEN_BEDROCK", "the Bedrock provider"),
    ("OLLAMA_URL", "the Ollama provider"),
    ("REDIS_URL", "the shared cache and shared limits"),
    ("MESSAGE_HUB_URL", "events"),
    ("RATE_LIMIT_RPM", "rate limits"),
    ("RATE_LIMIT_REQUESTS_PER_MINUTE", "rate limits"),
    ("RATE_LIMIT_TOKENS_PER_MINUTE", "rate limits"),
    ("SECRET_KEY", "sign-in by token"),
];
