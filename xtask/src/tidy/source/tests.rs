use super::{File, LONGEST, a_file_is_short, a_file_says_what_it_is, has_word, nothing_is_left_undone};

fn file(text: &str) -> [File; 1] {
    [File::new("crates/llm-core/src/money.rs", text)]
}

#[test]
fn a_file_that_does_not_say_what_it_is_is_refused() {
    assert!(a_file_says_what_it_is(&file("//! Money.\n")).is_empty());
    assert!(a_file_says_what_it_is(&file("#![doc = include_str!(\"../README.md\")]\n")).is_empty());
    assert!(
        a_file_says_what_it_is(&[File::new("crates/llm-core/src/money/tests.rs", "use super::*;\n")])
            .is_empty()
    );
    assert!(a_file_says_what_it_is(&file("use std::fmt;\n"))[0].contains("begin with a `//!` line"));
}

#[test]
fn a_long_file_is_refused() {
    assert!(a_file_is_short(&file(&"\n".repeat(LONGEST))).is_empty());
    assert!(a_file_is_short(&file(&"\n".repeat(LONGEST + 1)))[0].contains("split it by concept"));
}

#[test]
fn what_is_not_done_is_refused() {
    for text in
        ["    todo!()", "// TODO: later", "#[ignore = \"slow\"]", "#[allow(dead_code)]", "unimplemented!()"]
    {
        let found = nothing_is_left_undone(&file(&format!("//! Money.\n{text}\n")));
        assert!(
            found.len() == 1 && found[0].starts_with("crates/llm-core/src/money.rs:2:"),
            "{text}: {found:?}"
        );
    }
    assert!(nothing_is_left_undone(&file("//! Money.\n#[expect(dead_code, reason = \"\")]\n")).is_empty());
}

#[test]
fn a_mark_inside_a_word_is_none() {
    assert!(!has_word("MASTODON", "TODO"));
    assert!(!has_word("let id = \"XXXX\";", "XXX"));
    assert!(has_word("// TODO later", "TODO"));
}
