//! The shape of an answer, both ways.

use llm_core::{JsonSchemaFormat, ResponseFormat};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{
    fields::{Fields, Misfit, Path},
    object_writer::{ObjectWriter, no_name},
};

/// Reads a shape. One of an unknown kind, or with fields of its own, is kept as it came.
pub(super) fn decode_response_format(value: Value, path: &Path<'_>) -> Result<ResponseFormat, Misfit> {
    let mut format = Fields::strict(value.clone(), path)?;
    let kind = format.text("type")?.ok_or_else(|| format.misfit("type", "a string"))?;
    let schema = format.value("json_schema");
    let alone = format.rest().is_empty();
    match (kind.as_str(), schema) {
        ("text", None) if alone => Ok(ResponseFormat::Text),
        ("json_object", None) if alone => Ok(ResponseFormat::JsonObject),
        ("json_schema", Some(schema)) if alone => {
            let path = Path::Field(path, "json_schema");
            decode_schema(Fields::strict(schema, &path)?).map(ResponseFormat::JsonSchema)
        }
        ("json_schema", None) => Err(Misfit::new(&Path::Field(path, "json_schema"), "an object")),
        _ => Ok(ResponseFormat::Other(value)),
    }
}

fn decode_schema(mut fields: Fields<'_>) -> Result<JsonSchemaFormat, Misfit> {
    Ok(JsonSchemaFormat {
        name: fields.text("name")?.ok_or_else(|| fields.misfit("name", "a string"))?,
        description: fields.text("description")?,
        schema: fields.value("schema"),
        strict: fields.flag("strict")?,
        extra: fields.rest(),
    })
}

/// A shape as it stands on the wire.
pub(super) struct FormatBody<'a>(pub(super) &'a ResponseFormat);

impl Serialize for FormatBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            ResponseFormat::Text => json!({"type": "text"}).serialize(serializer),
            ResponseFormat::JsonObject => json!({"type": "json_object"}).serialize(serializer),
            ResponseFormat::Other(value) => value.serialize(serializer),
            ResponseFormat::JsonSchema(schema) => {
                let mut object = ObjectWriter::new(serializer)?;
                object.put("type", "json_schema")?;
                object.put("json_schema", &SchemaBody(schema))?;
                object.end()
            }
            _ => Err(no_name()),
        }
    }
}

struct SchemaBody<'a>(&'a JsonSchemaFormat);

impl Serialize for SchemaBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::new(serializer)?;
        object.put("name", &self.0.name)?;
        object.some("description", &self.0.description)?;
        object.some("schema", &self.0.schema)?;
        object.some("strict", &self.0.strict)?;
        object.rest(&self.0.extra)?;
        object.end()
    }
}
