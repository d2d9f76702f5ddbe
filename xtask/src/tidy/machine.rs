//! Nothing here knows the machine that it was written on.

use super::{Findings, files::File};

/// How the paths of someone's machine begin.
const PATHS: [&str; 4] = ["/work/", "/root/", "/home/", "/Users/"];
/// Where packages come from: the next machine has a mirror.
const HOSTS: [&str; 4] = ["index.crates.io", "static.crates.io", "deb.debian.org", "security.debian.org"];
/// Where Cargo says that it takes crates from somewhere else.
const REGISTRIES: [&str; 5] =
    ["replace-with", "sparse+http", " registry = ", "[registries", "index = \"http"];
/// The registry itself, as the lock file names it.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// No file holds a path or a host that is there for one machine only.
pub(super) fn no_paths_of_a_machine(files: &[File]) -> Findings {
    let ours = files.iter().filter(|file| !file.path.starts_with("xtask/src/"));
    let lines = ours.flat_map(|file| file.lines().map(move |(number, line)| (file, number, line)));
    let found = lines.filter_map(|(file, number, line)| Some((file, number, machine_path(line)?)));
    found
        .map(|(file, number, path)| {
            format!(
                "{}:{number}: `{path}` is not the same on every machine: make it relative, or a setting",
                file.path
            )
        })
        .collect()
}

/// A host of packages, or a machine's path that begins here: not the middle of a longer path or of an address.
fn machine_path(line: &str) -> Option<&'static str> {
    let host = HOSTS.into_iter().find(|host| line.contains(host));
    let begins = |at: usize| {
        !line[..at].ends_with(|before: char| before.is_alphanumeric() || ".-_}~*".contains(before))
    };
    host.or_else(|| PATHS.into_iter().find(|path| line.match_indices(path).any(|(at, _)| begins(at))))
}

/// Crates come from crates.io: whoever builds elsewhere says so in a configuration of their own.
pub(super) fn no_other_registry(files: &[File]) -> Findings {
    let manifests = files.iter().filter(|file| file.path.ends_with(".toml") || file.name() == "Cargo.lock");
    let lines = manifests.flat_map(|file| file.lines().map(move |(number, line)| (file, number, line)));
    lines
        .filter(|(_, _, line)| {
            let elsewhere = line.contains("registry+") && !line.contains(CRATES_IO);
            elsewhere || REGISTRIES.iter().any(|word| line.contains(word))
        })
        .map(|(file, number, _)| {
            let path = &file.path;
            format!("{path}:{number}: names a registry: keep it in your own ~/.cargo/config.toml")
        })
        .collect()
}

#[cfg(test)]
mod tests;
