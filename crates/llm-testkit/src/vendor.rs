//! An OpenRouter-like vendor, deterministic from a seed.

use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};

use crate::{Answer, Billing, Fault, Reply, ledger::Ledger, upstream::Heard};

mod endpoints;

/// How many words an answer has, unless told otherwise.
const WORDS: (usize, usize) = (5, 40);

/// An OpenRouter-like vendor: chat (whole and streamed), embeddings, the catalogue, the key, the balance and the
/// record of each call, all from its own ledger.
///
/// What a call gets depends on the seed and on the call's number alone. Ids are unique. Any key is accepted unless one
/// is set; no key at all is a 401. The catalogue and the ledger (`GET /ledger`, see
/// [`Upstream::ledger_jsonl`](crate::Upstream::ledger_jsonl)) are open to all.
#[derive(Clone, Debug)]
pub struct Vendor {
    seed: u64,
    key: Option<String>,
    words: (usize, usize),
    chunks: Option<usize>,
    pace: Duration,
    latency: Duration,
    pub(crate) billing: Billing,
    pub(crate) keep_requests: bool,
    faults: Vec<(&'static Fault, f64)>,
}

impl Vendor {
    /// A vendor that never fails and charges what was sent.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            key: None,
            words: WORDS,
            chunks: None,
            pace: Duration::ZERO,
            latency: Duration::ZERO,
            billing: Billing::default(),
            keep_requests: true,
            faults: Vec::new(),
        }
    }

    /// Accepts this key alone.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Answers with between so many words; 5 to 40 by default.
    #[must_use]
    pub fn with_words(mut self, least: usize, most: usize) -> Self {
        self.words = (least, most.max(least));
        self
    }

    /// Sets how many events of text a stream has; one for each word by default.
    #[must_use]
    pub fn with_chunks(mut self, chunks: usize) -> Self {
        self.chunks = Some(chunks);
        self
    }

    /// Waits this long before each event of text; not at all by default.
    #[must_use]
    pub fn with_pace(mut self, pace: Duration) -> Self {
        self.pace = pace;
        self
    }

    /// Waits this long before the head of each answer; not at all by default.
    #[must_use]
    pub fn with_latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Sets what a stream costs whose caller hangs up.
    #[must_use]
    pub fn with_billing(mut self, billing: Billing) -> Self {
        self.billing = billing;
        self
    }

    /// Keeps no request bodies in the ledger: for load tests.
    #[must_use]
    pub fn without_requests(mut self) -> Self {
        self.keep_requests = false;
        self
    }

    /// Spoils this share of the chat calls, 0 to 1, with a fault; again for more faults, whose shares add up.
    ///
    /// A call that the fault drawn for it does not suit is answered whole.
    #[must_use]
    pub fn with_fault(mut self, fault: &'static Fault, share: f64) -> Self {
        self.faults.push((fault, share));
        self
    }

    /// Spoils this share of the chat calls with each fault of the catalogue.
    #[must_use]
    pub fn with_each_fault(self, share: f64) -> Self {
        Fault::ALL.iter().fold(self, |vendor, fault| vendor.with_fault(fault, share))
    }

    /// The random numbers of one call.
    fn rng(&self, number: u64) -> Rng {
        // Neighbouring seeds of the generator give related first numbers; a large odd factor parts them.
        Rng::with_seed(self.seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number)
    }

    /// The answer to one call.
    fn answer(&self, request: &Value, number: u64) -> Answer {
        let mut rng = self.rng(number);
        let id = format!("gen-{:010}-{:012x}", 1_760_000_000 + number, rng.u64(..1 << 48) ^ number);
        let count = rng.usize(self.words.0..=self.words.1);
        let limit = ["max_completion_tokens", "max_tokens"].iter().find_map(|name| request[*name].as_u64());
        let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let text: Vec<&str> =
            (0..count.min(limit)).map(|_| *rng.choice(&LEXICON).unwrap_or(&"sky")).collect();
        let answer = Answer::new(text.join(" ")).with_id(id).with_pace(self.pace).with_latency(self.latency);
        let answer = if count > limit { answer.with_finish_reason("length") } else { answer };
        let answer = match self.chunks {
            Some(chunks) => answer.with_chunks(chunks),
            None => answer,
        };
        match self.draw_fault(&mut rng) {
            Some(fault) => answer.spoilt_by(fault),
            None => answer,
        }
    }

    fn draw_fault(&self, rng: &mut Rng) -> Option<&'static Fault> {
        let mut draw = rng.f64();
        let drawn = self.faults.iter().find(|(_, share)| {
            draw -= share;
            draw < 0.0
        });
        drawn.map(|(fault, _)| *fault)
    }

    /// What to say to a call.
    pub(crate) fn reply(&self, heard: &Heard, number: u64, ledger: &Ledger) -> Reply {
        let open = ["/models", "/ledger"].iter().any(|end| heard.path.ends_with(end));
        if !open && !self.accepts(heard.key()) {
            return refusal(401, "No auth credentials found, or not this vendor's");
        }
        let end = heard.path.rsplit_once('/').map_or("", |(_, end)| end);
        match (heard.method.as_str(), end, &heard.json) {
            ("POST", "completions", Some(request)) => self.answer(request, number).into(),
            ("POST", "embeddings", Some(request)) => {
                endpoints::embeddings(request, number, &mut self.rng(number))
            }
            ("POST", "completions" | "embeddings", None) => refusal(400, "The body is not JSON"),
            ("GET", "models", _) => endpoints::models(),
            ("GET", "key", _) => endpoints::key(ledger),
            ("GET", "credits", _) => endpoints::credits(ledger),
            ("GET", "generation", _) => endpoints::generation(ledger, heard.query_value("id")),
            ("GET", "ledger", _) => {
                Reply::status(200).header("content-type", "application/x-ndjson").bytes(ledger.jsonl())
            }
            _ => refusal(404, "Not Found"),
        }
    }

    fn accepts(&self, key: Option<&str>) -> bool {
        key.is_some_and(|key| self.key.as_ref().map_or(!key.is_empty(), |own| own == key))
    }
}

/// An error in the vendor's own shape.
pub(crate) fn refusal(status: u16, message: &str) -> Reply {
    Reply::status(status).with_json(&json!({"error": {"code": status, "message": message}}))
}

/// Words to answer with, some of them more than a byte a character.
const LEXICON: [&str; 16] = [
    "the", "sky", "is", "blue", "because", "air", "scatters", "short", "waves", "naïve", "über", "水",
    "light", "more", "than", "🌍",
];
