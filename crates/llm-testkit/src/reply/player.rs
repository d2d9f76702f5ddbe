//! Plays a reply's steps, one piece at a time.

use std::{collections::VecDeque, fmt, mem::take};

use bytes::Bytes;

use super::{Pieces, Script, Step};
use crate::upstream::{Entry, Socket};

/// The connection is to be given up.
#[derive(Debug)]
pub(crate) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the script breaks the connection here")
    }
}

impl std::error::Error for Broken {}

/// A reply that is being played. Dropped before its end, it tells the ledger that the caller hung up.
#[derive(Debug)]
pub(crate) struct Player {
    /// What happens before the head.
    before: Vec<Step>,
    steps: VecDeque<Step>,
    pieces: Pieces,
    /// What is left of the step that is being sent.
    current: Bytes,
    offset: usize,
    socket: Socket,
    entry: Entry,
}

impl Player {
    pub(crate) fn new(script: &mut Script, socket: Socket, entry: Entry) -> Self {
        Self {
            before: take(&mut script.before),
            steps: take(&mut script.steps).into(),
            pieces: take(&mut script.pieces),
            current: Bytes::new(),
            offset: 0,
            socket,
            entry,
        }
    }

    /// Plays what comes before the head.
    pub(crate) async fn reach_head(&mut self) -> Result<(), Broken> {
        for step in take(&mut self.before) {
            self.wait_at(step).await?;
        }
        self.run_marks();
        Ok(())
    }

    /// Plays a step that has no bytes.
    async fn wait_at(&mut self, step: Step) -> Result<(), Broken> {
        match step {
            Step::Wait(gate) => gate.wait().await,
            Step::Delay(wait) => tokio::time::sleep(wait).await,
            Step::Forever => std::future::pending().await,
            Step::Open(gate) => gate.open(),
            Step::Delivered(tokens) => self.entry.delivered(tokens),
            Step::Bytes(_) | Step::Repeat(..) => {}
            Step::Reset => {
                self.socket.reset_on_close();
                self.entry.broken();
                return Err(Broken);
            }
            Step::Cut => {
                self.entry.broken();
                return Err(Broken);
            }
        }
        Ok(())
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Result<Bytes, Broken>> {
        loop {
            if !self.current.is_empty() {
                let piece = self.pieces.take(&mut self.current, self.offset);
                self.offset += piece.len();
                self.entry.sent(piece.len());
                self.run_marks();
                return Some(Ok(piece));
            }
            match self.steps.pop_front()? {
                Step::Bytes(bytes) => self.current = bytes,
                Step::Repeat(_, 0) => {}
                Step::Repeat(bytes, times) => {
                    self.steps.push_front(Step::Repeat(bytes.clone(), times - 1));
                    self.current = bytes;
                }
                step => {
                    if let Err(broken) = self.wait_at(step).await {
                        return Some(Err(broken));
                    }
                }
            }
            self.run_marks();
        }
    }

    /// Does what stands right behind the bytes that were just taken. hyper asks no more once it has all the bytes
    /// that the `content-length` promised, so that this cannot wait for its next question.
    fn run_marks(&mut self) {
        while self.current.is_empty() {
            match self.steps.front() {
                Some(Step::Delivered(tokens)) => self.entry.delivered(*tokens),
                Some(Step::Open(gate)) => gate.open(),
                Some(Step::Repeat(_, 0)) => {}
                Some(_) => return,
                None => return self.entry.finished(),
            }
            self.steps.pop_front();
        }
    }

    /// Plays everything onto the socket itself, without HTTP.
    pub(crate) async fn play_raw(mut self) {
        let socket = self.socket.clone();
        while let Some(Ok(piece)) = self.next().await {
            if socket.write_all(&piece).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
}
