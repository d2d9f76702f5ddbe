//! Payloads that stand in files, and a reader for those that are streams.

use std::path::Path;

use llm_core::{ChatEvent, ChatResponse, Collector};
use llm_wire::chat_completions::{StreamDecoder, StreamFailure};

/// The text of a payload.
pub(crate) fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/payloads").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of the payloads in a folder, without their endings, in order.
pub(crate) fn names(folder: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/payloads").join(folder);
    let mut names: Vec<_> = std::fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The data of a stream's events: just enough of server-sent events for well-formed payloads.
pub(crate) fn data(sse: &str) -> Vec<String> {
    let events = sse.split("\n\n").map(|event| {
        let data = |line| str::strip_prefix(line, "data:").map(|data| data.strip_prefix(' ').unwrap_or(data));
        event.lines().filter_map(data).collect::<Vec<_>>().join("\n")
    });
    events.filter(|data| !data.is_empty()).collect()
}

/// What a stream came to.
#[derive(Debug, Default)]
pub(crate) struct Played {
    pub(crate) events: Vec<ChatEvent>,
    pub(crate) failure: Option<StreamFailure>,
    pub(crate) end: Option<llm_core::Error>,
}

/// Plays the data of events into a decoder, as a provider does: up to the first failure, or the end.
pub(crate) fn play<'a>(data: impl IntoIterator<Item = &'a str>) -> Played {
    let (mut decoder, mut played) = (StreamDecoder::new(), Played::default());
    for data in data {
        if let Err(failure) = decoder.push(data, &mut played.events) {
            played.failure = Some(failure);
            break;
        }
        if decoder.is_done() {
            break;
        }
    }
    played.end = decoder.finish(&mut played.events).err();
    played
}

/// Plays a payload.
pub(crate) fn play_file(name: &str) -> Played {
    let data = data(&read(&format!("streams/{name}.sse")));
    play(data.iter().map(String::as_str))
}

impl Played {
    /// The events of a whole stream, put together.
    pub(crate) fn collect(&self) -> ChatResponse {
        let mut collector = Collector::new();
        self.events.iter().for_each(|event| collector.push(event));
        collector.finish().expect("a whole stream")
    }

    /// One event a line, then how it ended.
    pub(crate) fn transcript(&self) -> String {
        let mut lines: Vec<_> =
            self.events.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
        lines.extend(self.failure.as_ref().map(|failure| format!("{failure:#?}")));
        lines.extend(self.end.as_ref().map(|end| format!("end: {:?} {end:?}", end.stage())));
        lines.join("\n")
    }
}
