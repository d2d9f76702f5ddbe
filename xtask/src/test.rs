//! `cargo xtask test`: all tests, against real servers; then the crates of `docs/examples`.

use std::ffi::OsString;

use anyhow::Result;

use crate::{
    examples, services,
    shell::{self, cargo},
};

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
    if !arguments.is_empty() {
        return Ok(());
    }
    for manifest in examples::manifests()? {
        shell::run(&mut examples::cargo("test", &manifest)?)?;
    }
    Ok(())
}
