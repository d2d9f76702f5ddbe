//! Server-sent events.

use std::{collections::VecDeque, fmt};

use futures_util::Stream;
use llm_core::Result;
use memchr::memchr;

use crate::{
    ByteStream,
    decode::{Decode, Decoded},
    lines::{LineEnd, LineSplitter, overflow},
};

/// How much an [`SseDecoder`] takes.
///
/// A picture comes as one line of one event: about 1.9 MB of base64 for a small one, several times that for a large
/// one. So the defaults are 8 MiB and not the few kilobytes that text alone would need. They bound a decoder's memory,
/// which is at most one line and one event; a stream of text keeps a few kilobytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SseLimits {
    /// The most bytes of a line, its end not counted. Default 8 MiB.
    pub max_line: usize,
    /// The most bytes of an event: all its lines with their field names and one byte for each line's end, so that
    /// empty `data:` lines count too. Comments do not. Default 8 MiB.
    pub max_event: usize,
}

impl Default for SseLimits {
    fn default() -> Self {
        Self { max_line: 8 * 1024 * 1024, max_event: 8 * 1024 * 1024 }
    }
}

impl SseLimits {
    /// Sets the most bytes of a line.
    #[must_use]
    pub fn with_max_line(mut self, bytes: usize) -> Self {
        self.max_line = bytes;
        self
    }

    /// Sets the most bytes of an event.
    #[must_use]
    pub fn with_max_event(mut self, bytes: usize) -> Self {
        self.max_event = bytes;
        self
    }
}

/// What stands in a stream of server-sent events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SseItem {
    /// A comment: a sign of life, without content. Many send one while a model thinks.
    Comment,
    /// An event.
    Event(SseEvent),
}

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SseEvent {
    /// Its `event` field; `None` when it has none or an empty one.
    pub name: Option<String>,
    /// Its `data` lines, joined by LF. May be empty. Bytes that are no UTF-8 are replaced by U+FFFD.
    pub data: String,
}

/// Reads server-sent events out of bytes, however these are cut.
///
/// It follows the WHATWG rules, and is lenient where real servers need it: an event at the end of the data counts
/// without its blank line, even without a line end. `id` and `retry` mean nothing here, because nothing ever
/// reconnects: a call is billed and cannot be resumed.
///
/// What an event *means* is the dialect's business. The decoder hands on `[DONE]`, `null`, an empty text and an event
/// whose several JSON values are divided by LF (as servers give that forget the blank line) as the data that they are.
///
/// Time is linear in the bytes; memory is bounded by [`SseLimits`] and by the items of one [`push`](Self::push) that
/// nobody has taken yet. Take them through [`Iterator`] before the next one: `None` means "none yet", not "never".
///
/// ```
/// use llm_http::{SseDecoder, SseItem, SseLimits};
///
/// let mut decoder = SseDecoder::new(SseLimits::default());
/// decoder.push(b": busy\n\ndata: {\"a\"")?;
/// assert_eq!(decoder.next(), Some(SseItem::Comment));
/// assert_eq!(decoder.next(), None);
/// decoder.push(b":1}\n\n")?;
/// assert!(matches!(decoder.next(), Some(SseItem::Event(event)) if event.data == r#"{"a":1}"#));
/// # Ok::<_, llm_core::Error>(())
/// ```
pub struct SseDecoder {
    lines: LineSplitter,
    event: Building,
}

impl SseDecoder {
    /// A decoder at the start of a stream.
    #[must_use]
    pub fn new(limits: SseLimits) -> Self {
        Self {
            lines: LineSplitter::new(LineEnd::Any, limits.max_line),
            event: Building::new(limits.max_event),
        }
    }

    /// Reads more bytes. The items that they complete are there to be taken, before an error too.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidResponse`](llm_core::ErrorKind::InvalidResponse) at
    /// [`Stage::Protocol`](llm_core::Stage::Protocol), maybe billed, when a line or an event is longer than its limit;
    /// the decoder is dead then, and every further call gives the same error.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.lines.feed(bytes, |line| self.event.line(line)).inspect_err(|_| self.event.forget())
    }

    /// Says that the data is at its end: what stands there without a blank line becomes the last event.
    ///
    /// Only for an end that the transport calls whole. A cut stream's last line may be half a line.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn finish(&mut self) -> Result<()> {
        self.lines.finish(|line| self.event.line(line)).inspect_err(|_| self.event.forget())?;
        self.event.dispatch();
        Ok(())
    }
}

impl Iterator for SseDecoder {
    type Item = SseItem;

    fn next(&mut self) -> Option<SseItem> {
        self.event.ready.pop_front()
    }
}

impl Decode for SseDecoder {
    fn push(&mut self, bytes: &[u8]) -> Result<()> {
        Self::push(self, bytes)
    }

    fn finish(&mut self) -> Result<()> {
        Self::finish(self)
    }
}

impl fmt::Debug for SseDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SseDecoder")
            .field("ready", &self.event.ready.len())
            .field("dead", &self.lines.is_dead())
            .finish_non_exhaustive()
    }
}

/// The event whose lines are coming in, and those that are whole.
struct Building {
    name: Option<String>,
    /// The data lines so far, each with an LF in front of it but the first; `None` before the first.
    data: Option<Vec<u8>>,
    /// The event's bytes so far, as [`SseLimits::max_event`] counts them.
    bytes: usize,
    most: usize,
    ready: VecDeque<SseItem>,
}

impl Building {
    fn new(most: usize) -> Self {
        Self { name: None, data: None, bytes: 0, most, ready: VecDeque::new() }
    }

    fn line(&mut self, line: &[u8]) -> Result<()> {
        match line.first() {
            None => self.dispatch(),
            Some(b':') => self.ready.push_back(SseItem::Comment),
            Some(_) => {
                self.bytes += line.len() + 1;
                if self.bytes > self.most {
                    return Err(overflow("an event", self.most));
                }
                self.field(line);
            }
        }
        Ok(())
    }

    fn field(&mut self, line: &[u8]) {
        let (name, value) = match memchr(b':', line) {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &line[line.len()..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"data" => match &mut self.data {
                Some(data) => {
                    data.push(b'\n');
                    data.extend_from_slice(value);
                }
                None => self.data = Some(value.to_vec()),
            },
            b"event" => {
                self.name = Some(String::from_utf8_lossy(value).into_owned()).filter(|name| !name.is_empty());
            }
            _ => {}
        }
    }

    /// An event without data is none, and its name is forgotten.
    fn dispatch(&mut self) {
        self.bytes = 0;
        let name = self.name.take();
        if let Some(data) = self.data.take() {
            self.ready.push_back(SseItem::Event(SseEvent { name, data: lossy(data) }));
        }
    }

    /// Drops what is not whole.
    fn forget(&mut self) {
        (self.name, self.data, self.bytes) = (None, None, 0);
    }
}

/// Bytes as text, without a copy where they are sound.
pub(crate) fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Reads a body as server-sent events, see [`SseDecoder`].
///
/// Nothing is read unless it is polled, and what comes is given before more is read. The stream ends with the body, or
/// with its first error: the body's own, or a limit that was passed. A cut body gives no half event. Nothing ever
/// reconnects.
pub fn sse(
    body: ByteStream,
    limits: SseLimits,
) -> impl Stream<Item = Result<SseItem>> + Send + Unpin + 'static {
    Decoded::new(body, SseDecoder::new(limits))
}

#[cfg(test)]
mod tests;
