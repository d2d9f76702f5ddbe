//! A vendor's replies, in the vendor's own dialect.

use bytes::Bytes;

use crate::Reply;

/// The replies of one vendor, as bytes of its own dialect. Everything else that the suite plays is made out of these.
///
/// A field that is added later breaks the build of every author on purpose: a provider that did not run a scenario
/// did not pass it.
#[derive(Clone, Debug)]
pub struct Replies {
    /// The body of a whole answer: [`TEXT`](super::TEXT), ended by the model, with usage.
    pub whole: Bytes,
    /// The same answer as a stream: the text in several pieces, usage, the end.
    pub stream: Bytes,
    /// The beginning of `stream`, byte for byte: some text, and then no sign of an end.
    pub stream_begun: Bytes,
    /// What is sent instead of the rest when the vendor breaks within a stream. It follows `stream_begun`.
    pub stream_error: Bytes,
    /// A comment or ping of the dialect; `None` where it has none.
    pub sign_of_life: Option<Bytes>,
    /// The body of a whole answer that calls [`TOOL`](super::TOOL) with [`ARGUMENTS`](super::ARGUMENTS).
    pub whole_tool_call: Bytes,
    /// The same answer as a stream.
    pub stream_tool_call: Bytes,
    /// As `whole`, with a field at the answer's top level that nobody knows and whose value is
    /// [`SURVIVOR`](super::SURVIVOR).
    pub whole_with_unknown: Bytes,
    /// As `stream`, with such a field beside the first piece of text.
    pub stream_with_unknown: Option<Bytes>,
    /// The body of an error that comes with a status of 200; `None` where the vendor has none.
    pub error_in_200: Option<Bytes>,
    /// The id that the vendor gives the calls above; `None` where it gives none.
    pub id: Option<&'static str>,
    /// The header that carries the id; `None` where only the body does.
    pub id_header: Option<&'static str>,
    /// How it refuses a key. The body may well repeat the key, as some vendors do.
    pub unauthorized: HttpError,
    /// How it refuses a call too many; the suite adds the `retry-after`.
    pub rate_limited: HttpError,
    /// How it breaks.
    pub server_error: HttpError,
    /// The content type of a stream.
    pub stream_type: &'static str,
}

/// An error's status and JSON body.
#[derive(Clone, Debug)]
pub struct HttpError {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

impl HttpError {
    /// An error of this status and body.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, body: body.into() }
    }

    pub(super) fn reply(&self) -> Reply {
        Reply::status(self.status).header("content-type", "application/json").bytes(self.body.clone())
    }
}

impl Replies {
    fn with_id_header(&self, reply: Reply) -> Reply {
        match self.id_header.zip(self.id) {
            Some((name, id)) => reply.header(name, id),
            None => reply,
        }
    }

    /// A good status with this JSON body and its length.
    pub(super) fn whole_of(&self, body: &Bytes) -> Reply {
        let reply = Reply::status(200)
            .header("content-type", "application/json")
            .header("content-length", &body.len().to_string());
        self.with_id_header(reply).bytes(body.clone())
    }

    /// A good status with this stream.
    pub(super) fn stream_of(&self, body: &Bytes) -> Reply {
        self.with_id_header(Reply::status(200).header("content-type", self.stream_type)).bytes(body.clone())
    }

    /// The good answer, whole or as a stream.
    pub(super) fn good(&self, streamed: bool) -> Reply {
        if streamed { self.stream_of(&self.stream) } else { self.whole_of(&self.whole) }
    }
}
