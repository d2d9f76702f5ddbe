//! The merged configuration, for people to look at: its secrets hidden, the origin of each value beside it.

use serde_json::json;

use super::{
    LlmConfig,
    settings::{Field, SETTINGS},
};

/// A value as it may be shown.
struct Line {
    path: String,
    table: &'static str,
    key: String,
    /// `None` if it is not set.
    value: Option<toml::Value>,
}

/// What may be shown of one setting; `None` if it is not set, or if there is no such setting.
pub(super) fn shown(config: &LlmConfig, path: &str) -> Option<toml::Value> {
    lines(config).into_iter().find(|line| line.path == path)?.value
}

/// Every value, in the order of the table of settings.
fn lines(config: &LlmConfig) -> Vec<Line> {
    let mut lines = Vec::new();
    for setting in SETTINGS {
        match &setting.field {
            Field::Value(slot) => {
                let (table, key) = setting.table_and_key();
                lines.push(Line {
                    path: setting.path.into(),
                    table,
                    key: key.into(),
                    value: slot.show(config),
                });
            }
            Field::Names(lens) => lines.extend((lens.get)(config).iter().map(|(name, target)| Line {
                path: format!("{}.{name}", setting.path),
                table: setting.path,
                key: key(name),
                value: Some(target.as_str().into()),
            })),
        }
    }
    lines
}

/// A name as a key of TOML: quoted where it must be.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { name.to_owned() } else { toml::Value::from(name).to_string() }
}

impl LlmConfig {
    /// The whole configuration as TOML, each value with its origin in a comment; `"***"` stands for secrets that are
    /// set. It is what `check-config` prints.
    #[must_use]
    pub fn to_toml_redacted(&self) -> String {
        let mut text = format!("# configuration version {}\n", self.version());
        let mut table = "";
        for line in lines(self) {
            if line.table != table {
                table = line.table;
                text.push_str(&format!("\n[{table}]\n"));
            }
            match &line.value {
                Some(value) => {
                    text.push_str(&format!("{} = {value}  # {}\n", line.key, self.origin(&line.path)))
                }
                None => text.push_str(&format!("# {} is not set\n", line.key)),
            }
        }
        text
    }

    /// The same as JSON: `version`, `warnings`, and `settings` by path, each with its `value` (`null` if it is not
    /// set) and its `origin`.
    #[must_use]
    pub fn to_json_redacted(&self) -> serde_json::Value {
        let setting = |line: Line| {
            let origin = self.origin(&line.path).to_string();
            (line.path, json!({ "value": line.value, "origin": origin }))
        };
        let settings: serde_json::Map<_, _> = lines(self).into_iter().map(setting).collect();
        json!({ "version": self.version(), "settings": settings, "warnings": self.warnings })
    }

    /// A name for what is configured, for the ledger: the same for the same values, wherever they came from, on
    /// every platform and in every release that has the same settings.
    ///
    /// It is the 64-bit FNV-1a hash of the values as they are shown, in 16 hexadecimal digits. Secrets do not
    /// enter, only whether they are set: a new key makes no new version, and the version tells nothing of a key.
    #[must_use]
    pub fn version(&self) -> String {
        let set =
            lines(self).into_iter().filter_map(|line| Some(format!("{} = {}\n", line.path, line.value?)));
        format!("{:016x}", fnv1a(&set.collect::<String>()))
    }
}

/// FNV-1a of 64 bits. The standard library's hasher may change from release to release.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests;
