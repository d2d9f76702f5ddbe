//! What a hostile stream costs the decoder, and whether chunks matter: `cargo run --release -p llm-http --example
//! decoder_limits`.
//!
//! It feeds a line of 64 MB that never ends, and prints how long it took to refuse it and by how much the process
//! grew; then it decodes one stream in a million random chunkings and compares the events.
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::{error::Error, time::Instant};

use llm_http::{SseDecoder, SseItem, SseLimits};

/// How much of the line comes at once: what a socket gives.
const CHUNK: usize = 16 * 1024;

/// How long the line is.
const LINE: usize = 64 * 1000 * 1000;

/// How many chunkings are compared.
const CHUNKINGS: u64 = 1_000_000;

/// A stream with all that chunks could break: a mark at the start, three kinds of line ends, comments, characters of
/// several bytes, an event of two lines, and an end without a line end.
const STREAM: &[u8] =
    "\u{feff}: hello\r\n\r\ndata: Grüße 🌍\n\nevent: x\rdata: a\rdata:b\r\rdata\n\n:\n\ndata: 水".as_bytes();

fn main() -> Result<(), Box<dyn Error>> {
    let before = peak()?;
    let began = Instant::now();
    let mut decoder = SseDecoder::new(SseLimits::default());
    let chunk = [b'x'; CHUNK];
    let mut fed = 0;
    let refusal = loop {
        if fed >= LINE {
            break None;
        }
        fed += CHUNK;
        if let Err(error) = decoder.push(&chunk) {
            break Some(error);
        }
    };
    let took = began.elapsed();
    let refusal = refusal.ok_or("the line was not refused")?;
    println!("a line of 64 MB: {} after {} ms ({refusal})", refusal.kind(), took.as_millis());
    println!("the process grew by {} kB", peak()?.saturating_sub(before));

    let whole = decode(&[STREAM])?;
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for chunking in 0..CHUNKINGS {
        if decode(&random.chunks(STREAM))? != whole {
            return Err(format!("chunking {chunking} gives other events").into());
        }
    }
    println!("{CHUNKINGS} random chunkings gave the same {} items", whole.len());
    Ok(())
}

fn decode(chunks: &[&[u8]]) -> llm_core::Result<Vec<SseItem>> {
    let mut decoder = SseDecoder::new(SseLimits::default());
    let mut items = Vec::new();
    for chunk in chunks {
        decoder.push(chunk)?;
        items.extend(decoder.by_ref());
    }
    decoder.finish()?;
    items.extend(decoder);
    Ok(items)
}

/// The most memory that this process ever had, in kB, as Linux tells it.
fn peak() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// Random enough for cutting bytes: xorshift64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// The bytes, cut at random: behind each byte with the same chance.
    fn chunks<'a>(&mut self, bytes: &'a [u8]) -> Vec<&'a [u8]> {
        let chance = 1 + self.next() % 8;
        let mut chunks = Vec::new();
        let mut start = 0;
        for end in 1..bytes.len() {
            if self.next() % 8 < chance {
                chunks.push(&bytes[start..end]);
                start = end;
            }
        }
        chunks.push(&bytes[start..]);
        chunks
    }
}
