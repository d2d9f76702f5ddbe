//! Embeddings, both ways.

use std::fmt;

use llm_core::{EmbedInput, EmbedRequest, EmbedResponse, Embedding, Error, ErrorKind, Result};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, SeqAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use super::{
    Failure, Reply,
    base64::{decode_floats, encode_floats},
    decode_failure,
    failure::said,
    fields::{Fields, Misfit, Path, not_json, string, unreadable},
    object_writer::ObjectWriter,
    tolerant::{Items, Text, wire_object},
    usage::{UsageBody, decode_usage},
};

/// The body of a request for embeddings, its fields in a fixed order.
///
/// # Errors
///
/// `Unsupported` for an input that the API cannot say.
pub fn encode_embed_request(request: &EmbedRequest) -> Result<Vec<u8>> {
    serde_json::to_vec(&RequestBody(request)).map_err(|_| {
        Error::new(
            ErrorKind::Unsupported,
            "the request holds a kind of input that the provider's API cannot say",
        )
    })
}

struct RequestBody<'a>(&'a EmbedRequest);

impl Serialize for RequestBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(request) = self;
        let mut object = ObjectWriter::new(serializer)?;
        if !request.model.is_empty() {
            object.put("model", &request.model)?;
        }
        object.put("input", &request.input)?;
        object.some("dimensions", &request.dimensions)?;
        object.some("user", &request.user)?;
        object.rest(&request.extra)?;
        object.end()
    }
}

/// Reads the body of a request for embeddings. Fields without a name here (`encoding_format` too) are in `extra`.
///
/// # Errors
///
/// `InvalidRequest` when it is not JSON, has no `input`, or a known field is of the wrong type, naming its place.
pub fn decode_embed_request(body: &[u8]) -> Result<EmbedRequest> {
    let body: Value = serde_json::from_slice(body).map_err(|error| {
        let message = format!("the body of the request cannot be read: {}", not_json(&error));
        Error::new(ErrorKind::InvalidRequest, message)
    })?;
    decode_request(body).map_err(Misfit::in_request)
}

fn decode_request(body: Value) -> Result<EmbedRequest, Misfit> {
    let mut fields = Fields::strict(body, &Path::Root)?;
    let mut request = EmbedRequest::default();
    request.model = fields.text("model")?.unwrap_or_default();
    request.input = match fields.value("input") {
        Some(Value::String(text)) => EmbedInput::Text(text),
        Some(Value::Array(texts)) if texts.iter().all(Value::is_string) => {
            EmbedInput::Texts(texts.into_iter().filter_map(string).collect())
        }
        Some(other @ (Value::Array(_) | Value::Object(_))) => EmbedInput::Other(other),
        _ => return Err(fields.misfit("input", "a string or a list")),
    };
    request.dimensions = fields.small_count("dimensions")?;
    request.user = fields.text("user")?;
    request.extra = fields.rest();
    Ok(request)
}

wire_object! {
    /// The body of embeddings, or of a failure with the status of one.
    struct Body<'a> {
        id: Text<'a> = "id",
        model: Text<'a> = "model",
        data: Option<Items<Item>> = "data",
        usage: Option<&'a RawValue> = "usage",
        cost: Option<&'a RawValue> = "cost",
        error: Value = "error",
        _object: Text<'a> = "object",
    }
}

/// One vector on the wire.
#[derive(Debug, Deserialize)]
pub(super) struct Item {
    index: Option<u32>,
    embedding: Vector,
}

/// A vector as numbers, or as the base64 text of little-endian 32-bit floats.
#[derive(Debug)]
enum Vector {
    Numbers(Vec<f32>),
    Base64(String),
}

impl<'de> Deserialize<'de> for Vector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Vector;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of numbers or base64 text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Vector, E> {
                Ok(Vector::Base64(text.to_owned()))
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut numbers: S) -> Result<Vector, S::Error> {
                let mut vector = Vec::new();
                while let Some(number) = numbers.next_element()? {
                    vector.push(number);
                }
                Ok(Vector::Numbers(vector))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// Reads the body of embeddings, and puts them in the order of the inputs.
///
/// # Errors
///
/// `InvalidResponse` when it is neither embeddings nor a failure, or a vector is neither numbers nor base64 of floats.
pub fn decode_embed_response(body: &[u8]) -> Result<Reply<EmbedResponse>> {
    let parsed: Body<'_> = match serde_json::from_slice(body) {
        Ok(parsed) => parsed,
        Err(error) => {
            return decode_failure(body).map(Reply::failure).ok_or_else(|| unreadable(not_json(&error)));
        }
    };
    if let Some(error) = said(parsed.error) {
        return Ok(Reply::failure(Failure::from_error(error, parsed.extra)));
    }
    let Some(items) = parsed.data else {
        let failure = decode_failure(body).map(Reply::failure);
        return failure.ok_or_else(|| unreadable("it holds no `data`"));
    };
    let mut response = EmbedResponse::default();
    response.id = parsed.id.owned();
    response.model = parsed.model.owned().unwrap_or_default();
    response.embeddings = items.0.into_iter().enumerate().map(decode_item).collect::<Result<_>>()?;
    response.embeddings.sort_by_key(|embedding| embedding.index);
    response.usage = decode_usage(parsed.usage, parsed.cost).unwrap_or_default();
    response.extra = parsed.extra;
    Ok(Reply::Answer(response))
}

fn decode_item((position, item): (usize, Item)) -> Result<Embedding> {
    let index = item.index.or_else(|| u32::try_from(position).ok()).unwrap_or_default();
    let vector = match item.embedding {
        Vector::Numbers(numbers) => numbers,
        Vector::Base64(text) => decode_floats(&text)
            .ok_or_else(|| unreadable(format!("`data[{position}].embedding`: expected base64 of floats")))?,
    };
    Ok(Embedding { index, vector })
}

/// How a client wants its vectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmbedFormat {
    /// As lists of numbers.
    #[default]
    Float,
    /// As the base64 text of little-endian 32-bit floats, as OpenAI's own clients ask for.
    Base64,
}

impl EmbedFormat {
    /// The format that a request asks for in its `encoding_format`.
    #[must_use]
    pub fn of(request: &EmbedRequest) -> Self {
        let base64 = request.extra.get("encoding_format").is_some_and(|format| format == "base64");
        if base64 { Self::Base64 } else { Self::Float }
    }
}

/// The body of embeddings.
#[must_use]
pub fn encode_embed_response(response: &EmbedResponse, format: EmbedFormat) -> Vec<u8> {
    // Nothing in it can fail to be JSON: a number that JSON has no word for becomes `null`.
    serde_json::to_vec(&ResponseBody { response, format }).unwrap_or_default()
}

struct ResponseBody<'a> {
    response: &'a EmbedResponse,
    format: EmbedFormat,
}

impl Serialize for ResponseBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { response, format } = self;
        let item = |embedding| ItemBody { embedding, format: *format };
        let mut object = ObjectWriter::new(serializer)?;
        object.put("object", "list")?;
        object.some("id", &response.id)?;
        object.put("data", &response.embeddings.iter().map(item).collect::<Vec<_>>())?;
        object.put("model", &response.model)?;
        if !response.usage.is_empty() {
            object.put("usage", &UsageBody(&response.usage))?;
        }
        object.rest(&response.extra)?;
        object.end()
    }
}

struct ItemBody<'a> {
    embedding: &'a Embedding,
    format: EmbedFormat,
}

impl Serialize for ItemBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::new(serializer)?;
        object.put("object", "embedding")?;
        object.put("index", &self.embedding.index)?;
        match self.format {
            EmbedFormat::Float => object.put("embedding", &self.embedding.vector)?,
            EmbedFormat::Base64 => object.put("embedding", &encode_floats(&self.embedding.vector))?,
        }
        object.end()
    }
}
