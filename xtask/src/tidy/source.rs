//! What every Rust file is like.

use super::{
    Findings,
    files::{File, rust},
};

/// More lines are more than one concept.
const LONGEST: usize = 600;
/// What says that something is not done, or not run.
const UNDONE: [(&str, &str); 8] = [
    ("todo!", "do it"),
    ("unimplemented!", "do it, or answer `ErrorKind::Unsupported`"),
    ("TODO", "do it, or make it an issue"),
    ("FIXME", "fix it, or make it an issue"),
    ("XXX", "say what is wrong in a sentence"),
    ("HACK", "say why it must be so in a sentence"),
    ("#[ignore", "make the test run, or delete it"),
    ("#[allow(", "use `#[expect(…, reason = \"…\")]`"),
];

/// Every file says in its first line what it is. Unit tests stand beside what they test, which says it.
pub(super) fn a_file_says_what_it_is(files: &[File]) -> Findings {
    let silent = rust(files)
        .filter(|file| file.name() != "tests.rs")
        .filter(|file| !file.text.starts_with("//! ") && !file.text.starts_with("#![doc = include_str!"));
    silent.map(|file| format!("{}:1: does not say what it is: begin with a `//!` line", file.path)).collect()
}

/// A file holds one concept.
pub(super) fn a_file_is_short(files: &[File]) -> Findings {
    let long = rust(files).map(|file| (file, file.lines().count())).filter(|(_, lines)| *lines > LONGEST);
    long.map(|(file, lines)| {
        format!("{}: {lines} lines are more than {LONGEST}: split it by concept", file.path)
    })
    .collect()
}

/// What is here is done, and every test runs.
pub(super) fn nothing_is_left_undone(files: &[File]) -> Findings {
    let lines = rust(files).flat_map(|file| file.lines().map(move |(number, line)| (file, number, line)));
    let marks = lines.flat_map(|(file, number, line)| {
        UNDONE.iter().filter(move |(mark, _)| has_word(line, mark)).map(move |found| (file, number, found))
    });
    marks.map(|(file, number, (mark, fix))| format!("{}:{number}: `{mark}`: {fix}", file.path)).collect()
}

/// Whether the mark stands there by itself, not inside a longer word.
fn has_word(line: &str, mark: &str) -> bool {
    let apart = |at: usize| {
        let before = line[..at].chars().next_back();
        let after = line[at + mark.len()..].chars().next();
        let open = mark.ends_with(|last: char| !last.is_alphanumeric()) || mark.starts_with('#');
        !before.is_some_and(char::is_alphanumeric) && (open || !after.is_some_and(char::is_alphanumeric))
    };
    line.match_indices(mark).any(|(at, _)| apart(at))
}

#[cfg(test)]
mod tests;
