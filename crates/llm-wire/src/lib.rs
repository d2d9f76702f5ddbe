//! API dialects as pure functions, both ways: OpenAI Chat Completions.
