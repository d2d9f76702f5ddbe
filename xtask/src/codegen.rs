//! `cargo xtask codegen`: the pages that come out of the program's own tables.

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::{
    shell::{cargo, output, say},
    workspace,
};

/// Each page, and what `llm-services`' example `reference` calls it.
const PAGES: [(&str, &str); 2] = [("docs/configuration.md", "configuration"), ("docs/errors.md", "errors")];

/// Options of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Writes nothing; fails when a page is not what would be written.
    #[arg(long)]
    pub(crate) check: bool,
}

/// Writes the pages, or compares them.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut stale = Vec::new();
    for (path, name) in PAGES {
        let file = workspace::root().join(path);
        let page = output(&mut cargo([
            "run",
            "--quiet",
            "--locked",
            "-p",
            "llm-services",
            "--example",
            "reference",
            "--",
            name,
        ]))?;
        let written = fs::read_to_string(&file).unwrap_or_default();
        if written == page {
            continue;
        }
        if options.check {
            stale.push(path);
        } else {
            fs::write(&file, page).with_context(|| format!("writing {path}"))?;
            say(format_args!("wrote {path}"));
        }
    }
    if !stale.is_empty() {
        bail!(
            "{} is not what the program says: run `cargo xtask codegen` and commit the result",
            stale.join(", ")
        );
    }
    Ok(())
}
