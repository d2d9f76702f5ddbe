//! How the sources are laid one over another.

use std::collections::BTreeMap;

use super::{
    ConfigError, ConfigErrors, Environment, Flag, LlmConfig, Origin, check,
    settings::{Field, NOT_YET, SETTINGS, Setting},
    sources::FILE_VARIABLE,
    suggest::did_you_mean,
    value::{Raw, Value as _},
};

/// What stands for the user's part in the name of a variable.
const NAME: &str = "<NAME>";

/// A configuration in the making, with what went wrong so far.
#[derive(Default)]
pub(super) struct Overlay {
    config: LlmConfig,
    errors: Vec<ConfigError>,
}

impl Overlay {
    /// Notes a problem.
    pub(super) fn fail(&mut self, error: ConfigError) {
        self.errors.push(error);
    }

    /// Sets one value, or notes why not.
    pub(super) fn set(&mut self, setting: &Setting, raw: Raw, origin: Origin) {
        let outcome = match &setting.field {
            Field::Value(slot) => slot.set(&mut self.config, raw),
            Field::Names(_) => Err("is a table of names".into()),
        };
        self.record(setting.path.to_owned(), origin, outcome);
    }

    /// Sets one name of a table of names, or notes why not.
    pub(super) fn set_name(&mut self, setting: &Setting, name: &str, raw: Raw, origin: Origin) {
        let Field::Names(lens) = &setting.field else { return self.set(setting, raw, origin) };
        let outcome = Option::<String>::read(raw).map(|target| {
            (lens.get_mut)(&mut self.config).insert(name.to_owned(), target.unwrap_or_default());
        });
        self.record(format!("{}.{name}", setting.path), origin, outcome);
    }

    fn record(&mut self, path: String, origin: Origin, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => {
                self.config.origins.insert(path, origin);
            }
            Err(problem) => self.fail(ConfigError::about(origin, path, &problem)),
        }
    }

    /// Says that nothing is called so.
    pub(super) fn unknown(&mut self, path: &str, origin: Origin) {
        let tables =
            SETTINGS.iter().map(|setting| setting.table_and_key().0).filter(|table| !table.is_empty());
        let known = SETTINGS.iter().map(|setting| setting.path).chain(tables);
        let advice = did_you_mean(path, known)
            .unwrap_or_else(|| "nothing is called like it; `check-config` prints every setting".into());
        self.fail(ConfigError::about(origin, path, "is not a setting").advise(advice));
    }

    /// Lays the environment over what is there.
    pub(super) fn environment(&mut self, environment: &Environment) {
        for setting in SETTINGS {
            let mut set = BTreeMap::new();
            for variable in setting.variables.iter().flat_map(|pattern| matching(pattern, environment)) {
                let name = matches!(setting.field, Field::Names(_)).then(|| role(variable));
                match set.get(&name) {
                    None => {
                        self.variable(setting, name.as_deref(), variable, environment);
                        set.insert(name, variable);
                    }
                    Some(first) if environment.get(first) != environment.get(variable) => {
                        let warning = format!(
                            "environment variable {variable} has no effect: {first} is set too, and wins"
                        );
                        self.config.warnings.push(warning);
                    }
                    Some(_) => {}
                }
            }
        }
        self.not_text(environment);
        self.config.warnings.extend(strangers(environment));
    }

    fn variable(&mut self, setting: &Setting, name: Option<&str>, variable: &str, environment: &Environment) {
        let raw = Raw::Text(environment.get(variable).unwrap_or_default().to_owned());
        let origin = Origin::Environment { variable: variable.to_owned() };
        match name {
            Some(name) => self.set_name(setting, name, raw, origin),
            None => self.set(setting, raw, origin),
        }
    }

    fn not_text(&mut self, environment: &Environment) {
        for variable in environment.unreadable().filter(|variable| is_ours(variable)) {
            let origin = Origin::Environment { variable: variable.to_owned() };
            self.fail(ConfigError::new(origin, "its value is not UTF-8"));
        }
    }

    /// Lays a flag over what is there.
    pub(super) fn flag(&mut self, flag: Flag) {
        let origin = Origin::Flag { name: flag.name };
        let raw = Raw::Text(flag.value);
        let in_table =
            flag.setting.split_once('.').and_then(|(table, name)| Some((Setting::find_names(table)?, name)));
        match (Setting::find(&flag.setting), in_table) {
            (Some(setting), _) => self.set(setting, raw, origin),
            (None, Some((table, name))) if !name.is_empty() => self.set_name(table, name, raw, origin),
            _ => self.unknown(&flag.setting, origin),
        }
    }

    /// The configuration, if nothing is wrong with it.
    pub(super) fn finish(mut self) -> Result<LlmConfig, ConfigErrors> {
        self.errors.extend(check::check(&self.config));
        self.errors.sort_by_key(|error| error.origin.rank());
        ConfigErrors::none_or(self.errors)?;
        self.config.warnings.extend(check::doubts(&self.config));
        Ok(self.config)
    }
}

/// The variables that are set and fit a pattern: a name, or the start of one before [`NAME`].
fn matching<'a>(pattern: &'a str, environment: &'a Environment) -> Vec<&'a str> {
    match pattern.strip_suffix(NAME) {
        Some(prefix) => {
            environment.names().filter(|name| name.len() > prefix.len() && name.starts_with(prefix)).collect()
        }
        None => environment.get(pattern).map(|_| pattern).into_iter().collect(),
    }
}

/// The role that a variable sets.
fn role(variable: &str) -> String {
    let name = variable.strip_prefix("LLM_ROLE_").or_else(|| variable.strip_prefix("LLM_"));
    name.unwrap_or(variable).to_ascii_lowercase()
}

/// Whether a variable sets something here.
fn is_ours(variable: &str) -> bool {
    variable == FILE_VARIABLE
        || SETTINGS.iter().flat_map(|setting| setting.variables).any(|pattern| {
            match pattern.strip_suffix(NAME) {
                Some(prefix) => variable.starts_with(prefix),
                None => variable == *pattern,
            }
        })
}

/// Warnings about variables that look like ours, but set nothing.
fn strangers(environment: &Environment) -> Vec<String> {
    let not_yet = NOT_YET.iter().filter(|(variable, _)| environment.get(variable).is_some());
    let not_yet = not_yet.map(|(variable, feature)| {
        format!("environment variable {variable} has no effect: this version does not have {feature}")
    });
    let known = || SETTINGS.iter().flat_map(|setting| setting.variables).copied().chain([FILE_VARIABLE]);
    let misspelt =
        environment.names().filter(|name| name.starts_with("LLM_") && !is_ours(name)).map(|name| {
            let advice = did_you_mean(name, known()).unwrap_or_else(|| "it sets nothing here".into());
            format!("environment variable {name} has no effect: {advice}")
        });
    not_yet.chain(misspelt).collect()
}
