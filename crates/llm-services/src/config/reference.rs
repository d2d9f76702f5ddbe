//! The reference of the configuration, as Markdown, out of the table of settings.

use super::{
    LlmConfig,
    settings::{Field, NOT_YET, SETTINGS, Setting},
};

const INTRODUCTION: &str = "\
# Configuration

Everything has a default: with no setting at all the built-in `mock/…` models answer. A setting comes from the first
of these that has it:

1. a command line flag,
2. an environment variable,
3. the TOML file that `--config` names, or else the variable `LLM_CONFIG`,
4. its default.

A variable that is empty counts as not set. Where several variables are named, the first wins. Whatever does not fit,
in any of the sources, is told at once, with its place: `llm.toml:12:5`, `environment variable CACHE_TTL`. Unknown keys
in the file are errors. `check-config` prints the merged result, with the origin of each value and without secrets.

Durations are written `250ms`, `60s`, `5m`, `1h`, `1d`; a bare number is in seconds. Sizes are written `64MiB`, `1GB`; a
bare number is in bytes. In variables, `true`, `1`, `yes` and `on` are true, and lists have commas between their items.
";

const NOT_YET_INTRODUCTION: &str = "
## Variables without effect

These variables belong to features that this version does not have. Setting one is no error, for other programs may
read it too, but start-up warns of it. The same goes for a variable that begins with `LLM_` and is not in this reference.

| variable | feature |
|---|---|
";

const EXAMPLE_INTRODUCTION: &str = "
## A whole file

Every setting; those with a default show it.

```toml
";

impl LlmConfig {
    /// The reference of every setting, as Markdown: `docs/configuration.md`.
    #[must_use]
    pub fn reference() -> String {
        let mut text = INTRODUCTION.to_owned();
        let mut current = None;
        for setting in SETTINGS {
            let section = section(setting);
            if current != Some(section) {
                current = Some(section);
                text.push_str(&heading(section));
            }
            text.push_str(&row(setting));
        }
        text.push_str(NOT_YET_INTRODUCTION);
        text.extend(NOT_YET.iter().map(|(variable, feature)| format!("| `{variable}` | {feature} |\n")));
        text.push_str(EXAMPLE_INTRODUCTION);
        text.push_str(&Self::example());
        text.push_str("```\n");
        text
    }

    /// A configuration file that has every setting, at its default where that teaches something.
    #[must_use]
    pub fn example() -> String {
        let defaults = Self::default();
        let mut text = String::new();
        let mut current = "";
        for setting in SETTINGS {
            let section = section(setting);
            if section != current {
                current = section;
                text.push_str(&format!("\n[{section}]\n"));
            }
            match &setting.field {
                Field::Names(_) => text.extend(setting.sample.map(|sample| format!("{sample}\n"))),
                Field::Value(slot) => {
                    let value = setting.sample.map(str::to_owned);
                    let value = value.or_else(|| slot.show(&defaults).map(|value| value.to_string()));
                    let key = setting.table_and_key().1;
                    text.extend(value.map(|value| format!("{key} = {value}\n")));
                }
            }
        }
        text
    }
}

/// The table of the file that a setting is shown under.
fn section(setting: &Setting) -> &'static str {
    match setting.field {
        Field::Value(_) => setting.table_and_key().0,
        Field::Names(_) => setting.path,
    }
}

fn heading(section: &str) -> String {
    let title = if section.is_empty() { "The top of the file".to_owned() } else { format!("`[{section}]`") };
    format!("\n## {title}\n\n| key | variables | takes | default | meaning |\n|---|---|---|---|---|\n")
}

fn row(setting: &Setting) -> String {
    let variables: Vec<_> = setting.variables.iter().map(|variable| format!("`{variable}`")).collect();
    let (key, takes, default) = match &setting.field {
        Field::Value(slot) => (setting.table_and_key().1, slot.takes(), slot.show(&LlmConfig::default())),
        Field::Names(_) => ("<name>", "a model, or another name", None),
    };
    let default = default.map_or_else(|| "not set".to_owned(), |value| format!("`{value}`"));
    format!("| `{key}` | {} | {takes} | {default} | {} |\n", variables.join(", "), setting.doc)
}
