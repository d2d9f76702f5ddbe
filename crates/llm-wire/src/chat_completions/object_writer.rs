//! Writing a JSON object field by field, in a fixed order, without what is not set.

use llm_core::Extra;
use serde::{Serialize, Serializer, ser::SerializeMap};

/// An object that is being written. A field that was written wins over one of the same name in the rest.
pub(super) struct ObjectWriter<M> {
    map: M,
    written: Vec<&'static str>,
}

impl<M: SerializeMap> ObjectWriter<M> {
    pub(super) fn new<S: Serializer<SerializeMap = M, Error = M::Error>>(
        serializer: S,
    ) -> Result<Self, M::Error> {
        Ok(Self { map: serializer.serialize_map(None)?, written: Vec::with_capacity(8) })
    }

    /// Writes a field.
    pub(super) fn put<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), M::Error> {
        self.written.push(name);
        self.map.serialize_entry(name, value)
    }

    /// Writes a field if it is set.
    pub(super) fn some<T: Serialize>(
        &mut self,
        name: &'static str,
        value: &Option<T>,
    ) -> Result<(), M::Error> {
        value.as_ref().map_or(Ok(()), |value| self.put(name, value))
    }

    /// Writes a list if it is not empty.
    pub(super) fn list<T: Serialize>(&mut self, name: &'static str, items: &[T]) -> Result<(), M::Error> {
        if items.is_empty() { Ok(()) } else { self.put(name, items) }
    }

    /// Leaves a field out, of the rest too.
    pub(super) fn without(&mut self, name: &'static str) {
        self.written.push(name);
    }

    /// Writes the fields that have no name of their own.
    pub(super) fn rest(&mut self, extra: &Extra) -> Result<(), M::Error> {
        for (name, value) in extra {
            if !self.written.contains(&name.as_str()) {
                self.map.serialize_entry(name, value)?;
            }
        }
        Ok(())
    }

    pub(super) fn end(self) -> Result<M::Ok, M::Error> {
        self.map.end()
    }
}

/// The vocabulary has grown by something that this dialect has no name for.
pub(super) fn no_name<E: serde::ser::Error>() -> E {
    E::custom("the dialect has no name for it")
}
