//! Lines out of bytes: any chunking gives the same lines, in linear time, within a hard limit.

use std::mem;

use llm_core::{Error, ErrorKind, Result, Stage};
use memchr::{memchr, memchr2};

/// How much of the buffer an idle decoder keeps. A stream that once carried an image does not hold on to its megabytes.
const KEPT: usize = 16 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What ends a line.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LineEnd {
    /// LF, CRLF or a lone CR.
    Any,
    /// LF alone.
    Feed,
}

/// Splits bytes into lines.
///
/// It looks for a line's end in new bytes only: what it holds has none. A line that lies within one chunk is given on
/// without a copy.
pub(crate) struct LineSplitter {
    /// The beginning of a line whose end has not come.
    held: Vec<u8>,
    /// The most bytes of a line, its end not counted.
    most: usize,
    end: LineEnd,
    /// The last line ended at a CR: an LF that follows belongs to it.
    after_return: bool,
    /// No line was given yet, so that a byte order mark may stand in front.
    at_start: bool,
    /// Set once a limit was passed. There is no way back: the next line may be the middle of anything.
    dead: Option<Error>,
}

impl LineSplitter {
    pub(crate) fn new(end: LineEnd, most: usize) -> Self {
        Self { held: Vec::new(), most, end, after_return: false, at_start: true, dead: None }
    }

    /// Gives each line that ends within `input` to `on_line`, without its end.
    ///
    /// After the first error, its own or that of `on_line`, it gives that error forever and no line.
    pub(crate) fn feed(&mut self, input: &[u8], on_line: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        self.while_alive(|this| this.split(input, on_line))
    }

    /// Gives what stands after the last line end, if anything does.
    pub(crate) fn finish(&mut self, mut on_line: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        self.while_alive(|this| if this.held.is_empty() { Ok(()) } else { this.release(&mut on_line) })
    }

    /// Whether a limit was passed.
    pub(crate) fn is_dead(&self) -> bool {
        self.dead.is_some()
    }

    fn while_alive(&mut self, work: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        if let Some(error) = &self.dead {
            return Err(error.clone());
        }
        let outcome = work(self);
        if let Err(error) = &outcome {
            self.dead = Some(error.clone());
            self.held = Vec::new();
        }
        outcome
    }

    fn split(&mut self, mut input: &[u8], mut on_line: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        while let Some(&byte) = input.first() {
            if mem::take(&mut self.after_return) && byte == b'\n' {
                input = &input[1..];
                continue;
            }
            let Some(at) = self.find_end(input) else { return self.hold(input) };
            let line = &input[..at];
            // A line is given at its CR: waiting for an LF would hold back the last event of a stream.
            self.after_return = input[at] == b'\r';
            input = &input[at + 1..];
            if self.held.is_empty() {
                self.check(line.len())?;
                on_line(self.without_mark(line))?;
            } else {
                self.hold(line)?;
                self.release(&mut on_line)?;
            }
        }
        Ok(())
    }

    fn find_end(&self, input: &[u8]) -> Option<usize> {
        match self.end {
            LineEnd::Any => memchr2(b'\n', b'\r', input),
            LineEnd::Feed => memchr(b'\n', input),
        }
    }

    fn check(&self, length: usize) -> Result<()> {
        if length <= self.most { Ok(()) } else { Err(overflow("a line", self.most)) }
    }

    /// Grows by doubling, so that the whole is linear, but never beyond the limit.
    fn hold(&mut self, bytes: &[u8]) -> Result<()> {
        let needed = self.held.len() + bytes.len();
        self.check(needed)?;
        if needed > self.held.capacity() {
            let target = (2 * self.held.capacity()).clamp(needed, self.most);
            self.held.reserve_exact(target - self.held.len());
        }
        self.held.extend_from_slice(bytes);
        Ok(())
    }

    fn release(&mut self, on_line: &mut impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut line = mem::take(&mut self.held);
        on_line(self.without_mark(&line))?;
        if line.capacity() <= KEPT {
            line.clear();
            self.held = line;
        }
        Ok(())
    }

    fn without_mark<'a>(&mut self, line: &'a [u8]) -> &'a [u8] {
        let first = mem::take(&mut self.at_start);
        if first { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) } else { line }
    }

    #[cfg(test)]
    pub(crate) fn held_capacity(&self) -> usize {
        self.held.capacity()
    }
}

/// The end of a decoder: after it, nobody knows where the next event would begin.
pub(crate) fn overflow(what: &str, most: usize) -> Error {
    Error::new(
        ErrorKind::InvalidResponse,
        format!("the provider's stream holds {what} of more than {most} bytes"),
    )
    .with_stage(Stage::Protocol)
    .with_maybe_billed(true)
}

#[cfg(test)]
mod tests;
