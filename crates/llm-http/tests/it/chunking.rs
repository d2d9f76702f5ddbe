//! However bytes are cut, the same items come out; and they are those of a plain reading of the rules.

use llm_http::{NdjsonDecoder, NdjsonItem, SseDecoder, SseItem, SseLimits};
use proptest::prelude::*;

/// Pieces that streams are made of, and that tend to break decoders.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&'static [u8]> = vec![
        b"data:",
        b"data: ",
        b"data",
        b"event: ",
        b"event",
        b"id: 1",
        b"retry: 1",
        b":",
        b": busy",
        b" ",
        b"\n",
        b"\n",
        b"\n\n",
        b"\r",
        b"\r\n",
        b"\r\n\r\n",
        b"\xEF\xBB\xBF",
        b"\xEF",
        b"\xBB",
        b"\xFF",
        b"{\"a\":1}",
        b"[DONE]",
        "ä€😀\u{2028}\u{85}".as_bytes(),
        b"0123456789",
    ];
    let piece = prop_oneof![
        8 => proptest::sample::select(pieces).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(1_usize..9, 1..40)
}

fn limits() -> impl Strategy<Value = SseLimits> {
    prop_oneof![
        Just(SseLimits::default()),
        (0_usize..40, 0_usize..60)
            .prop_map(|(line, event)| SseLimits::default().with_max_line(line).with_max_event(event)),
    ]
}

/// Cuts `bytes` into pieces of these sizes, over and over.
fn cut<'a>(bytes: &'a [u8], sizes: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = bytes;
    sizes.iter().cycle().map_while(move |&size| {
        let (chunk, behind) = rest.split_at(size.min(rest.len()));
        rest = behind;
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// The items, and the error if there was one.
fn sse<'a>(chunks: impl Iterator<Item = &'a [u8]>, limits: SseLimits) -> (Vec<SseItem>, Option<String>) {
    let mut decoder = SseDecoder::new(limits);
    let mut items = Vec::new();
    let mut outcome = Ok(());
    for chunk in chunks {
        outcome = decoder.push(chunk);
        items.extend(&mut decoder);
        if outcome.is_err() {
            break;
        }
    }
    let error = outcome.and_then(|()| decoder.finish()).err().map(|error| error.to_string());
    items.extend(&mut decoder);
    (items, error)
}

fn ndjson<'a>(
    chunks: impl Iterator<Item = &'a [u8]>,
    limits: SseLimits,
) -> (Vec<NdjsonItem>, Option<String>) {
    let mut decoder = NdjsonDecoder::new(limits);
    let mut items = Vec::new();
    let mut outcome = Ok(());
    for chunk in chunks {
        outcome = decoder.push(chunk);
        items.extend(&mut decoder);
        if outcome.is_err() {
            break;
        }
    }
    let error = outcome.and_then(|()| decoder.finish()).err().map(|error| error.to_string());
    items.extend(&mut decoder);
    (items, error)
}

/// The rules, read plainly: the whole text at once, one line after the other.
fn by_the_book(bytes: &[u8]) -> Vec<(Option<String>, String)> {
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes));
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let (mut events, mut name, mut data) = (Vec::new(), None, Vec::new());
    for line in text.split('\n').chain([""]) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" if line.is_empty() => {
                let name = name.take();
                if !data.is_empty() {
                    events.push((name, data.join("\n")));
                    data.clear();
                }
            }
            "data" => data.push(value.to_owned()),
            "event" => name = (!value.is_empty()).then(|| value.to_owned()),
            _ => {}
        }
    }
    events
}

proptest! {
    #[test]
    fn events_do_not_depend_on_the_chunks(bytes in bytes(), sizes in sizes(), limits in limits()) {
        let whole = sse(std::iter::once(&bytes[..]), limits);
        prop_assert_eq!(&sse(cut(&bytes, &sizes), limits), &whole);
        prop_assert_eq!(&sse(bytes.chunks(1), limits), &whole);
    }

    #[test]
    fn events_are_those_of_the_rules(bytes in bytes(), sizes in sizes()) {
        let (items, error) = sse(cut(&bytes, &sizes), SseLimits::default());
        let events: Vec<_> = items
            .into_iter()
            .filter_map(|item| match item {
                SseItem::Event(event) => Some((event.name, event.data)),
                _ => None,
            })
            .collect();
        prop_assert_eq!(error, None);
        prop_assert_eq!(events, by_the_book(&bytes));
    }

    #[test]
    fn lines_do_not_depend_on_the_chunks(bytes in bytes(), sizes in sizes(), limits in limits()) {
        let whole = ndjson(std::iter::once(&bytes[..]), limits);
        prop_assert_eq!(&ndjson(cut(&bytes, &sizes), limits), &whole);
        prop_assert_eq!(&ndjson(bytes.chunks(1), limits), &whole);
    }
}
