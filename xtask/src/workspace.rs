//! Where things are.

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

use anyhow::{Context as _, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package};

use crate::environment;

/// The root of the workspace: the one in which cargo runs us, which need not be the one in which it built us.
pub(crate) fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let own = environment::set("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let own = PathBuf::from(own);
        own.parent().map(Path::to_owned).unwrap_or(own)
    });
    &ROOT
}

/// The folder into which this workspace builds.
pub(crate) fn target() -> Result<PathBuf> {
    Ok(metadata()?.target_directory.into_std_path_buf())
}

/// The packages of the workspace, by name.
pub(crate) fn packages() -> Result<Vec<Package>> {
    let mut packages = metadata()?.packages;
    packages.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(packages)
}

/// What the packages say of themselves; nothing is resolved or fetched.
fn metadata() -> Result<Metadata> {
    let manifest = root().join("Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).no_deps().exec().context("cargo metadata")
}

#[cfg(test)]
mod tests;
