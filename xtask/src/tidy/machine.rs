//! Nothing here knows the machine that it was written on.

use super::{Findings, files::File};

/// How the paths of someone's machine begin.
const PATHS: [&str; 4] = ["/work/", "/root/", "/home/", "/Users/"];
/// How the hosts begin that packages come from: the next machine has others.
const HOSTS: [&str; 6] = ["://index.", "://static.", "://registry.", "://mirror.", "://files.", "://deb."];
/// Where Cargo says that it takes crates from somewhere else.
const REGISTRIES: [&str; 5] =
    ["replace-with", "sparse+http", " registry = ", "[registries", "index = \"http"];
/// How the lock file names the registry that Cargo comes with.
const CARGOS_OWN: &str = "registry+https://github.com/rust-lang/";

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

/// Crates come from Cargo's own registry: whoever takes them elsewhere says so in a configuration of their own.
pub(super) fn no_other_registry(files: &[File]) -> Findings {
    let manifests = files.iter().filter(|file| file.path.ends_with(".toml") || file.name() == "Cargo.lock");
    let lines = manifests.flat_map(|file| file.lines().map(move |(number, line)| (file, number, line)));
    lines
        .filter(|(_, _, line)| {
            let elsewhere = line.contains("registry+") && !line.contains(CARGOS_OWN);
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
