//! Where an installed server is.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::environment;

/// Debian keeps PostgreSQL's programs out of `PATH`, a folder for each version.
const POSTGRES: &str = "/usr/lib/postgresql";
/// Where Debian keeps servers, and where only root's `PATH` leads.
const SERVERS: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// The paths of programs, all out of one folder, so that they are of one version. `None` when one is missing.
pub(crate) fn find_all(programs: &[&str]) -> Option<Vec<PathBuf>> {
    let mut folders = newest_first(Path::new(POSTGRES));
    folders.extend(environment::path());
    folders.extend(SERVERS.map(PathBuf::from));
    find_in(&folders, programs)
}

fn find_in(folders: &[PathBuf], programs: &[&str]) -> Option<Vec<PathBuf>> {
    let all = |folder: &PathBuf| programs.iter().map(|program| folder.join(program)).collect::<Vec<_>>();
    folders.iter().map(all).find(|paths| paths.iter().all(|path| path.is_file()))
}

/// `<folder>/<version>/bin`, the highest version first.
fn newest_first(folder: &Path) -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, bin)| bin).collect()
}

#[cfg(test)]
mod tests;
