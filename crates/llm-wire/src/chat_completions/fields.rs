//! Taking a JSON object apart, with a name for the place where it does not fit.

use std::fmt;

use llm_core::{Error, ErrorKind, Extra, Stage};
use serde_json::Value;

/// Where in a document a value stands: `messages[0].content[1].text`. Written out only when something is wrong.
#[derive(Clone, Copy, Debug)]
pub(super) enum Path<'a> {
    /// The document itself.
    Root,
    /// A field of an object.
    Field(&'a Path<'a>, &'a str),
    /// An item of a list.
    Item(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("body"),
            Self::Field(Path::Root, name) => f.write_str(name),
            Self::Field(parent, name) => write!(f, "{parent}.{name}"),
            Self::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// A value that is not what the dialect wants there. It quotes nothing of the value.
#[derive(Debug)]
pub(super) struct Misfit {
    place: String,
    expected: &'static str,
}

impl Misfit {
    pub(super) fn new(place: &Path<'_>, expected: &'static str) -> Self {
        Self { place: place.to_string(), expected }
    }

    /// The caller's mistake.
    pub(super) fn in_request(self) -> Error {
        Error::new(ErrorKind::InvalidRequest, format!("`{}`: expected {}", self.place, self.expected))
    }

    /// The provider's.
    pub(super) fn in_response(self) -> Error {
        unreadable(format!("`{}`: expected {}", self.place, self.expected))
    }
}

/// An answer that cannot be understood. The work was done, and may be billed.
pub(super) fn unreadable(why: impl fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidResponse, format!("the provider's answer cannot be read: {why}"))
        .with_stage(Stage::Protocol)
        .with_maybe_billed(true)
}

/// Why bytes are not JSON of the expected shape, without quoting them: `serde_json` quotes what it finds.
pub(super) fn not_json(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let what = match error.classify() {
        Category::Eof => "the JSON ends too early",
        Category::Data => "a JSON value is of the wrong type",
        Category::Syntax | Category::Io => "it is not JSON",
    };
    format!("{what}, line {} column {}", error.line(), error.column())
}

/// An object that is being taken apart: known fields by name, the rest at the end.
///
/// `null` is the same as nothing. A request is read strictly, for its sender can mend it; an answer is read tolerantly:
/// a field of a surprising type stays in the rest instead of costing the answer.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    fields: Extra,
    path: &'a Path<'a>,
    tolerant: bool,
}

impl<'a> Fields<'a> {
    /// The fields of a value that must be an object.
    pub(super) fn strict(value: Value, path: &'a Path<'a>) -> Result<Self, Misfit> {
        Self::new(value, path, false)
    }

    /// As [`Fields::strict`], for an answer.
    pub(super) fn tolerant(value: Value, path: &'a Path<'a>) -> Result<Self, Misfit> {
        Self::new(value, path, true)
    }

    /// The fields of a value inside this one, read as strictly.
    pub(super) fn inside<'b>(&self, value: Value, path: &'b Path<'b>) -> Result<Fields<'b>, Misfit> {
        Fields::new(value, path, self.tolerant)
    }

    fn new(value: Value, path: &'a Path<'a>, tolerant: bool) -> Result<Self, Misfit> {
        match value {
            Value::Object(fields) => Ok(Self { fields, path, tolerant }),
            _ => Err(Misfit::new(path, "an object")),
        }
    }

    pub(super) fn is_tolerant(&self) -> bool {
        self.tolerant
    }

    pub(super) fn path(&self) -> &'a Path<'a> {
        self.path
    }

    /// What no other method took, in its order.
    pub(super) fn rest(self) -> Extra {
        self.fields
    }

    /// The complaint about a field.
    pub(super) fn misfit(&self, name: &str, expected: &'static str) -> Misfit {
        Misfit::new(&Path::Field(self.path, name), expected)
    }

    /// Looks at a field without taking it.
    pub(super) fn peek(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// Puts a field back into the rest.
    pub(super) fn keep(&mut self, name: &str, value: Value) {
        self.fields.insert(name.to_owned(), value);
    }

    /// Takes a field of any type.
    pub(super) fn value(&mut self, name: &str) -> Option<Value> {
        self.fields.shift_remove(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Misfit> {
        self.take(name, "a string", |value| match value {
            Value::String(text) => Ok(text),
            other => Err(other),
        })
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Misfit> {
        self.take(name, "true or false", |value| value.as_bool().ok_or(value))
    }

    pub(super) fn number(&mut self, name: &str) -> Result<Option<f64>, Misfit> {
        self.take(name, "a number", |value| value.as_f64().ok_or(value))
    }

    pub(super) fn integer(&mut self, name: &str) -> Result<Option<i64>, Misfit> {
        self.take(name, "an integer", |value| value.as_i64().ok_or(value))
    }

    pub(super) fn count(&mut self, name: &str) -> Result<Option<u64>, Misfit> {
        self.take(name, "an integer of 0 or more", |value| value.as_u64().ok_or(value))
    }

    pub(super) fn small_count(&mut self, name: &str) -> Result<Option<u32>, Misfit> {
        self.take(name, "an integer of 0 or more, below 4294967296", |value| {
            value.as_u64().and_then(|count| u32::try_from(count).ok()).ok_or(value)
        })
    }

    pub(super) fn list(&mut self, name: &str) -> Result<Option<Vec<Value>>, Misfit> {
        self.take(name, "a list", |value| match value {
            Value::Array(items) => Ok(items),
            other => Err(other),
        })
    }

    pub(super) fn texts(&mut self, name: &str) -> Result<Vec<String>, Misfit> {
        let texts = self.take(name, "a list of strings", |value| match value {
            Value::Array(items) if items.iter().all(Value::is_string) => Ok(items),
            other => Err(other),
        })?;
        Ok(texts.into_iter().flatten().filter_map(string).collect())
    }

    fn take<T>(
        &mut self,
        name: &str,
        expected: &'static str,
        convert: impl FnOnce(Value) -> Result<T, Value>,
    ) -> Result<Option<T>, Misfit> {
        match self.value(name).map(convert) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value)),
            Some(Err(other)) if self.tolerant => {
                self.fields.insert(name.to_owned(), other);
                Ok(None)
            }
            Some(Err(_)) => Err(self.misfit(name, expected)),
        }
    }
}

/// The text of a value that is text.
pub(super) fn string(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}
