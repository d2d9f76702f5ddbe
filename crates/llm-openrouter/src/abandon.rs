//! Where hanging up stops the work and the bill.

use llm_provider::Abandon;

/// The vendors behind OpenRouter for which its documentation says that closing a stream stops the work and the bill,
/// by display name, in small letters and digits only.
const STOP_AT_HANG_UP: &[&str] = &[
    "openai",
    "azure",
    "anthropic",
    "fireworks",
    "mancer",
    "recursal",
    "anyscale",
    "lepton",
    "octoai",
    "novita",
    "deepinfra",
    "together",
    "cohere",
    "hyperbolic",
    "infermatic",
    "avian",
    "xai",
    "cloudflare",
    "sfcompute",
    "nineteen",
    "liquid",
    "friendli",
    "chutes",
    "deepseek",
];

/// What to do with a call whose caller went away: a whole answer is always billed, and so is a stream of a vendor that
/// is not known to stop.
pub(crate) fn abandon(served_by: Option<&str>, streamed: bool) -> Abandon {
    let stops = |name: &str| {
        let name: String =
            name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        STOP_AT_HANG_UP.contains(&&*name)
    };
    if streamed && served_by.is_some_and(stops) { Abandon::Cancel } else { Abandon::Drain }
}

#[cfg(test)]
mod tests;
