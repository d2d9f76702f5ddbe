use serde_json::{Value, json};

use super::strict;

#[test]
fn objects_are_closed_and_their_properties_required_all_the_way_down() {
    let schema = json!({
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "nick": {"type": ["string", "null"]},
            "pets": {"type": "array", "items": {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}},
        },
        "required": ["name", "pets"],
    });
    let strict = strict(&schema).unwrap();
    assert_eq!(strict["required"], json!(["name", "nick", "pets"]));
    assert_eq!(strict["additionalProperties"], json!(false));
    assert_eq!(strict["properties"]["pets"]["items"]["additionalProperties"], json!(false));
}

#[test]
fn what_strict_modes_cannot_say_is_not_bent() {
    let map = json!({"type": "object", "additionalProperties": {"type": "integer"}});
    let optional = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let anything = json!({"type": "object"});
    let nested = json!({"type": "array", "items": map});
    for schema in [map, optional, anything, nested, Value::Bool(true)] {
        assert_eq!(strict(&schema), None, "{schema}");
    }
}
