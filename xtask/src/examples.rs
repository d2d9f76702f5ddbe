//! The crates of `docs/examples`: they stand outside the workspace, as a platform team's do.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{shell, workspace};

/// What the workspace's profile says. Examples are built with it too, so that what both need is built once.
const PROFILE: [&str; 2] = ["profile.dev.debug='line-tables-only'", "profile.dev.package.'*'.debug=false"];

/// The manifests of the examples.
pub(crate) fn manifests() -> Result<Vec<PathBuf>> {
    let folder = workspace::root().join("docs/examples");
    let mut manifests = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let manifest = entry?.path().join("Cargo.toml");
        if manifest.is_file() {
            manifests.push(manifest);
        }
    }
    manifests.sort();
    Ok(manifests)
}

/// A run of cargo for an example, in the workspace's target folder and with its versions of what both need.
pub(crate) fn cargo(task: &str, manifest: &Path) -> Result<Command> {
    // Cargo takes out of the copy what the example does not need. It is not committed.
    fs::copy(workspace::root().join("Cargo.lock"), manifest.with_file_name("Cargo.lock"))
        .with_context(|| format!("copying Cargo.lock beside {}", manifest.display()))?;
    let mut command = shell::cargo([task, "--manifest-path"]);
    command.arg(manifest).args(PROFILE.iter().flat_map(|setting| ["--config", setting]));
    command.env("CARGO_TARGET_DIR", workspace::target()?);
    Ok(command)
}
