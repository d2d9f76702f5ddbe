//! What names may lead to: roles, aliases, models, the default model.

use std::collections::BTreeMap;

use llm_core::ModelId;

use super::{ConfigError, LlmConfig, suggest::did_you_mean};

/// How many names may lead to one another: the router gives up at the next.
const LONGEST_CHAIN: usize = 7;

/// The providers that have names of their own here.
const PROVIDERS: &[&str] = &["openrouter", "mock"];

/// Adds what is wrong with names and what they lead to.
pub(super) fn check(config: &LlmConfig, errors: &mut Vec<ConfigError>) {
    let names = Names::of(config);
    for (table, entries) in
        [("roles", &config.roles), ("aliases", &config.aliases), ("models", &config.models)]
    {
        for (name, target) in entries {
            let setting = format!("{table}.{name}");
            names.check_name(table, name, &setting, errors);
            if table == "models" && !target.contains('/') {
                let problem = format!("is `{target}`, which names no provider");
                names.fail(&setting, &problem, format!("write `<provider>/{target}`"), errors);
            } else {
                names.check_target(&setting, name, target, errors);
            }
        }
    }
    if let Some(model) = &config.default_model {
        names.check_target("default_model", "", model, errors);
    }
}

/// Every name that leads to another, as the router sees them: an earlier table wins.
struct Names<'c> {
    config: &'c LlmConfig,
    targets: BTreeMap<&'c str, &'c str>,
}

/// Where a chain of names ends.
enum End<'c> {
    /// At a name that leads no further.
    At(&'c str),
    /// Nowhere: these go in a circle.
    Circle(Vec<&'c str>),
    /// Too far away.
    TooFar,
}

impl<'c> Names<'c> {
    fn of(config: &'c LlmConfig) -> Self {
        let all = config.models.iter().chain(&config.aliases).chain(&config.roles);
        Self { config, targets: all.map(|(name, target)| (name.as_str(), target.as_str())).collect() }
    }

    fn fail(
        &self,
        setting: &str,
        problem: &str,
        advice: impl Into<Option<String>>,
        errors: &mut Vec<ConfigError>,
    ) {
        errors.push(ConfigError::about(self.config.origin(setting), setting, problem).advise(advice));
    }

    /// Checks the name itself: it makes sense, can be reached, and means one thing.
    fn check_name(&self, table: &str, name: &str, setting: &str, errors: &mut Vec<ConfigError>) {
        if let Err(invalid) = ModelId::new(name) {
            return self.fail(setting, &format!("cannot be asked for: {invalid}"), None, errors);
        }
        let default = self.config.default_provider.as_ref().map(|provider| provider.as_str());
        if PROVIDERS.iter().copied().chain(default).any(|provider| provider == name) {
            let advice = "choose another name".to_owned();
            self.fail(setting, "has the name of a provider", advice, errors);
        } else if name.starts_with("openrouter/") {
            let advice = "choose a name without `openrouter/`".to_owned();
            self.fail(setting, "cannot be reached: `openrouter/…` always goes to OpenRouter", advice, errors);
        }
        let earlier = [("roles", &self.config.roles), ("aliases", &self.config.aliases)];
        let earlier = earlier
            .iter()
            .take_while(|(other, _)| *other != table)
            .find(|(_, names)| names.contains_key(name));
        if let Some((other, _)) = earlier {
            let advice = "keep one of the two".to_owned();
            self.fail(setting, &format!("is also set as `{other}.{name}`"), advice, errors);
        }
    }

    /// Checks what a name leads to: a model id that makes sense, at the end of a chain that ends.
    fn check_target(&self, setting: &str, name: &'c str, target: &'c str, errors: &mut Vec<ConfigError>) {
        if let Err(invalid) = ModelId::new(target) {
            return self.fail(setting, &format!("leads nowhere: {invalid}"), None, errors);
        }
        match self.follow(name, target) {
            // Each circle is told once, at its first name; the names that lead into it are not its cause.
            End::Circle(circle) if circle.iter().min() == Some(&name) => {
                let way: Vec<_> =
                    circle.iter().chain(circle.first()).map(|name| format!("`{name}`")).collect();
                self.fail(setting, &format!("leads in a circle: {}", way.join(" to ")), None, errors);
            }
            End::Circle(_) => {}
            End::TooFar => {
                let problem = format!("leads over more than {LONGEST_CHAIN} other names");
                self.fail(setting, &problem, "name the model itself".to_owned(), errors);
            }
            // The end of another name's chain is that name's to mend.
            End::At(end) if end == target => self.check_end(setting, target, errors),
            End::At(_) => {}
        }
    }

    /// Checks a name that leads no further: a provider stands in front, or one takes all such names.
    fn check_end(&self, setting: &str, end: &str, errors: &mut Vec<ConfigError>) {
        if end.contains('/') || self.config.default_provider.is_some() {
            return;
        }
        let own = setting.split_once('.').map(|(_, name)| name);
        let others = self.targets.keys().copied().filter(|name| Some(*name) != own);
        let advice = did_you_mean(end, others).unwrap_or_else(|| {
            format!("write `<provider>/{end}`, or name in `LLM_PROVIDER` the provider that shall take it")
        });
        self.fail(setting, &format!("is `{end}`, which names no provider"), advice, errors);
    }

    fn follow(&self, name: &'c str, target: &'c str) -> End<'c> {
        let mut way = vec![name];
        let mut at = target;
        loop {
            if let Some(start) = way.iter().position(|earlier| *earlier == at) {
                return End::Circle(way.split_off(start));
            }
            match self.targets.get(at).filter(|_| !at.starts_with("openrouter/")) {
                None => return End::At(at),
                Some(_) if way.len() > LONGEST_CHAIN => return End::TooFar,
                Some(next) => {
                    way.push(at);
                    at = next;
                }
            }
        }
    }
}
