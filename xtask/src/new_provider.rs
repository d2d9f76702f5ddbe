//! `cargo xtask new-provider NAME`: the skeleton of a provider.
//!
//! What it writes compiles, and its conformance run fails until the provider is filled in.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, bail};

use crate::{
    shell::{self, cargo, say},
    workspace,
};

/// The files of the skeleton. `{{name}}` is the provider's name, `{{Name}}` its Rust type, `{{name_}}` its module.
const FILES: [(&str, &str); 8] = [
    ("Cargo.toml", include_str!("new_provider/template/Cargo.toml.in")),
    ("README.md", include_str!("new_provider/template/README.md.in")),
    ("src/lib.rs", include_str!("new_provider/template/lib.rs.in")),
    ("src/config.rs", include_str!("new_provider/template/config.rs.in")),
    ("src/provider.rs", include_str!("new_provider/template/provider.rs.in")),
    ("src/wire.rs", include_str!("new_provider/template/wire.rs.in")),
    ("src/error.rs", include_str!("new_provider/template/error.rs.in")),
    ("tests/it/main.rs", include_str!("new_provider/template/it.rs.in")),
];

/// Names that mean something else in this workspace.
const TAKEN: [&str; 10] =
    ["core", "provider", "http", "wire", "layers", "cache", "request-log", "services", "gateway", "testkit"];

/// The longest name.
const LONGEST: usize = 32;

const NEXT: &str = "
Next:
  1. Cargo.toml: add `llm-{{name}} = { path = \"crates/llm-{{name}}\", version = \"0.1.0\" }` to [workspace.dependencies]
  2. xtask/src/tidy: give the crate its floor in graph.rs and its skeleton in skeleton.rs
  3. README.md, docs/architecture.md: add it to the tables of crates
  4. docs/decisions: a page that says why it is here
  5. `cargo test -p llm-{{name}}`: make the conformance run green, in wire.rs, error.rs and provider.rs
docs/adding-a-provider.md walks through it.";

/// Options of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The vendor: small letters, digits and single hyphens, such as `acme` or `in-house`.
    name: String,
}

/// Writes the crate and tells what is left to do.
pub(crate) fn run(options: &Options) -> Result<()> {
    let name = options.name.as_str();
    check(name)?;
    write(&workspace::root().join("crates").join(format!("llm-{name}")), name)?;
    // How long a line is depends on the name.
    shell::run(&mut cargo(["fmt", "-p", &format!("llm-{name}")]))?;
    say(format_args!("wrote crates/llm-{name}\n{}", fill(NEXT, name)));
    Ok(())
}

fn check(name: &str) -> Result<()> {
    if let Some(rest) = name.strip_prefix("llm-") {
        bail!("the crate is called llm-<name> anyway: `cargo xtask new-provider {rest}`");
    }
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let begins = name.starts_with(|letter: char| letter.is_ascii_lowercase());
    let hyphens = !name.ends_with('-') && !name.contains("--");
    if !begins || !hyphens || !name.chars().all(fits) || name.len() > LONGEST {
        bail!(
            "`{name}` is no name: a letter, then small letters, digits and single hyphens, {LONGEST} at most"
        );
    }
    if TAKEN.contains(&name) {
        bail!("`llm-{name}` is a crate of this workspace already");
    }
    Ok(())
}

/// Writes the skeleton into a folder that does not exist yet.
fn write(folder: &Path, name: &str) -> Result<()> {
    if folder.exists() {
        bail!("{} exists already; nothing was written", folder.display());
    }
    for (path, template) in FILES {
        let file = folder.join(path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
        }
        fs::write(&file, fill(template, name)).with_context(|| format!("writing {}", file.display()))?;
    }
    Ok(())
}

fn fill(template: &str, name: &str) -> String {
    let named = template.replace("{{name}}", name).replace("{{name_}}", &name.replace('-', "_"));
    named.replace("{{Name}}", &type_name(name))
}

/// `in-house` becomes `InHouse`.
fn type_name(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('-').map(word).collect()
}

#[cfg(test)]
mod tests;
