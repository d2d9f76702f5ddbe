//! An object whose values stay text until they are asked for.
//!
//! Money must not pass through a float, so `serde_json` may not parse it; and a count that no integer can hold, or an
//! exponent that no float can, must cost that one field and not the answer around it.

use std::{borrow::Cow, fmt};

use llm_core::Extra;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// The fields of an object, as text. `null` is the same as nothing.
#[derive(Debug, Default)]
pub(super) struct RawFields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> RawFields<'a> {
    /// The fields of a value; none if it is no object.
    pub(super) fn of(value: Option<&'a RawValue>) -> Self {
        value.and_then(|value| serde_json::from_str(value.get()).ok()).unwrap_or_default()
    }

    /// Takes a field. Of two with one name the last counts.
    pub(super) fn take(&mut self, name: &str) -> Option<&'a RawValue> {
        let at = self.0.iter().rposition(|(field, _)| field == name)?;
        let (_, value) = self.0.remove(at);
        Some(value).filter(|value| value.get() != "null")
    }

    /// What was not taken; without what cannot be held.
    pub(super) fn rest(self) -> Extra {
        let parse = |(name, value): (Cow<'a, str>, &RawValue)| {
            let value =
                serde_json::from_str(value.get()).ok().filter(|value| value != &serde_json::Value::Null);
            Some((name.into_owned(), value?))
        };
        self.0.into_iter().filter_map(parse).collect()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for RawFields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = RawFields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut fields = Vec::new();
                while let Some(name) = map.next_key::<super::tolerant::Key<'de>>()? {
                    fields.push((name.0, map.next_value()?));
                }
                Ok(RawFields(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}
