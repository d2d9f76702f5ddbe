//! `cargo xtask check-each`: every crate builds alone with each of its features.
//!
//! In the workspace's build, features that one crate asks for are there for all: a crate that forgets one of its own
//! builds there, and fails for whoever depends on it alone.

use anyhow::{Result, bail};
use cargo_metadata::Package;

use crate::{
    shell::{self, cargo},
    workspace,
};

/// Checks each crate without features, with the default ones, and with each feature by itself; fails with all that do
/// not build.
pub(crate) fn run() -> Result<()> {
    let mut broken = Vec::new();
    for package in workspace::packages()? {
        for features in combinations(&package) {
            let arguments = ["check", "--quiet", "--locked", "--all-targets", "-p", &package.name];
            let outcome = shell::run(cargo(arguments).args(features));
            broken.extend(outcome.err().map(|error| format!("\n  {error:#}")));
        }
    }
    if !broken.is_empty() {
        bail!("a crate must build alone with each of its features:{}", broken.concat());
    }
    Ok(())
}

fn combinations(package: &Package) -> Vec<Vec<String>> {
    combinations_of(package.features.iter().map(|(name, with)| (name.as_str(), with.len())))
}

/// The arguments of each run. A crate without features needs one run only, and `default` none where it is empty.
fn combinations_of<'a>(features: impl Iterator<Item = (&'a str, usize)>) -> Vec<Vec<String>> {
    let none = || vec!["--no-default-features".to_owned()];
    let mut runs = vec![none()];
    for (feature, with) in features {
        match feature {
            "default" if with == 0 => {}
            "default" => runs.push(Vec::new()),
            _ => runs.push([none(), vec!["--features".to_owned(), feature.to_owned()]].concat()),
        }
    }
    runs
}

#[cfg(test)]
mod tests;
