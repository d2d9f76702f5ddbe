//! Running programs, and telling what happens.

use std::{
    fmt::Display,
    io::{self, Write as _},
    path::PathBuf,
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use crate::{environment, workspace};

/// Tells the person at the terminal. A closed terminal is no reason to stop.
pub(crate) fn say(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints what another program may read.
pub(crate) fn print(text: impl Display) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// A run of cargo at the root of the workspace.
pub(crate) fn cargo<I: IntoIterator<Item: AsRef<std::ffi::OsStr>>>(arguments: I) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(workspace::root()).args(arguments);
    command
}

/// How a command reads at a prompt.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Runs a command with its output shown; any failure of it is ours.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    say(format_args!("$ {shown}"));
    let status = command.status().with_context(|| format!("cannot run `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed: {status}");
    }
    Ok(())
}

/// Runs a command and takes its standard output; its errors are shown, and if it fails its output too.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command
        .stderr(std::process::Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run `{shown}`"))?;
    if !output.status.success() {
        print(String::from_utf8_lossy(&output.stdout));
        bail!("`{shown}` failed: {}", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{shown}` printed what is not UTF-8"))
}

/// The path of an installed program.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    environment::path().into_iter().map(|folder| folder.join(program)).find(|path| path.is_file())
}
