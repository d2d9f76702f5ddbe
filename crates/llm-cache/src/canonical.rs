//! A hash of JSON that does not depend on the order of keys.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

/// The hash of a JSON value, made while it is read: no tree of it is built.
///
/// Each value is hashed with a mark of its kind, lists and objects over the hashes of what they hold, objects in the
/// order of their keys. Keys that occur twice count twice: a value that one reader takes the first of and another the
/// last is two values. A number is what `serde_json` reads, exact to 15
/// digits at least: `1` and `1.0` differ, as do `0.0` and `-0.0`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Canonical(pub(crate) blake3::Hash);

impl Canonical {
    /// The hash of an object without one of its fields.
    pub(crate) fn of_object_without(field: &str, json: &[u8]) -> serde_json::Result<Self> {
        let mut reader = serde_json::Deserializer::from_slice(json);
        let hash = reader.deserialize_map(Reading { without: Some(field) })?;
        reader.end().map(|()| hash)
    }

    fn leaf(mark: u8, bytes: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[mark]).update(bytes);
        Self(hasher.finalize())
    }
}

impl<'de> Deserialize<'de> for Canonical {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading { without: None })
    }
}

/// Reads one value into its hash.
struct Reading<'a> {
    /// A field to leave out, if the value is an object.
    without: Option<&'a str>,
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Canonical;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Canonical, E> {
        Ok(Canonical::leaf(b'0', &[]))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Canonical, E> {
        Ok(Canonical::leaf(b'b', &[u8::from(value)]))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Canonical, E> {
        Ok(Canonical::leaf(b'u', &value.to_le_bytes()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Canonical, E> {
        Ok(Canonical::leaf(b'i', &value.to_le_bytes()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Canonical, E> {
        Ok(Canonical::leaf(b'f', &value.to_bits().to_le_bytes()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Canonical, E> {
        Ok(Canonical::leaf(b's', value.as_bytes()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Canonical, A::Error> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"[");
        while let Some(Canonical(item)) = items.next_element()? {
            hasher.update(item.as_bytes());
        }
        Ok(Canonical(hasher.finalize()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Canonical, A::Error> {
        let mut all: Vec<(Cow<'de, str>, Canonical)> = Vec::new();
        while let Some(field) = fields.next_entry()? {
            all.push(field);
        }
        // Stable: of a key that occurs twice, the order is part of the value.
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"{");
        for (key, Canonical(value)) in all.iter().filter(|(key, _)| self.without != Some(&**key)) {
            hasher.update(blake3::hash(key.as_bytes()).as_bytes()).update(value.as_bytes());
        }
        Ok(Canonical(hasher.finalize()))
    }
}
