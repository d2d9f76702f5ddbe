//! What a model says, word by word, and what that costs.

use llm_core::{ChatRequest, CostSource, FinishReason, Message, Prices, Role, Usage, Usd};

/// The classic placeholder, Cicero, cut by a typesetter of the 16th century.
const LOREM: &str = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut \
    labore et dolore magna aliqua ut enim ad minim veniam quis nostrud exercitation ullamco laboris nisi ut aliquip \
    ex ea commodo consequat duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat \
    nulla pariatur excepteur sint occaecat cupidatat non proident sunt in culpa qui officia deserunt mollit anim id \
    est laborum";

/// How many words `lorem` writes unless it may write more. Cut short of them it ends by `length`, as any model.
const LOREM_WORDS: u64 = 60;

/// A picodollar amount of one dollar for a million tokens.
const DOLLAR_A_MILLION: i64 = 1_000_000;

/// What a model says: pieces that join to the text, why it ended, and what it cost.
pub(crate) struct Answer {
    pub(crate) pieces: Vec<String>,
    pub(crate) finish_reason: FinishReason,
    pub(crate) usage: Usage,
}

impl Answer {
    /// What the last message said.
    pub(crate) fn echo(request: &ChatRequest) -> Self {
        let said = request
            .messages
            .iter()
            .rev()
            .find(|message| message.role == Role::User)
            .map(Message::text)
            .unwrap_or_default();
        Self::of(request, said.split_inclusive(char::is_whitespace).map(str::to_owned).collect())
    }

    /// Placeholder text, the same for the same conversation and seed.
    pub(crate) fn lorem(request: &ChatRequest) -> Self {
        let words: Vec<&str> = LOREM.split_whitespace().collect();
        let start = request.messages.iter().map(|message| message.text().len()).sum::<usize>()
            + usize::try_from(request.seed.unwrap_or(0).unsigned_abs()).unwrap_or(0) % words.len();
        let count = request.max_output_tokens.map_or(LOREM_WORDS, |most| most.max(LOREM_WORDS));
        let pieces = words
            .iter()
            .cycle()
            .skip(start % words.len())
            .zip(0..count.min(100_000))
            .map(|(word, index)| if index == 0 { (*word).to_owned() } else { format!(" {word}") })
            .collect();
        Self::of(request, pieces)
    }

    fn of(request: &ChatRequest, mut pieces: Vec<String>) -> Self {
        let mut finish_reason = FinishReason::Stop;
        if let Some(most) = request.max_output_tokens.and_then(|most| usize::try_from(most).ok())
            && most < pieces.len()
        {
            pieces.truncate(most);
            finish_reason = FinishReason::Length;
        }
        let input = request.messages.iter().map(|message| words(&message.text())).sum();
        let output = u64::try_from(pieces.len()).unwrap_or(u64::MAX);
        Self { pieces, finish_reason, usage: priced(Usage::new().with_tokens(input, output)) }
    }

    /// The whole text.
    pub(crate) fn text(&self) -> String {
        self.pieces.concat()
    }
}

fn words(text: &str) -> u64 {
    u64::try_from(text.split_whitespace().count()).unwrap_or(u64::MAX)
}

/// What the built-in models cost, so that logs, budgets and reports have something true to show.
pub(crate) fn prices() -> Prices {
    let dollars = |count: i64| Usd::from_picos(count * DOLLAR_A_MILLION).unwrap_or(Usd::MAX);
    Prices::per_token(dollars(1), dollars(2))
}

fn priced(usage: Usage) -> Usage {
    match prices().cost(&usage) {
        Some(cost) => usage.with_cost(cost, CostSource::Provider),
        None => usage,
    }
}
