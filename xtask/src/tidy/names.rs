//! What may stand where, and what files may not be called.

use std::collections::BTreeSet;

use super::{Findings, files::File};

/// All that the root holds.
const ROOT: [&str; 13] = [
    ".cargo",
    ".ci",
    ".clippy.toml",
    ".github",
    ".gitignore",
    ".rustfmt.toml",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "crates",
    "docs",
    "xtask",
];
/// Names that say nothing about what is inside.
const EMPTY: [&str; 6] = ["common", "helper", "helpers", "types", "util", "utils"];

/// Nothing is put down at the root.
pub(super) fn the_root_is_small(files: &[File]) -> Findings {
    let entries: BTreeSet<&str> = files.iter().filter_map(|file| file.path.split('/').next()).collect();
    let others = entries.into_iter().filter(|entry| !ROOT.contains(entry));
    others
        .map(|entry| format!("{entry}: does not belong at the root: move it under crates, docs or xtask"))
        .collect()
}

/// A file is named after the concept in it.
pub(super) fn a_file_is_named_after_its_concept(files: &[File]) -> Findings {
    let empty = |file: &&File| file.path.split(['/', '.']).any(|part| EMPTY.contains(&part));
    let ours = files.iter().filter(|file| file.path.ends_with(".rs"));
    let found = ours.filter(empty);
    found
        .map(|file| format!("{}: says nothing about what is inside: name it after its concept", file.path))
        .collect()
}

#[cfg(test)]
mod tests;
