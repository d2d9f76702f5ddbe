//! `cargo xtask replay DIR`: the decoders over a folder of recorded exchanges.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::shell::{self, cargo, print, say};

/// The crates that read recordings.
const CRATES: [&str; 3] = ["llm-http", "llm-wire", "llm-openrouter"];
/// How the modules of `tests/it` are called that do it.
const MODULES: [&str; 2] = ["replay::", "fixtures::"];
/// What must be in the folder, and what it is.
const LAYOUT: [(&str, &str); 2] = [
    ("sse/expected.json", "streams, with the events that each must give"),
    ("openrouter/manifest.json", "recorded exchanges of OpenRouter, and what each is"),
];

/// Options of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// A folder of recordings, with a folder for each vendor; or the folder of one vendor in it.
    folder: PathBuf,
}

/// Replays the folder and tells how many tests ran in each crate.
pub(crate) fn run(options: &Options) -> Result<()> {
    let folder = fs::canonicalize(&options.folder)
        .with_context(|| format!("there is no folder {}", options.folder.display()))?;
    let (folder, crates) = scope(&folder)?;
    let mut summary = Vec::new();
    for name in crates {
        let arguments = ["test", "--locked", "--all-features", "-p", name, "--test", "it", "--"];
        let mut command = cargo(arguments);
        command.args(MODULES).arg("--nocapture").env("LLM_FIXTURES", folder).env("RUST_BACKTRACE", "0");
        say(format_args!("$ LLM_FIXTURES={} {}", folder.display(), shell::shown(&command)));
        let output = shell::output(&mut command)?;
        print(&output);
        summary.push((name, passed(&output)));
    }
    for (name, passed) in &summary {
        say(match passed {
            0 => format!("{name:<16} reads no recordings"),
            _ => format!("{name:<16} tests over the recordings: {passed} passed"),
        });
    }
    if summary.iter().all(|(_, passed)| *passed == 0) {
        bail!("no test reads recordings: they belong into a module `replay` of a crate's tests/it");
    }
    Ok(())
}

/// The folder of all recordings, and the crates that are meant: all of them, or the provider whose folder was named.
fn scope(folder: &Path) -> Result<(&Path, Vec<&'static str>)> {
    let vendor = folder.file_name().unwrap_or_default().to_string_lossy();
    let own = CRATES.into_iter().find(|name| name.strip_prefix("llm-") == Some(&vendor));
    match (own, folder.parent()) {
        (Some(own), Some(all)) if check_layout(all).is_ok() => Ok((all, vec![own])),
        _ => check_layout(folder).map(|()| (folder, CRATES.to_vec())),
    }
}

fn check_layout(folder: &Path) -> Result<()> {
    let missing: Vec<String> = LAYOUT
        .iter()
        .filter(|(path, _)| !folder.join(path).is_file())
        .map(|(path, what)| format!("\n  {path}: {what}"))
        .collect();
    if !missing.is_empty() {
        bail!("{} is not a folder of recordings; it lacks:{}", folder.display(), missing.concat());
    }
    Ok(())
}

/// How many tests passed, by the last word of the test program.
fn passed(output: &str) -> u32 {
    let result = output.lines().rev().find_map(|line| line.strip_prefix("test result: ok. "));
    result
        .and_then(|result| result.split(' ').next())
        .and_then(|count| count.parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
