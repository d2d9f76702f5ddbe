//! One model of the list.

use std::collections::BTreeSet;

use llm_core::{Capabilities, ModelId, ModelInfo, Support};
use serde_json::{Map, Value};

use super::pricing::Pricing;

/// What is kept of a model of the list.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    /// The upstream's own name.
    pub(crate) id: String,
    /// The dated name, by which answers go.
    pub(crate) canonical: Option<String>,
    pub(crate) capabilities: Capabilities,
    pub(crate) pricing: Option<Pricing>,
    /// The parameters that an endpoint of it takes; `None` when the list does not say.
    pub(crate) parameters: Option<BTreeSet<String>>,
}

/// Reads the `data` of the list. An entry without an id is left out.
pub(crate) fn decode_models(data: Vec<Value>) -> Vec<(Listed, ModelInfo)> {
    data.into_iter()
        .filter_map(|entry| match entry {
            Value::Object(fields) => model(fields),
            _ => None,
        })
        .collect()
}

fn model(mut fields: Map<String, Value>) -> Option<(Listed, ModelInfo)> {
    let Some(Value::String(id)) = fields.shift_remove("id") else { return None };
    let listed = Listed {
        canonical: text(&fields, "canonical_slug"),
        capabilities: capabilities(&fields),
        pricing: fields.get("pricing").and_then(Pricing::read),
        parameters: words(fields.get("supported_parameters")),
        id,
    };
    let mut info = ModelInfo::new(caller_id(&listed.id));
    info.name = text(&fields, "name");
    info.description = text(&fields, "description");
    // Zero stands for "unknown" in parts of the list.
    info.created = fields.get("created").and_then(Value::as_i64).filter(|created| *created > 0);
    info.capabilities = listed.capabilities.clone();
    info.prices = listed.pricing.as_ref().map(|pricing| pricing.base);
    for named in ["name", "description", "created"] {
        fields.shift_remove(named);
    }
    info.extra = fields;
    Some((listed, info))
}

/// The id by which a caller gets this model: with our prefix, unless it is one of OpenRouter's own and has it already.
fn caller_id(id: &str) -> String {
    match ModelId::new(id) {
        Ok(own) if own.provider() == Some("openrouter") && own.upstream() == id => id.to_owned(),
        _ => format!("openrouter/{id}"),
    }
}

fn capabilities(fields: &Map<String, Value>) -> Capabilities {
    let parameters = words(fields.get("supported_parameters"));
    let takes = |name: &str| known(parameters.as_ref(), name);
    let architecture = fields.get("architecture");
    let inputs = words(architecture.and_then(|architecture| architecture.get("input_modalities")));
    let outputs = words(architecture.and_then(|architecture| architecture.get("output_modalities")));
    let reads = |name: &str| known(inputs.as_ref(), name);

    let mut capabilities = Capabilities::default();
    capabilities.streaming = Support::Yes;
    capabilities.tools = takes("tools");
    capabilities.tool_choice = takes("tool_choice");
    capabilities.json_schema = takes("structured_outputs");
    capabilities.json_object = takes("response_format");
    capabilities.reasoning = takes("reasoning");
    capabilities.image_input = reads("image");
    capabilities.audio_input = reads("audio");
    // For a model that cannot, OpenRouter's parser reads the file: not listed does not mean no.
    capabilities.file_input = if reads("file").is_yes() { Support::Yes } else { Support::Unknown };
    capabilities.embeddings = known(outputs.as_ref(), "embeddings");
    capabilities.context_length = fields.get("context_length").and_then(Value::as_u64);
    capabilities.max_output_tokens =
        fields.get("top_provider").and_then(|top| top.get("max_completion_tokens")?.as_u64());
    capabilities
}

fn known(words: Option<&BTreeSet<String>>, word: &str) -> Support {
    words.map_or(Support::Unknown, |words| words.contains(word).into())
}

fn words(list: Option<&Value>) -> Option<BTreeSet<String>> {
    let list = list?.as_array()?;
    Some(list.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect())
}

fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    fields.get(name)?.as_str().map(str::to_owned)
}
