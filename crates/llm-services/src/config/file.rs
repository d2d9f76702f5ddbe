//! The TOML file, with the place of everything in it.

use std::{ops::Range, path::Path, sync::Arc};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    ConfigError, Origin,
    overlay::Overlay,
    settings::{Field, Setting},
    value::Raw,
};

/// The most syntax errors that are told: those after the first few are often its echoes.
const MAX_SYNTAX_ERRORS: usize = 5;

/// Reads a file. A file that cannot be read is an error: somebody named it.
pub(super) fn read(overlay: &mut Overlay, path: &Path) {
    let name: Arc<str> = path.display().to_string().into();
    match std::fs::read_to_string(path) {
        Ok(text) => parse(overlay, name, &text),
        Err(error) => {
            overlay.fail(ConfigError::new(
                Origin::File { name, position: None },
                format!("it cannot be read: {error}"),
            ));
        }
    }
}

/// Reads the text of a file.
pub(super) fn parse(overlay: &mut Overlay, name: Arc<str>, text: &str) {
    let file = File { name, text };
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        file.walk(overlay, "", table.get_ref());
    }
    for error in errors.iter().take(MAX_SYNTAX_ERRORS) {
        // Its `Display` would repeat the line, which may hold a key.
        let origin = file.origin(error.span().unwrap_or_default());
        overlay.fail(ConfigError::new(origin, format!("this is not TOML: {}", error.message())));
    }
}

struct File<'t> {
    name: Arc<str>,
    text: &'t str,
}

type Entry<'a, 'i> = (&'a Spanned<std::borrow::Cow<'i, str>>, &'a Spanned<DeValue<'i>>);

impl File<'_> {
    /// Takes every entry of a table, in the order of the file.
    fn walk(&self, overlay: &mut Overlay, prefix: &str, table: &DeTable<'_>) {
        for (key, value) in in_order(table) {
            let path = if prefix.is_empty() {
                key.get_ref().to_string()
            } else {
                format!("{prefix}.{}", key.get_ref())
            };
            match (Setting::find(&path), value.get_ref()) {
                (Some(Setting { field: Field::Names(_), .. }), DeValue::Table(names)) => {
                    self.names(overlay, &path, names);
                }
                (Some(setting), value) => overlay.set(setting, raw(value), self.origin(key.span())),
                (None, DeValue::Table(table)) if Setting::is_table(&path) => self.walk(overlay, &path, table),
                (None, _) if Setting::is_table(&path) => {
                    let error = ConfigError::about(self.origin(key.span()), &path, "is a table");
                    overlay.fail(error.advise(format!("write `[{path}]`, and its settings below")));
                }
                (None, _) => overlay.unknown(&path, self.origin(key.span())),
            }
        }
    }

    fn names(&self, overlay: &mut Overlay, path: &str, names: &DeTable<'_>) {
        let Some(setting) = Setting::find(path) else { return };
        for (key, value) in in_order(names) {
            overlay.set_name(setting, key.get_ref(), raw(value.get_ref()), self.origin(key.span()));
        }
    }

    fn origin(&self, span: Range<usize>) -> Origin {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Origin::File { name: self.name.clone(), position: Some((line, column)) }
    }
}

/// The table keeps the order of its keys' letters; people read from top to bottom.
fn in_order<'a, 'i>(table: &'a DeTable<'i>) -> Vec<Entry<'a, 'i>> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::Text(text.to_string()),
        DeValue::Boolean(value) => Raw::Bool(*value),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Raw::Integer(number),
            Err(_) => Raw::Other("a number of this size"),
        },
        DeValue::Array(items) => Raw::List(items.iter().map(|item| raw(item.get_ref())).collect()),
        DeValue::Float(_) => Raw::Other("a number with a fraction"),
        DeValue::Datetime(_) => Raw::Other("a date"),
        DeValue::Table(_) => Raw::Other("a table"),
    }
}
