//! Versions, lints and metadata stand in the workspace's manifest alone.

use super::{Findings, files::File};

/// The lines that every crate has.
const LINES: [&str; 6] = [
    "version.workspace = true",
    "edition.workspace = true",
    "rust-version.workspace = true",
    "license.workspace = true",
    "repository.workspace = true",
    "publish.workspace = true",
];

/// Every crate inherits its metadata, lints and the versions of its dependencies.
pub(super) fn everything_is_inherited(files: &[File]) -> Findings {
    files.iter().filter(|file| is_member(&file.path)).flat_map(wrong).collect()
}

/// The crates of `docs/examples` stand outside the workspace and inherit nothing.
fn is_member(path: &str) -> bool {
    let inside = path.starts_with("crates/") || path.starts_with("xtask/");
    inside && path.ends_with("/Cargo.toml")
}

fn wrong(file: &File) -> Findings {
    let path = &file.path;
    let has = |wanted: &str| file.text.lines().any(|line| line.trim() == wanted);
    let mut findings: Findings = LINES
        .iter()
        .filter(|line| !has(line))
        .map(|line| format!("{path}: is not as the workspace says: add `{line}` to [package]"))
        .collect();
    if !file.text.contains("[lints]\nworkspace = true") {
        findings.push(format!("{path}: has lints of its own: add `[lints]` with `workspace = true`"));
    }
    findings.extend(own_versions(file));
    findings
}

/// Dependencies whose version is not the workspace's.
fn own_versions(file: &File) -> impl Iterator<Item = String> {
    let mut inside = false;
    let dependencies = file.lines().filter(move |(_, line)| {
        if line.starts_with('[') {
            inside = line.trim_end().ends_with("dependencies]");
            return false;
        }
        inside && line.contains('=') && !line.trim_start().starts_with('#')
    });
    dependencies.filter(|(_, line)| !line.contains("workspace = true")).map(|(number, line)| {
        let name = line.split('=').next().unwrap_or_default().trim();
        let path = &file.path;
        format!("{path}:{number}: `{name}` has a version of its own: put it into the root's [workspace.dependencies]")
    })
}

#[cfg(test)]
mod tests;
