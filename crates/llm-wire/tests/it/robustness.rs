//! No bytes make a decoder panic, and none make it give more than one terminal item.

use llm_core::ChatEvent;
use llm_wire::chat_completions::{
    StreamDecoder, decode_embed_request, decode_embed_response, decode_failure, decode_request,
    decode_response,
};
use proptest::{collection::vec, prelude::*, sample::Index};

use crate::{corpus, payload};

/// Every payload that this crate has, as bytes.
fn payloads() -> Vec<Vec<u8>> {
    let folder = |folder: &'static str, ending: &'static str| {
        payload::names(folder)
            .into_iter()
            .map(move |name| payload::read(&format!("{folder}/{name}.{ending}")))
    };
    let files = folder("replies", "json").chain(folder("failures", "json")).map(String::into_bytes);
    let streams = folder("streams", "sse").flat_map(|sse| payload::data(&sse)).map(String::into_bytes);
    let requests = corpus::all().into_iter().map(|(_, request)| {
        llm_wire::chat_completions::encode_request(
            &request,
            true,
            &llm_wire::chat_completions::Dialect::default()
                .with_reasoning(llm_wire::chat_completions::ReasoningField::Object),
        )
        .unwrap()
    });
    files.chain(streams).chain(requests).collect()
}

/// Shows the bytes to everything that reads bytes.
fn show(bytes: &[u8]) {
    let _ = decode_request(bytes);
    let _ = decode_response(bytes);
    let _ = decode_failure(bytes);
    let _ = decode_embed_request(bytes);
    let _ = decode_embed_response(bytes);
}

/// Plays events to the end, failures or not.
fn play(data: &[String]) {
    let (mut decoder, mut events) = (StreamDecoder::new(), Vec::new());
    let failed = data.iter().filter(|data| decoder.push(data, &mut events).is_err()).count();
    let finished = decoder.finish(&mut events).is_ok();
    let _ = decoder.finish(&mut events);
    let terminals = events.iter().filter(|event| matches!(event, ChatEvent::Finished(_))).count();
    assert_eq!(terminals, usize::from(finished));
    assert!(!(finished && failed > 0), "a broken stream has no whole end");
}

/// Changes a payload where the index points: a byte, a cut, or a piece of it twice.
fn mutate(mut bytes: Vec<u8>, changes: &[(Index, u8)]) -> Vec<u8> {
    for (index, byte) in changes {
        if bytes.is_empty() {
            break;
        }
        let at = index.index(bytes.len());
        match byte % 4 {
            0 => bytes.truncate(at),
            1 => bytes.extend_from_within(at..),
            2 => bytes[at] = b"\"{}[]:,0-9eE.tn\\"[usize::from(*byte) % 16],
            _ => bytes[at] = *byte,
        }
    }
    bytes
}

proptest! {
    #[test]
    fn arbitrary_bytes_make_nothing_panic(bytes in vec(any::<u8>(), 0..200)) {
        show(&bytes);
        play(&[String::from_utf8_lossy(&bytes).into_owned()]);
    }

    #[test]
    fn changed_payloads_make_nothing_panic(which: Index, changes in vec(any::<(Index, u8)>(), 1..6)) {
        let payloads = payloads();
        let bytes = mutate(payloads[which.index(payloads.len())].clone(), &changes);
        show(&bytes);
        play(&[String::from_utf8_lossy(&bytes).into_owned()]);
    }

    #[test]
    fn changed_streams_have_one_terminal_item(which: Index, event: Index, changes in vec(any::<(Index, u8)>(), 0..4)) {
        let names = payload::names("streams");
        let mut data = payload::data(&payload::read(&format!("streams/{}.sse", which.get(&names))));
        let at = event.index(data.len());
        data[at] = String::from_utf8_lossy(&mutate(data[at].clone().into_bytes(), &changes)).into_owned();
        play(&data);
    }
}

#[test]
fn nesting_without_end_makes_nothing_overflow() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{\"usage\":", "}"), ("{\"error\":", "}")] {
        let deep = open.repeat(200_000) + "1" + &close.repeat(200_000);
        show(deep.as_bytes());
        play(&[deep]);
    }
    let usage =
        format!("{{\"choices\":[],\"usage\":{{\"cost\":{}}}}}", "[".repeat(200_000) + &"]".repeat(200_000));
    show(usage.as_bytes());
    play(&[usage]);
}
