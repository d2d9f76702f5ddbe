use super::{InvalidModelId, ModelId};

fn id(name: &str) -> ModelId {
    name.parse().unwrap()
}

#[test]
fn the_prefix_is_stripped_once_and_suffixes_survive() {
    for (name, provider, upstream) in [
        ("openrouter/anthropic/claude-3-opus", Some("openrouter"), "anthropic/claude-3-opus"),
        ("openrouter/deepseek/deepseek-r1:free", Some("openrouter"), "deepseek/deepseek-r1:free"),
        ("openrouter/qwen/qwen3:free:online", Some("openrouter"), "qwen/qwen3:free:online"),
        ("openrouter/@preset/email-writer", Some("openrouter"), "@preset/email-writer"),
        ("openrouter/~anthropic/claude-opus-latest", Some("openrouter"), "~anthropic/claude-opus-latest"),
        ("openrouter/auto", Some("openrouter"), "openrouter/auto"),
        ("openrouter/auto:nitro", Some("openrouter"), "openrouter/auto:nitro"),
        ("openrouter/openrouter/auto", Some("openrouter"), "openrouter/auto"),
        ("openrouter/openrouter/unlisted-beta", Some("openrouter"), "openrouter/unlisted-beta"),
        ("openrouter/auto-beta", Some("openrouter"), "openrouter/auto-beta"),
        ("openai/gpt-4o", Some("openai"), "gpt-4o"),
        ("gpt-4o", None, "gpt-4o"),
        ("mock/echo", Some("mock"), "echo"),
    ] {
        assert_eq!((id(name).provider(), id(name).upstream()), (provider, upstream), "{name}");
    }
}

#[test]
fn names_without_sense_are_refused() {
    assert_eq!("".parse::<ModelId>(), Err(InvalidModelId::Empty));
    assert_eq!("a".repeat(257).parse::<ModelId>(), Err(InvalidModelId::TooLong(257)));
    for name in ["openrouter/", "/gpt-4o", "openrouter//x", "a/b/"] {
        assert!(matches!(name.parse::<ModelId>(), Err(InvalidModelId::EmptySegment(_))), "{name}");
    }
    for name in ["gpt 4o", "gpt\n4o", "gpt\0", "gpt\u{200b}4o", "gpt\u{a0}4o"] {
        assert!(matches!(name.parse::<ModelId>(), Err(InvalidModelId::Character(_))), "{name:?}");
    }
}
