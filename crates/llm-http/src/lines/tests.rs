//! Memory stays within the limit, whatever comes.

use super::*;

fn ignore(_: &[u8]) -> Result<()> {
    Ok(())
}

#[test]
fn a_line_without_an_end_never_takes_more_than_its_limit() {
    const MOST: usize = 1024 * 1024 + 7;
    let mut lines = LineSplitter::new(LineEnd::Any, MOST);
    let chunk = [b'x'; 4096];
    let mut taken = 0;
    let error = loop {
        if let Err(error) = lines.feed(&chunk, ignore) {
            break error;
        }
        taken += chunk.len();
        assert!(lines.held_capacity() <= MOST, "{} bytes for {taken}", lines.held_capacity());
    };
    assert_eq!(taken, MOST / chunk.len() * chunk.len());
    assert_eq!((error.kind(), error.stage()), (ErrorKind::InvalidResponse, Stage::Protocol));
    assert!(error.maybe_billed());
}

#[test]
fn the_limit_is_exact_and_does_not_depend_on_the_chunks() {
    for size in [1, 3, 100] {
        for (length, fits) in [(10, true), (11, false)] {
            let mut lines = LineSplitter::new(LineEnd::Any, 10);
            let text = [vec![b'x'; length], b"\r\n".to_vec()].concat();
            let outcome = text.chunks(size).try_for_each(|chunk| lines.feed(chunk, ignore));
            assert_eq!(outcome.is_ok(), fits, "{length} bytes by {size}");
        }
    }
}

#[test]
fn a_large_line_leaves_no_large_buffer_behind() {
    let mut lines = LineSplitter::new(LineEnd::Any, 1024 * 1024);
    lines.feed(&vec![b'x'; 500_000], ignore).unwrap();
    assert!(lines.held_capacity() >= 500_000);
    lines.feed(b"\n", ignore).unwrap();
    lines.feed(b"small", ignore).unwrap();
    assert!(lines.held_capacity() <= KEPT);
}

#[test]
fn a_line_within_a_chunk_is_not_copied() {
    let mut lines = LineSplitter::new(LineEnd::Any, 100);
    lines.feed(b"one\ntwo\n", ignore).unwrap();
    assert_eq!(lines.held_capacity(), 0);
}
