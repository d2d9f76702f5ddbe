//! Streams of events.

use std::{collections::VecDeque, pin::Pin};

use futures_util::{StreamExt as _, stream};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use llm_core::{ChatEvent, Error, ErrorKind, Finish, FinishReason, Result, Stage, Started};
use llm_provider::ChatStream;
use serde_json::{Map, Value};
use tokio::task::JoinSet;

use super::{
    Flaw, Open,
    decode::{told, unknown, unreadable, usage},
};

struct Reading {
    flaw: Flaw,
    body: Incoming,
    connection: JoinSet<()>,
    heard: Vec<u8>,
    events: VecDeque<Result<ChatEvent>>,
    started: bool,
    finish: Option<FinishReason>,
    over: bool,
}

pub(super) async fn begin(flaw: Flaw, open: Open) -> Result<ChatStream> {
    if open.response.headers().get("content-type").is_some_and(|kind| kind == "application/json") {
        let body = open.response.into_body().collect().await.map_err(|_| unreadable())?.to_bytes();
        return super::decode::whole(flaw, &body)
            .map(|response| llm_provider::events(response.into_events()));
    }
    let reading = Reading {
        flaw,
        body: open.response.into_body(),
        connection: open.connection,
        heard: Vec::new(),
        events: VecDeque::new(),
        started: false,
        finish: None,
        over: false,
    };
    let events = stream::unfold(reading, |mut reading| async move { Some((reading.next().await?, reading)) });
    match flaw {
        Flaw::TwoTerminals => {
            let twice = events.flat_map(|item| {
                let times = if matches!(item, Ok(ChatEvent::Finished(_)) | Err(_)) { 2 } else { 1 };
                stream::iter(vec![item; times])
            });
            Ok(Box::pin(twice) as Pin<Box<_>>)
        }
        Flaw::KeepsReading => Ok(kept(events).await),
        _ => llm_provider::begin(events).await,
    }
}

/// Reads on in a task of its own, whoever listens.
async fn kept(events: impl stream::Stream<Item = Result<ChatEvent>> + Send + 'static) -> ChatStream {
    let (give, take) = tokio::sync::mpsc::channel(1000);
    tokio::spawn(async move {
        let mut events = Box::pin(events);
        while let Some(item) = events.next().await {
            let _ = give.send(item).await;
        }
    });
    Box::pin(stream::unfold(take, |mut take| async move { Some((take.recv().await?, take)) }).fuse())
}

impl Reading {
    async fn next(&mut self) -> Option<Result<ChatEvent>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            if self.over {
                return None;
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.hear(&data);
                    }
                }
                _ => self.end(),
            }
        }
    }

    fn hear(&mut self, data: &[u8]) {
        // Only the new bytes, and the one before them, can hold an end.
        let mut from = self.heard.len().saturating_sub(1);
        match self.flaw {
            Flaw::DecodesPieces => self.heard.extend(String::from_utf8_lossy(data).bytes()),
            _ => self.heard.extend(data),
        }
        if self.heard.len() > 16 * 1024 * 1024 {
            self.fail(unreadable());
        }
        while let Some(at) = self.heard[from..].windows(2).position(|end| end == b"\n\n") {
            let event: Vec<u8> = self.heard.drain(..from + at + 2).collect();
            from = 0;
            let event = String::from_utf8_lossy(&event).into_owned();
            match event.trim().strip_prefix("data: ") {
                None if self.flaw == Flaw::DiesOfComments => return self.fail(unreadable()),
                None => self.events.push_back(Ok(ChatEvent::Alive)),
                Some("[DONE]") => return self.end(),
                Some(json) => match serde_json::from_str(json) {
                    Ok(chunk) => self.chunk(chunk),
                    Err(_) => return self.fail(unreadable()),
                },
            }
            if self.over {
                return;
            }
        }
    }

    fn fail(&mut self, error: Error) {
        self.over = true;
        self.events.push_back(Err(error));
    }

    /// The end of the bytes, or of what matters of them.
    fn end(&mut self) {
        self.over = true;
        self.connection.abort_all();
        let finish = self.finish.take().or((self.flaw == Flaw::SwallowsCut).then_some(FinishReason::Stop));
        self.events.push_back(match finish {
            Some(reason) => Ok(ChatEvent::Finished(Finish::of(reason))),
            None => Err(Error::new(ErrorKind::StreamInterrupted, "the stream was cut")
                .with_stage(Stage::Truncated)
                .with_maybe_billed(self.flaw != Flaw::NeverBilled)),
        });
    }

    fn chunk(&mut self, mut chunk: Map<String, Value>) {
        if let (Some(error), false) = (chunk.remove("error"), self.flaw == Flaw::OverlooksErrors) {
            return self.fail(told(&error));
        }
        if !std::mem::replace(&mut self.started, true) {
            let mut started = Started::default();
            started.id = chunk["id"].as_str().map(str::to_owned);
            started.model = chunk["model"].as_str().unwrap_or_default().to_owned();
            started.created = chunk["created"].as_i64();
            self.events.push_back(Ok(ChatEvent::Started(started)));
        }
        if let Some(wire) = chunk.get("usage") {
            self.events.push_back(Ok(ChatEvent::Usage(usage(wire))));
        }
        let Some(choice) = chunk.get_mut("choices").and_then(|choices| choices.get_mut(0)) else { return };
        if let Some(reason) = super::decode::reason(choice) {
            self.finish = Some(reason);
        }
        if let Value::Object(delta) = choice["delta"].take() {
            self.delta(delta);
        }
    }

    fn delta(&mut self, mut delta: Map<String, Value>) {
        delta.remove("role");
        if let Some(Value::String(text)) = delta.remove("content").filter(|text| *text != "") {
            self.events.push_back(Ok(ChatEvent::TextDelta { choice: 0, text }));
        }
        if let Some(calls) = delta.remove("tool_calls") {
            let call = &calls[0];
            let text = |value: &Value| value.as_str().map(str::to_owned);
            self.events.push_back(Ok(ChatEvent::ToolCallDelta {
                choice: 0,
                index: 0,
                id: text(&call["id"]),
                name: text(&call["function"]["name"]),
                arguments: text(&call["function"]["arguments"])
                    .filter(|_| self.flaw != Flaw::LosesArguments)
                    .unwrap_or_default(),
                extra: Map::new(),
            }));
        }
        let fields = unknown(self.flaw, delta);
        if !fields.is_empty() {
            self.events.push_back(Ok(ChatEvent::ExtraDelta { choice: 0, fields }));
        }
    }
}
