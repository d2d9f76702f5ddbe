//! Schemas as the vendors' strict modes want them.

use serde_json::{Map, Value};

/// The schema with every object closed and all its properties required, as strict modes demand; `None` when it has
/// something that a strict mode cannot say: an open map, or an optional property that may not be null.
///
/// What is demanded more than the schema says is harmless: an answer to the strict schema fits the original too.
pub(super) fn strict(schema: &Value) -> Option<Value> {
    let Value::Object(schema) = schema else { return None };
    let mut out = Map::new();
    for (key, value) in schema {
        let value = match (key.as_str(), value) {
            ("properties" | "$defs" | "definitions", Value::Object(children)) => each_value(children)?,
            ("items" | "not", Value::Object(_)) => strict(value)?,
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(children)) => {
                Value::Array(children.iter().map(strict).collect::<Option<_>>()?)
            }
            ("additionalProperties", Value::Bool(false)) => continue,
            ("additionalProperties" | "patternProperties", _) => return None,
            _ => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    if is_object(schema) {
        close(&mut out)?;
    }
    Some(Value::Object(out))
}

fn each_value(children: &Map<String, Value>) -> Option<Value> {
    let children: Option<Map<_, _>> =
        children.iter().map(|(name, child)| Some((name.clone(), strict(child)?))).collect();
    children.map(Value::Object)
}

fn is_object(schema: &Map<String, Value>) -> bool {
    schema.contains_key("properties") || schema.get("type").is_some_and(|kind| kind == "object")
}

/// Closes an object and requires all its properties.
fn close(object: &mut Map<String, Value>) -> Option<()> {
    let Some(Value::Object(properties)) = object.get("properties") else {
        // An object of which nothing is said may hold anything, which no strict mode allows.
        return None;
    };
    let required: Vec<&str> = object
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if properties.iter().any(|(name, schema)| !required.contains(&name.as_str()) && !takes_null(schema)) {
        return None;
    }
    let all = properties.keys().cloned().map(Value::String).collect();
    object.insert("required".to_owned(), Value::Array(all));
    object.insert("additionalProperties".to_owned(), Value::Bool(false));
    Some(())
}

fn takes_null(schema: &Value) -> bool {
    let is_null = |kind: &Value| kind == "null";
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(is_null),
        Some(kind) => is_null(kind),
        None => ["anyOf", "oneOf"].iter().any(|key| {
            schema.get(key).and_then(Value::as_array).is_some_and(|any| any.iter().any(takes_null))
        }),
    }
}

#[cfg(test)]
mod tests;
