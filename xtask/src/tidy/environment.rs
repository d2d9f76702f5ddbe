//! Who reads the environment.

use super::{
    Findings,
    files::{File, rust},
};

/// The settings, the server's start, and this program; tests read what tests are told.
const READERS: [&str; 3] = [
    "crates/llm-services/src/config/environment.rs",
    "crates/llm-gateway/src/main.rs",
    "xtask/src/environment.rs",
];

/// The environment is read in one file of the library, one of the server, and one of this program.
pub(super) fn read_in_one_place(files: &[File]) -> Findings {
    let others = rust(files).filter(|file| !READERS.contains(&&*file.path) && !is_test(&file.path));
    let lines = others.flat_map(|file| file.lines().map(move |(number, line)| (file, number, line)));
    lines
        .filter(|(_, _, line)| line.contains("env::var"))
        .map(|(file, number, _)| {
            let path = &file.path;
            format!("{path}:{number}: reads the environment: make it a setting of `LlmConfig`, or take it as an argument")
        })
        .collect()
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}

#[cfg(test)]
mod tests;
