//! Every fault, a row each.

use std::time::Duration;

use llm_core::ErrorKind::{self, *};

use super::{
    Fault,
    Play::{self, Refuse, Spoil},
    Shape::{self, Both, Stream, Whole},
    play,
};

/// Not tried again.
const ONCE: (usize, usize) = (1, 1);
/// Tried again as often as one model is.
const AGAIN: (usize, usize) = (2, 3);
/// Right either way.
const PERHAPS: (usize, usize) = (1, 3);
/// It may be billed already: at most once more.
const AMBIGUOUS: (usize, usize) = (1, 2);
/// The upstream is broken, whichever of these it is called.
const BROKEN: &[ErrorKind] = &[Provider, Overloaded, Unavailable];
/// The answer's bytes are not an answer.
const UNREADABLE: &[ErrorKind] = &[InvalidResponse, StreamInterrupted];

const fn fault(
    name: &'static str,
    shape: Shape,
    kinds: &'static [ErrorKind],
    classes: &'static [&'static str],
    posts: (usize, usize),
    play: Play,
) -> Fault {
    Fault { name, shape, kinds, classes, posts, retry_after: None, needs_limit: false, play }
}

impl Fault {
    /// The error must carry a wait between these.
    const fn wait(mut self, least: Duration, most: Duration) -> Self {
        self.retry_after = Some((least, most));
        self
    }

    const fn needs_limit(mut self) -> Self {
        self.needs_limit = true;
        self
    }
}

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(86_400);

const SLOW_DOWN: &str = r#"{"error":{"code":429,"message":"Rate limit exceeded","metadata":{"error_type":"rate_limit_exceeded"}}}"#;

const fn slow_down(retry_after: &'static str) -> Play {
    Refuse(429, Some(("retry-after", retry_after)), SLOW_DOWN)
}

const fn rejected(name: &'static str, kinds: &'static [ErrorKind], status: u16, body: &'static str) -> Fault {
    fault(name, Both, kinds, &["rejected"], ONCE, Refuse(status, None, body))
}

const fn broken(name: &'static str, status: u16, body: &'static str) -> Fault {
    fault(name, Both, BROKEN, &["upstream_5xx"], AGAIN, Refuse(status, None, body))
}

pub(super) const ALL: &[Fault] = &[
    fault("rate_limited", Both, &[RateLimited], &["rate_limited"], AGAIN, slow_down("1"))
        .wait(SECOND, SECOND),
    // A wait that no caller waits: it is handed on.
    fault("retry_after_a_day", Both, &[RateLimited], &["rate_limited"], ONCE, slow_down("86400"))
        .wait(DAY, DAY),
    fault(
        "retry_after_a_date",
        Both,
        &[RateLimited],
        &["rate_limited"],
        ONCE,
        slow_down("Fri, 31 Dec 2049 23:59:59 GMT"),
    )
    .wait(DAY, Duration::MAX),
    fault("retry_after_negative", Both, &[RateLimited], &["rate_limited"], AGAIN, slow_down("-1")),
    fault("retry_after_junk", Both, &[RateLimited], &["rate_limited"], AGAIN, slow_down("soon")),
    broken("status_500", 500, r#"{"error":{"code":500,"message":"Internal Server Error"}}"#),
    broken("status_502", 502, r#"{"error":{"code":502,"message":"Provider returned error"}}"#),
    broken("status_502_html", 502, "<html><body><h1>502 Bad Gateway</h1></body></html>"),
    broken("status_503", 503, r#"{"error":{"code":503,"message":"No available provider"}}"#),
    broken("status_529", 529, r#"{"error":{"code":529,"message":"Provider overloaded"}}"#),
    rejected("status_400", &[InvalidRequest], 400, r#"{"error":{"code":400,"message":"Invalid request"}}"#),
    rejected(
        "status_401",
        &[Authentication],
        401,
        r#"{"error":{"code":401,"message":"No auth credentials found"}}"#,
    ),
    rejected(
        "status_402",
        &[InsufficientCredits],
        402,
        r#"{"error":{"code":402,"message":"Insufficient credits"}}"#,
    ),
    rejected("status_403", &[PermissionDenied], 403, r#"{"error":{"code":403,"message":"Not allowed"}}"#),
    rejected("status_404", &[ModelNotFound], 404, r#"{"error":{"code":404,"message":"No endpoints found"}}"#),
    rejected(
        "status_413",
        &[InvalidRequest, ContextLength],
        413,
        r#"{"error":{"code":413,"message":"Payload too large"}}"#,
    ),
    rejected("status_422", &[InvalidRequest], 422, r#"{"error":{"code":422,"message":"Unprocessable"}}"#),
    rejected(
        "context_length",
        &[ContextLength],
        400,
        r#"{"error":{"code":400,"message":"This endpoint's maximum context length is 8192 tokens. However, you requested about 9000 tokens","metadata":{"error_type":"context_length_exceeded"}}}"#,
    ),
    rejected(
        "content_policy",
        &[ContentFiltered],
        403,
        r#"{"error":{"code":403,"message":"Your chosen model requires moderation","metadata":{"error_type":"content_policy_violation","reasons":["violence"]}}}"#,
    ),
    fault(
        "reset_before_head",
        Both,
        &[Unavailable],
        &["connect_error"],
        (2, 2),
        Spoil(play::reset_before_head),
    ),
    fault(
        "half_head",
        Both,
        &[Unavailable, InvalidResponse],
        &["connect_error", "protocol_error"],
        AMBIGUOUS,
        Spoil(play::half_head),
    ),
    fault(
        "garbage",
        Both,
        &[Unavailable, InvalidResponse],
        &["connect_error", "protocol_error"],
        AMBIGUOUS,
        Spoil(play::garbage),
    ),
    fault("silence", Both, &[Timeout], &["timeout_first_token"], AMBIGUOUS, Spoil(play::silence))
        .needs_limit(),
    fault(
        "first_token_late",
        Stream,
        &[Timeout],
        &["timeout_first_token"],
        AMBIGUOUS,
        Spoil(play::first_token_late),
    )
    .needs_limit(),
    fault("stream_cut", Stream, &[StreamInterrupted], &["truncated"], ONCE, Spoil(play::stream_cut)),
    fault("stream_reset", Stream, &[StreamInterrupted], &["truncated"], ONCE, Spoil(play::stream_reset)),
    fault(
        "stream_unfinished",
        Stream,
        &[StreamInterrupted],
        &["truncated"],
        ONCE,
        Spoil(play::stream_unfinished),
    ),
    fault("stream_stall", Stream, &[Timeout], &["idle_timeout"], ONCE, Spoil(play::stream_stall))
        .needs_limit(),
    fault("stream_error", Stream, BROKEN, &["failed_midstream"], ONCE, Spoil(play::stream_error)),
    fault(
        "stream_error_first",
        Stream,
        BROKEN,
        &["failed_midstream", "upstream_5xx"],
        PERHAPS,
        Spoil(play::stream_error_first),
    ),
    fault("no_done", Stream, &[], &["ok"], ONCE, Spoil(play::no_done)),
    fault(
        "malformed_event",
        Stream,
        UNREADABLE,
        &["protocol_error", "truncated"],
        ONCE,
        Spoil(play::malformed_event),
    ),
    fault("endless_line", Stream, &[InvalidResponse], &["protocol_error"], ONCE, Spoil(play::endless_line)),
    fault(
        "error_in_200",
        Whole,
        BROKEN,
        &["failed_midstream", "upstream_5xx"],
        PERHAPS,
        Spoil(play::error_in_200),
    ),
    fault(
        "empty_body",
        Both,
        UNREADABLE,
        &["protocol_error", "truncated"],
        AMBIGUOUS,
        Spoil(play::empty_body),
    ),
    fault(
        "malformed_body",
        Whole,
        UNREADABLE,
        &["protocol_error", "truncated"],
        AMBIGUOUS,
        Spoil(play::malformed_body),
    ),
    fault(
        "body_cut",
        Whole,
        &[StreamInterrupted, InvalidResponse, Unavailable],
        &["truncated", "protocol_error", "connect_error"],
        AMBIGUOUS,
        Spoil(play::body_cut),
    ),
    // A whole answer has no first token: where the call's own deadline ends the silence, the row says so.
    fault(
        "body_stall",
        Whole,
        &[Timeout],
        &["timeout_first_token", "cancelled"],
        AMBIGUOUS,
        Spoil(play::body_stall),
    )
    .needs_limit(),
];
