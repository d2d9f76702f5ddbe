//! A schema, and the check that an answer fits it.

use std::{fmt, sync::Arc};

use llm_core::{Error, ErrorKind, JsonSchemaFormat, ResponseFormat, Result};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How many of an answer's faults are told to the model and in errors.
const MOST_FAULTS: usize = 8;

/// The longest fault that is told, in characters.
const LONGEST_FAULT: usize = 300;

/// Reads a value into a type that is forgotten: what a schema cannot say, the type may.
type Read = fn(&Value) -> Result<(), String>;

/// A JSON Schema with its name, ready to check answers.
///
/// Cheap to clone. References to other documents are not followed: nothing is fetched.
#[derive(Clone)]
pub struct Schema(Arc<Inner>);

struct Inner {
    name: String,
    schema: Value,
    validator: jsonschema::Validator,
    /// The caller's type, if there is one.
    read: Option<Read>,
}

impl Schema {
    /// The schema of a type.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidRequest`] when the type's schema is not a valid one.
    pub fn of<T: DeserializeOwned + JsonSchema>() -> Result<Self> {
        // Inlined, because the vendors' strict modes disagree about `$ref`.
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.meta_schema = None;
            settings.inline_subschemas = true;
        });
        let schema = settings.into_generator().into_root_schema_for::<T>();
        Self::build(&T::schema_name(), schema.into(), Some(read::<T>))
    }

    /// A schema as it was written, under a name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidRequest`] when it is not a valid JSON Schema.
    pub fn raw(name: &str, schema: Value) -> Result<Self> {
        Self::build(name, schema, None)
    }

    fn build(name: &str, schema: Value, read: Option<Read>) -> Result<Self> {
        let validator = jsonschema::validator_for(&schema).map_err(|error| {
            Error::new(
                ErrorKind::InvalidRequest,
                format!("the schema `{name}` is not a valid JSON Schema: {error}"),
            )
        })?;
        Ok(Self(Arc::new(Inner { name: wire_name(name), schema, validator, read })))
    }

    /// Its name: letters, digits, `_` and `-`, at most 64.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The schema.
    #[must_use]
    pub fn as_value(&self) -> &Value {
        &self.0.schema
    }

    /// The schema as a request names it, before a rung says it in its own way.
    pub(crate) fn as_format(&self) -> ResponseFormat {
        ResponseFormat::JsonSchema(JsonSchemaFormat {
            name: self.0.name.clone(),
            schema: Some(self.0.schema.clone()),
            ..JsonSchemaFormat::default()
        })
    }

    /// The value of a text that fits, or what is wrong with it, fit to be shown to the model.
    pub(crate) fn check(&self, text: &str) -> Result<Value, Vec<String>> {
        let value: Value = serde_json::from_str(unfenced(text))
            .map_err(|error| vec![format!("the answer is not one JSON value: {error}")])?;
        let faults: Vec<String> = self
            .0
            .validator
            .iter_errors(&value)
            .take(MOST_FAULTS)
            .map(|fault| {
                let path = fault.instance_path().to_string();
                shortened(format!("at `{}`: {fault}", if path.is_empty() { "/" } else { &path }))
            })
            .collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        match self.0.read.map(|read| read(&value)) {
            Some(Err(fault)) => Err(vec![shortened(fault)]),
            _ => Ok(value),
        }
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema").field("name", &self.0.name).finish_non_exhaustive()
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<(), String> {
    T::deserialize(value).map(drop).map_err(|error| error.to_string())
}

/// The text without the fence of a Markdown code block, which models like to put around JSON.
fn unfenced(text: &str) -> &str {
    let text = text.trim();
    let Some(inner) = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```")) else { return text };
    inner.strip_prefix("json").unwrap_or(inner).trim()
}

fn shortened(text: String) -> String {
    if text.chars().count() <= LONGEST_FAULT {
        return text;
    }
    text.chars().take(LONGEST_FAULT).chain(['…']).collect()
}

/// A name that every vendor takes.
fn wire_name(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' })
        .take(64)
        .collect();
    if name.is_empty() { "answer".to_owned() } else { name }
}
