//! JSON values divided by line feeds.

use std::{collections::VecDeque, fmt};

use futures_util::Stream;
use llm_core::Result;

use crate::{
    ByteStream, SseLimits,
    decode::{Decode, Decoded},
    lines::{LineEnd, LineSplitter},
};

/// What stands in a stream of JSON lines.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NdjsonItem {
    /// A blank line: a sign of life, without content.
    Blank,
    /// A line without the blanks around it, not looked into any further. Bytes that are no UTF-8 are replaced.
    Line(String),
}

/// Reads JSON lines out of bytes, however these are cut.
///
/// A line ends at LF; a CR around it is a blank, as JSON has it. The last line needs no end. Time, memory and how to
/// take the items: as in [`SseDecoder`](crate::SseDecoder); a line is an event here, so the lower of the two
/// [`SseLimits`] holds.
///
/// ```
/// use llm_http::{NdjsonDecoder, NdjsonItem, SseLimits};
///
/// let mut decoder = NdjsonDecoder::new(SseLimits::default());
/// decoder.push(b"{\"a\":1}\n{\"a\":2}")?;
/// decoder.finish()?;
/// assert_eq!(decoder.last(), Some(NdjsonItem::Line(r#"{"a":2}"#.to_owned())));
/// # Ok::<_, llm_core::Error>(())
/// ```
pub struct NdjsonDecoder {
    lines: LineSplitter,
    ready: VecDeque<NdjsonItem>,
}

impl NdjsonDecoder {
    /// A decoder at the start of a stream.
    #[must_use]
    pub fn new(limits: SseLimits) -> Self {
        let most = limits.max_line.min(limits.max_event);
        Self { lines: LineSplitter::new(LineEnd::Feed, most), ready: VecDeque::new() }
    }

    /// Reads more bytes. The items that they complete are there to be taken, before an error too.
    ///
    /// # Errors
    ///
    /// As [`SseDecoder::push`](crate::SseDecoder::push).
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.lines.feed(bytes, |line| {
            self.ready.push_back(item(line));
            Ok(())
        })
    }

    /// Says that the data is at its end: what stands there without a line end becomes the last line.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn finish(&mut self) -> Result<()> {
        self.lines.finish(|line| {
            self.ready.push_back(item(line));
            Ok(())
        })
    }
}

fn item(line: &[u8]) -> NdjsonItem {
    match line.trim_ascii() {
        [] => NdjsonItem::Blank,
        line => NdjsonItem::Line(String::from_utf8_lossy(line).into_owned()),
    }
}

impl Iterator for NdjsonDecoder {
    type Item = NdjsonItem;

    fn next(&mut self) -> Option<NdjsonItem> {
        self.ready.pop_front()
    }
}

impl Decode for NdjsonDecoder {
    fn push(&mut self, bytes: &[u8]) -> Result<()> {
        Self::push(self, bytes)
    }

    fn finish(&mut self) -> Result<()> {
        Self::finish(self)
    }
}

impl fmt::Debug for NdjsonDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NdjsonDecoder")
            .field("ready", &self.ready.len())
            .field("dead", &self.lines.is_dead())
            .finish_non_exhaustive()
    }
}

/// Reads a body as JSON lines, see [`NdjsonDecoder`]. It reads, ends and fails as [`sse`](crate::sse) does.
pub fn ndjson(
    body: ByteStream,
    limits: SseLimits,
) -> impl Stream<Item = Result<NdjsonItem>> + Send + Unpin + 'static {
    Decoded::new(body, NdjsonDecoder::new(limits))
}

#[cfg(test)]
mod tests;
