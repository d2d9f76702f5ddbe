//! The one skeleton of all providers.

use super::{Findings, files::File};

/// The files of a provider that speaks to a vendor.
const VENDOR: [&str; 7] = [
    "README.md",
    "src/lib.rs",
    "src/config.rs",
    "src/provider.rs",
    "src/wire.rs",
    "src/error.rs",
    "tests/it/main.rs",
];
/// The files of one that answers by itself.
const BUILT_IN: [&str; 4] = ["README.md", "src/lib.rs", "src/provider.rs", "tests/it/main.rs"];

/// The providers, and the files of each.
const PROVIDERS: [(&str, &[&str]); 2] = [("llm-openrouter", &VENDOR), ("llm-mock", &BUILT_IN)];

/// Whoever has read one provider finds their way in all of them.
pub(super) fn a_provider_has_its_files(files: &[File]) -> Findings {
    let wanted = PROVIDERS
        .iter()
        .flat_map(|(name, wanted)| wanted.iter().map(move |path| format!("crates/{name}/{path}")));
    let missing = wanted.filter(|path| !files.iter().any(|file| file.path == *path));
    missing
        .map(|path| {
            format!("{path}: missing from the skeleton: `cargo xtask new-provider` shows what it holds")
        })
        .collect()
}

#[cfg(test)]
mod tests;
