//! From our events to the data of a stream's events.

use llm_core::ChatEvent;

/// Makes the `data:` payloads of a stream out of our events.
#[derive(Debug)]
pub struct StreamEncoder {
    id: String,
    include_usage: bool,
}

impl StreamEncoder {
    /// A stream that the client shall know by this id.
    #[must_use]
    pub fn new(id: impl Into<String>, include_usage: bool) -> Self {
        Self { id: id.into(), include_usage }
    }

    /// Takes an event and adds the payloads that it becomes to `out`: JSON on one line each. The caller frames them,
    /// and sends `[DONE]` after the last.
    pub fn push(&mut self, event: &ChatEvent, out: &mut Vec<String>) {
        let _ = (event, out, &self.id, self.include_usage);
    }
}
