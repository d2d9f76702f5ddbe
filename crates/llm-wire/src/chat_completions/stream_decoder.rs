//! From the data of a stream's events to ours.

use llm_core::{ChatEvent, Error, ErrorKind, Result, Stage};

use super::Failure;

/// Why an event of a stream is no part of an answer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StreamFailure {
    /// The server says that it failed. What was given before stays valid.
    Failure(Box<Failure>),
    /// It is not what the dialect allows. The text says what is wrong with it and quotes nothing of it.
    Malformed(String),
}

/// Makes our events of the data of a stream's events.
#[derive(Debug, Default)]
pub struct StreamDecoder {
    done: bool,
}

impl StreamDecoder {
    /// A stream that has not begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the data of one event and adds what it means to `out`.
    ///
    /// # Errors
    ///
    /// [`StreamFailure`].
    pub fn push(&mut self, data: &str, out: &mut Vec<ChatEvent>) -> Result<(), StreamFailure> {
        let _ = out;
        self.done |= data.trim() == "[DONE]";
        Ok(())
    }

    /// Whether `[DONE]` was seen: stop reading at once.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Takes the end of the body, clean or not, and adds the terminal event to `out`.
    ///
    /// # Errors
    ///
    /// `StreamInterrupted` at [`Stage::Truncated`] when no finish reason was seen.
    pub fn finish(&mut self, out: &mut Vec<ChatEvent>) -> Result<()> {
        let _ = out;
        Err(Error::new(ErrorKind::StreamInterrupted, "not written yet").with_stage(Stage::Truncated))
    }
}
