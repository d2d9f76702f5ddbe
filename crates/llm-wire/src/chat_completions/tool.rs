//! Tools, the choice among them, and their calls, both ways.

use llm_core::{Tool, ToolCall, ToolChoice, ToolFunction};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{
    content::decode_cache_control,
    fields::{Fields, Misfit, Path},
    object_writer::{ObjectWriter, no_name},
};

/// Reads a tool. Anything but a function is kept as it came.
pub(super) fn decode_tool(value: Value, path: &Path<'_>) -> Result<Tool, Misfit> {
    let kind = value.get("type").and_then(Value::as_str);
    if !(kind == Some("function") || kind.is_none() && value.get("function").is_some()) {
        return if value.is_object() {
            Ok(Tool::Other { value })
        } else {
            Err(Misfit::new(path, "an object"))
        };
    }
    let mut tool = Fields::strict(value, path)?;
    tool.value("type");
    let function = tool.value("function").ok_or_else(|| tool.misfit("function", "an object"))?;
    let function_path = Path::Field(path, "function");
    let mut function = Fields::strict(function, &function_path)?;
    Ok(Tool::Function(ToolFunction {
        name: function.text("name")?.ok_or_else(|| function.misfit("name", "a string"))?,
        description: function.text("description")?,
        parameters: function.value("parameters"),
        strict: function.flag("strict")?,
        function_extra: function.rest(),
        cache_control: decode_cache_control(&mut tool)?,
        extra: tool.rest(),
    }))
}

/// A tool as it stands on the wire.
pub(super) struct ToolBody<'a>(pub(super) &'a Tool);

impl Serialize for ToolBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let function = match self.0 {
            Tool::Function(function) => function,
            Tool::Other { value } => return value.serialize(serializer),
            _ => return Err(no_name()),
        };
        let mut object = ObjectWriter::new(serializer)?;
        object.put("type", "function")?;
        object.put("function", &FunctionBody(function))?;
        object.some("cache_control", &function.cache_control)?;
        object.rest(&function.extra)?;
        object.end()
    }
}

struct FunctionBody<'a>(&'a ToolFunction);

impl Serialize for FunctionBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::new(serializer)?;
        object.put("name", &self.0.name)?;
        object.some("description", &self.0.description)?;
        object.some("parameters", &self.0.parameters)?;
        object.some("strict", &self.0.strict)?;
        object.rest(&self.0.function_extra)?;
        object.end()
    }
}

/// Reads a choice of tools: a known word, a named function, or anything else as it came.
pub(super) fn decode_tool_choice(value: Value) -> ToolChoice {
    match value.as_str() {
        Some("none") => return ToolChoice::None,
        Some("auto") => return ToolChoice::Auto,
        Some("required") => return ToolChoice::Required,
        _ => {}
    }
    let name = value.pointer("/function/name").and_then(Value::as_str).map(str::to_owned);
    match name.map(ToolChoice::Function) {
        Some(choice) if encode_tool_choice(&choice) == value => choice,
        _ => ToolChoice::Other(value),
    }
}

/// A choice of tools as it stands on the wire.
pub(super) fn encode_tool_choice(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::None => json!("none"),
        ToolChoice::Required => json!("required"),
        ToolChoice::Function(name) => json!({"type": "function", "function": {"name": name}}),
        ToolChoice::Other(value) => value.clone(),
        _ => json!("auto"),
    }
}

/// The kind of call whose input is free text.
const CUSTOM: &str = "custom";

/// Reads a call. `make_id` gives it an id if it came without, from its name.
///
/// The input of a `custom` call stands in `arguments`, and its type in `extra`. A call of another kind stands in `extra`
/// whole.
pub(super) fn decode_call(
    mut call: Fields<'_>,
    make_id: impl FnOnce(&str) -> String,
) -> Result<ToolCall, Misfit> {
    let id = call.text("id")?.filter(|id| !id.is_empty());
    let kind = call.peek("type").and_then(Value::as_str).unwrap_or("function").to_owned();
    let (object, input) = if kind == CUSTOM { (CUSTOM, "input") } else { ("function", "arguments") };
    let mut decoded = ToolCall::default();
    if let Some(function) = call.value(object) {
        let path = Path::Field(call.path(), object);
        let mut function = call.inside(function, &path)?;
        decoded.name = function.text("name")?.unwrap_or_default();
        decoded.arguments = function.value(input).map(arguments_text).unwrap_or_default();
        decoded.function_extra = function.rest();
    } else if kind == object && !call.is_tolerant() {
        return Err(call.misfit(object, "an object"));
    }
    if kind == "function" {
        call.value("type");
    }
    if call.is_tolerant() {
        // An answer's calls are numbered by their place.
        call.value("index");
    }
    decoded.id = id.unwrap_or_else(|| make_id(&decoded.name));
    decoded.extra = call.rest();
    Ok(decoded)
}

/// Arguments as the model wrote them; some servers have parsed them already.
fn arguments_text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        parsed => parsed.to_string(),
    }
}

/// The arguments of a call that must be JSON; `None` for calls whose input is free text.
pub(super) fn json_arguments(call: &ToolCall) -> Option<&str> {
    (!call.extra.contains_key("type")).then_some(&call.arguments)
}

/// A call as it stands on the wire.
pub(super) struct CallBody<'a>(pub(super) &'a ToolCall);

impl Serialize for CallBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(call) = self;
        let mut object = ObjectWriter::new(serializer)?;
        object.put("id", &call.id)?;
        match call.extra.get("type").and_then(Value::as_str) {
            None => {
                object.put("type", "function")?;
                object.put("function", &CalledBody { call, input: "arguments" })?;
            }
            Some(CUSTOM) => {
                object.put("type", CUSTOM)?;
                object.put(CUSTOM, &CalledBody { call, input: "input" })?;
            }
            Some(_) => {}
        }
        object.rest(&call.extra)?;
        object.end()
    }
}

struct CalledBody<'a> {
    call: &'a ToolCall,
    input: &'static str,
}

impl Serialize for CalledBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::new(serializer)?;
        object.put("name", &self.call.name)?;
        object.put(self.input, &self.call.arguments)?;
        object.rest(&self.call.function_extra)?;
        object.end()
    }
}

/// An id for a call that came without one: unlike that of any other call of the conversation, and the same whenever
/// the same answer is read. `answer` is the answer's id, whose place a server without ids leaves empty.
pub(super) fn make_call_id(answer: &str, choice: u32, call: usize, name: &str) -> String {
    // FNV-1a: short, stable over time, and nobody gains by a collision.
    let hash = answer.bytes().chain([0]).chain(name.bytes()).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("call_{hash:016x}_{choice}_{call}")
}
