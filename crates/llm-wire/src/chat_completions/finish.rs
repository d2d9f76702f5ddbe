//! Why an answer ended, from what a server says and what it did.

use llm_core::FinishReason;
use serde::de::IgnoredAny;

/// The reasons with which a server says that it broke. The second is DeepSeek's.
const BROKEN: [&str; 2] = ["error", "insufficient_system_resource"];

/// Whether a reason says that the server broke, and the answer is no whole one.
pub(super) fn is_broken(reason: &str) -> bool {
    BROKEN.contains(&reason)
}

/// Why an answer ended. `calls` are the JSON arguments of its calls of functions, `others` whether it has other calls.
///
/// Older models say `stop` although they call a tool, and some servers say `tool_calls` although the limit on tokens cut
/// the arguments: a call whose arguments are not JSON must not run.
pub(super) fn finish_reason<'a>(
    reason: &str,
    calls: impl IntoIterator<Item = &'a str>,
    others: bool,
) -> FinishReason {
    let mut calls = calls.into_iter().peekable();
    let has_calls = others || calls.peek().is_some();
    let reason = match reason {
        // What tools were called before they were tools.
        "function_call" => FinishReason::ToolCalls,
        "stop" if has_calls => FinishReason::ToolCalls,
        other => FinishReason::from(other),
    };
    if reason == FinishReason::ToolCalls && calls.any(is_cut) {
        return FinishReason::Length;
    }
    reason
}

/// Whether arguments are a part of JSON. Empty ones are `{}`.
fn is_cut(arguments: &str) -> bool {
    !arguments.trim().is_empty() && serde_json::from_str::<IgnoredAny>(arguments).is_err()
}
