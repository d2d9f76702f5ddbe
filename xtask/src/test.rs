//! `cargo xtask test`: all tests, against real servers; then the crates of `docs/examples`.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::{
    services,
    shell::{self, cargo},
    workspace,
};

/// What the workspace's profile says. Examples are built with it too, so that what both need is built once.
const PROFILE: [&str; 2] = ["profile.dev.debug='line-tables-only'", "profile.dev.package.'*'.debug=false"];

/// Options of the command.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Passed through to `cargo test`, such as `-p llm-cache` or a part of a test's name.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Runs the tests. With arguments, only what they ask for: the examples are left out.
pub(crate) fn run(options: &Options) -> Result<()> {
    let arguments = &options.arguments;
    let mut tests = cargo(["test", "--locked", "--all-features"]);
    if !arguments.iter().any(|argument| argument == "-p" || argument == "--package") {
        tests.arg("--workspace");
    }
    tests.args(arguments);
    services::run_with(tests)?;
    if arguments.is_empty() {
        examples()?.iter().try_for_each(|manifest| test_example(manifest))
    } else {
        Ok(())
    }
}

/// Tests a crate that stands outside the workspace, as a platform team's does, in the workspace's folder and with its
/// versions of what both need.
fn test_example(manifest: &Path) -> Result<()> {
    // Cargo takes out of the copy what the example does not need. It is not committed.
    fs::copy(workspace::root().join("Cargo.lock"), manifest.with_file_name("Cargo.lock"))
        .with_context(|| format!("copying Cargo.lock beside {}", manifest.display()))?;
    let mut command = cargo(["test", "--manifest-path"]);
    command.arg(manifest).args(PROFILE.iter().flat_map(|setting| ["--config", setting]));
    shell::run(command.env("CARGO_TARGET_DIR", workspace::target()?))
}

/// The manifests of the crates in `docs/examples`.
fn examples() -> Result<Vec<PathBuf>> {
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
