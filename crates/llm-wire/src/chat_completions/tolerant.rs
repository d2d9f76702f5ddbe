//! Reading an answer that may look otherwise than documented.
//!
//! A field that says something about the answer (an id, a date) is dropped when it is of a surprising type. A field that
//! *is* the answer (text, arguments) is not: an answer must not lose a part of itself in silence.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

/// The name of a field, borrowed where it holds no escapes.
pub(super) struct Key<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl<'de> Visitor<'de> for Name {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }

        deserializer.deserialize_str(Name).map(Key)
    }
}

/// Text about an answer. Numbers are text too; what is neither is nothing.
#[derive(Debug, Default)]
pub(super) struct Text<'a>(pub(super) Option<Cow<'a, str>>);

impl Text<'_> {
    /// The text, if there is any.
    pub(super) fn filled(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }

    /// The text of its own, if there is any.
    pub(super) fn owned(&self) -> Option<String> {
        self.filled().map(str::to_owned)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Borrowed(text))))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(text.to_owned()))))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }

            fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Text(None))
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Text(None))
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Self::Value, S::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Text(None))
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Text(None))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

/// A number about an answer: an integer, a float that is one, or nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Integer(pub(super) Option<i64>);

impl Integer {
    /// The number as a time, in seconds since 1970. Servers that do not tell write 0.
    pub(super) fn time(self) -> Option<i64> {
        self.0.filter(|seconds| *seconds > 0)
    }

    /// The number as an index.
    pub(super) fn index(self) -> Option<u32> {
        self.0.and_then(|number| u32::try_from(number).ok())
    }
}

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        let integer = |text: &str| text.strip_suffix(".0").unwrap_or(text).parse().ok();
        Ok(Self(text.0.as_deref().and_then(integer)))
    }
}

/// A piece of an answer: text, a list of parts at some vendors, or nothing.
#[derive(Debug, Default)]
pub(super) enum Piece<'a> {
    #[default]
    Nothing,
    Text(Cow<'a, str>),
    Parts(Vec<Value>),
}

impl Piece<'_> {
    /// The text of its own, if it is text and not empty.
    pub(super) fn filled(self) -> Option<String> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text.into_owned()),
            _ => None,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Piece<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Content;

        impl<'de> Visitor<'de> for Content {
            type Value = Piece<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text, a list of parts or null")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Piece::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Piece::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Piece::Nothing)
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Self::Value, S::Error> {
                let mut parts = Vec::new();
                while let Some(part) = seq.next_element()? {
                    parts.push(part);
                }
                Ok(Piece::Parts(parts))
            }
        }

        deserializer.deserialize_any(Content)
    }
}

/// Arguments: text, or at some servers the object itself, which becomes text again.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub(super) text: String,
    /// They came as an object, and so whole.
    pub(super) whole: bool,
}

impl<'de> Deserialize<'de> for Arguments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Null => Self::default(),
            Value::String(text) => Self { text, whole: false },
            parsed => Self { text: parsed.to_string(), whole: true },
        })
    }
}

/// A list, or `null` in its place.
#[derive(Debug)]
pub(super) struct Items<T>(pub(super) Vec<T>);

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Items<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<Vec<T>>::deserialize(deserializer).map(|items| Self(items.unwrap_or_default()))
    }
}

/// Defines an object of an answer: the fields that are known, and the rest in `extra`, without `null`s.
///
/// It reads the keys itself instead of by `#[serde(flatten)]`, which would copy every value it does not know twice,
/// and lose the raw text of those it does. Any field may be missing, `null` where the object is expected is an
/// empty one, and of two fields with one name the last counts.
macro_rules! wire_object {
    ($(#[$meta:meta])* struct $name:ident $(<$life:lifetime>)? {
        $($(#[$field_meta:meta])* $field:ident: $type:ty = $key:literal,)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub(super) struct $name $(<$life>)? {
            $($(#[$field_meta])* pub(super) $field: $type,)+
            pub(super) extra: ::llm_core::Extra,
        }

        impl<'de $(: $life, $life)?> ::serde::Deserialize<'de> for $name $(<$life>)? {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                struct Fields $(<$life>(::std::marker::PhantomData<&$life ()>))?;

                impl<'de $(: $life, $life)?> ::serde::de::Visitor<'de> for Fields $(<$life>)? {
                    type Value = $name $(<$life>)?;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_unit<E: ::serde::de::Error>(self) -> ::std::result::Result<Self::Value, E> {
                        Ok(Self::Value::default())
                    }

                    fn visit_map<M: ::serde::de::MapAccess<'de>>(
                        self,
                        mut map: M,
                    ) -> ::std::result::Result<Self::Value, M::Error> {
                        let mut object = Self::Value::default();
                        while let Some(key) = map.next_key::<$crate::chat_completions::tolerant::Key<'de>>()? {
                            match &*key.0 {
                                $($key => object.$field = map.next_value()?,)+
                                _ => {
                                    let value: ::serde_json::Value = map.next_value()?;
                                    if !value.is_null() {
                                        object.extra.insert(key.0.into_owned(), value);
                                    }
                                }
                            }
                        }
                        Ok(object)
                    }
                }

                deserializer.deserialize_any(wire_object!(@visitor Fields $(<$life>)?))
            }
        }
    };
    (@visitor $fields:ident) => { $fields };
    (@visitor $fields:ident <$life:lifetime>) => { $fields(::std::marker::PhantomData) };
}

pub(super) use wire_object;
