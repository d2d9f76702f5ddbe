//! The fault catalogue: how an upstream misbehaves, and what its caller must see.

use std::{ops::RangeInclusive, time::Duration};

use llm_core::ErrorKind;

use crate::{Answer, Reply, reply::Script};

mod catalogue;
mod play;

/// A way for an upstream to misbehave, and what a caller of one provider must see.
///
/// The expectations hold for a stack of one route whose commit point is the first content: three attempts at most, a
/// second of wait asked for by `Retry-After` honoured, a first-token and an idle limit set.
///
/// ```
/// use llm_testkit::{Answer, Fault, Upstream};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let upstream = Upstream::start().await;
/// for fault in Fault::ALL.iter().filter(|fault| fault.suits(true) && !fault.needs_limit) {
///     upstream.on("/chat/completions", fault.reply(Answer::new("the sky is blue")));
///     // … make one call, compare with `fault.kinds`, `fault.classes` and `fault.posts`.
/// }
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Fault {
    /// Its name, unique.
    pub name: &'static str,
    /// What it plays with.
    pub shape: Shape,
    /// The kinds of error that the caller may see. Empty when the caller must get the whole answer all the
    /// same; a part of it never counts as one.
    pub kinds: &'static [ErrorKind],
    /// What the attempt's row may say.
    pub classes: &'static [&'static str],
    /// How many calls the upstream hears when the fault stands.
    pub posts: (usize, usize),
    /// Between which waits the error's `retry_after` must be, both included; `None` when it must have none.
    pub retry_after: Option<(Duration, Duration)>,
    /// Nothing ends it but the caller's own limit on time (first token, or idle).
    pub needs_limit: bool,
    play: Play,
}

/// Which replies a fault can spoil.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// Whole answers and streams.
    Both,
    /// Whole answers.
    Whole,
    /// Streams.
    Stream,
}

/// How a fault is played.
#[derive(Clone, Copy, Debug)]
enum Play {
    /// An error instead of the answer: status, a header, the body.
    Refuse(u16, Option<(&'static str, &'static str)>, &'static str),
    /// A change to the answer's script.
    Spoil(fn(&mut Script)),
}

impl Fault {
    /// Every fault.
    pub const ALL: &'static [Self] = catalogue::ALL;

    /// The fault of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|fault| fault.name == name)
    }

    /// The answer, spoilt. A request that the fault does not suit gets it whole.
    #[must_use]
    pub fn reply(&'static self, answer: Answer) -> Reply {
        Reply::chat(answer.spoilt_by(self))
    }

    /// Whether it can spoil a reply of this shape.
    #[must_use]
    pub fn suits(&self, streamed: bool) -> bool {
        match self.shape {
            Shape::Both => true,
            Shape::Whole => !streamed,
            Shape::Stream => streamed,
        }
    }

    /// Whether the caller may make the same call again: more than one is then heard.
    #[must_use]
    pub fn is_retried(&self) -> bool {
        self.posts.1 > 1
    }

    /// How many calls the upstream may hear when the fault stands.
    #[must_use]
    pub fn posts(&self) -> RangeInclusive<usize> {
        self.posts.0..=self.posts.1
    }

    pub(crate) fn spoil(&'static self, script: &mut Script) {
        match self.play {
            Play::Refuse(status, header, body) => play::refuse(script, status, header, body),
            Play::Spoil(spoil) => spoil(script),
        }
        script.fault = Some(self.name);
    }
}
