//! Content and its parts, both ways.
//!
//! What has no name inside the object of a part (`image_url.foo`) travels in the part's `extra` under that object's
//! name, and goes back to where it was.

use llm_core::{
    AudioPart, CacheControl, Content, ContentPart, FilePart, ImagePart, RefusalPart, TextPart, VideoPart,
};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{
    fields::{Fields, Misfit, Path},
    object_writer::{ObjectWriter, no_name},
};

/// Reads a content: a string, or a list of parts.
pub(super) fn decode_content(value: Value, place: &Fields<'_>) -> Result<Content, Misfit> {
    let path = Path::Field(place.path(), "content");
    match value {
        Value::String(text) => Ok(Content::Text(text)),
        Value::Array(parts) => {
            let part = |(index, part)| decode_part(part, place, &Path::Item(&path, index));
            parts.into_iter().enumerate().map(part).collect::<Result<_, _>>().map(Content::Parts)
        }
        _ => Err(Misfit::new(&path, "a string or a list of parts")),
    }
}

fn decode_part(value: Value, place: &Fields<'_>, path: &Path<'_>) -> Result<ContentPart, Misfit> {
    let other = place.is_tolerant().then(|| value.clone());
    let part = match value.get("type").and_then(Value::as_str) {
        Some("text") => decode_text(place.inside(value, path)?),
        Some("image_url") => decode_image(place.inside(value, path)?),
        Some("input_audio") => decode_audio(place.inside(value, path)?),
        Some("video_url") => decode_video(place.inside(value, path)?),
        Some("file") => decode_file(place.inside(value, path)?),
        Some("refusal") => decode_refusal(place.inside(value, path)?),
        _ if value.is_object() => return Ok(ContentPart::Other { value }),
        _ => Err(Misfit::new(path, "an object")),
    };
    // A part of an answer that does not look as its type promises is kept as it came.
    match (part, other) {
        (Err(_), Some(value)) => Ok(ContentPart::Other { value }),
        (part, _) => part,
    }
}

fn decode_text(mut part: Fields<'_>) -> Result<ContentPart, Misfit> {
    part.value("type");
    let text = part.text("text")?.ok_or_else(|| part.misfit("text", "a string"))?;
    let cache_control = decode_cache_control(&mut part)?;
    Ok(ContentPart::Text(TextPart { text, cache_control, extra: part.rest() }))
}

fn decode_image(mut part: Fields<'_>) -> Result<ContentPart, Misfit> {
    let (url, detail) = inner(&mut part, "image_url", |image| {
        let url = image.text("url")?.ok_or_else(|| image.misfit("url", "a string"))?;
        Ok((url, image.text("detail")?))
    })?;
    let cache_control = decode_cache_control(&mut part)?;
    Ok(ContentPart::Image(ImagePart { url, detail, cache_control, extra: part.rest() }))
}

fn decode_audio(mut part: Fields<'_>) -> Result<ContentPart, Misfit> {
    let (data, format) = inner(&mut part, "input_audio", |audio| {
        let data = audio.text("data")?.ok_or_else(|| audio.misfit("data", "a string"))?;
        let format = audio.text("format")?.ok_or_else(|| audio.misfit("format", "a string"))?;
        Ok((data, format))
    })?;
    let cache_control = decode_cache_control(&mut part)?;
    Ok(ContentPart::Audio(AudioPart { data, format, cache_control, extra: part.rest() }))
}

fn decode_video(mut part: Fields<'_>) -> Result<ContentPart, Misfit> {
    let url = inner(&mut part, "video_url", |video| {
        video.text("url")?.ok_or_else(|| video.misfit("url", "a string"))
    })?;
    let cache_control = decode_cache_control(&mut part)?;
    Ok(ContentPart::Video(VideoPart { url, cache_control, extra: part.rest() }))
}

fn decode_file(mut part: Fields<'_>) -> Result<ContentPart, Misfit> {
    let (filename, data, file_id) = inner(&mut part, "file", |file| {
        Ok((file.text("filename")?, file.text("file_data")?, file.text("file_id")?))
    })?;
    let cache_control = decode_cache_control(&mut part)?;
    Ok(ContentPart::File(FilePart { filename, data, file_id, cache_control, extra: part.rest() }))
}

fn decode_refusal(mut part: Fields<'_>) -> Result<ContentPart, Misfit> {
    part.value("type");
    let refusal = part.text("refusal")?.ok_or_else(|| part.misfit("refusal", "a string"))?;
    Ok(ContentPart::Refusal(RefusalPart { refusal, extra: part.rest() }))
}

/// Takes the object of a part apart, and puts back what has no name in it.
fn inner<T>(
    part: &mut Fields<'_>,
    name: &'static str,
    take: impl FnOnce(&mut Fields<'_>) -> Result<T, Misfit>,
) -> Result<T, Misfit> {
    part.value("type");
    let value = part.value(name).ok_or_else(|| part.misfit(name, "an object"))?;
    let path = Path::Field(part.path(), name);
    let mut object = part.inside(value, &path)?;
    let taken = take(&mut object)?;
    let rest = object.rest();
    if !rest.is_empty() {
        part.keep(name, Value::Object(rest));
    }
    Ok(taken)
}

/// Takes `cache_control`, of a part, a tool or a request.
pub(super) fn decode_cache_control(place: &mut Fields<'_>) -> Result<Option<CacheControl>, Misfit> {
    let Some(value) = place.value("cache_control") else { return Ok(None) };
    let path = Path::Field(place.path(), "cache_control");
    let mut fields = place.inside(value, &path)?;
    let kind = fields.text("type")?.ok_or_else(|| fields.misfit("type", "a string"))?;
    let ttl = fields.text("ttl")?;
    Ok(Some(CacheControl { kind, ttl, extra: fields.rest() }))
}

/// A content as it stands on the wire.
pub(super) struct ContentBody<'a>(pub(super) &'a Content);

impl Serialize for ContentBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Content::Text(text) => serializer.serialize_str(text),
            Content::Parts(parts) => serializer.collect_seq(parts.iter().map(PartBody)),
        }
    }
}

struct PartBody<'a>(&'a ContentPart);

impl Serialize for PartBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, inner, cache_control, extra) = match self.0 {
            ContentPart::Other { value } => return value.serialize(serializer),
            ContentPart::Text(part) => ("text", Inner::Text(&part.text), &part.cache_control, &part.extra),
            ContentPart::Refusal(part) => ("refusal", Inner::Text(&part.refusal), &None, &part.extra),
            ContentPart::Image(part) => {
                let fields = [("url", Some(&part.url)), ("detail", part.detail.as_ref()), ("", None)];
                ("image_url", Inner::Object(fields), &part.cache_control, &part.extra)
            }
            ContentPart::Audio(part) => {
                let fields = [("data", Some(&part.data)), ("format", Some(&part.format)), ("", None)];
                ("input_audio", Inner::Object(fields), &part.cache_control, &part.extra)
            }
            ContentPart::Video(part) => {
                let fields = [("url", Some(&part.url)), ("", None), ("", None)];
                ("video_url", Inner::Object(fields), &part.cache_control, &part.extra)
            }
            ContentPart::File(part) => {
                let fields = [
                    ("filename", part.filename.as_ref()),
                    ("file_data", part.data.as_ref()),
                    ("file_id", part.file_id.as_ref()),
                ];
                ("file", Inner::Object(fields), &part.cache_control, &part.extra)
            }
            _ => return Err(no_name()),
        };
        let mut object = ObjectWriter::new(serializer)?;
        object.put("type", kind)?;
        match inner {
            Inner::Text(text) => object.put(kind, text)?,
            Inner::Object(fields) => object.put(kind, &InnerBody { fields, extra: extra.get(kind) })?,
        }
        object.some("cache_control", cache_control)?;
        object.rest(extra)?;
        object.end()
    }
}

/// What a part holds under the name of its type.
enum Inner<'a> {
    Text(&'a str),
    Object([(&'static str, Option<&'a String>); 3]),
}

struct InnerBody<'a> {
    fields: [(&'static str, Option<&'a String>); 3],
    extra: Option<&'a Value>,
}

impl Serialize for InnerBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = ObjectWriter::new(serializer)?;
        for (name, value) in &self.fields {
            object.some(name, value)?;
        }
        if let Some(Value::Object(extra)) = self.extra {
            object.rest(extra)?;
        }
        object.end()
    }
}
