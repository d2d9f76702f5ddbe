//! `cargo xtask lint`: formatting, clippy, rustdoc; cargo-deny and cargo-machete where they are installed.

use anyhow::Result;

use crate::{
    examples,
    shell::{self, cargo, find, say},
};

/// Runs the linters, the quick ones first.
pub(crate) fn run() -> Result<()> {
    let examples = examples::manifests()?;
    shell::run(&mut cargo(["fmt", "--all", "--check"]))?;
    for manifest in &examples {
        shell::run(cargo(["fmt", "--check", "--manifest-path"]).arg(manifest))?;
    }
    let everything = ["clippy", "--locked", "--workspace", "--all-targets", "--all-features"];
    shell::run(cargo(everything).args(["--", "-D", "warnings"]))?;
    for manifest in &examples {
        let mut clippy = examples::cargo("clippy", manifest)?;
        shell::run(clippy.args(["--all-targets", "--", "-D", "warnings"]))?;
    }
    let documentation = ["doc", "--locked", "--workspace", "--all-features", "--no-deps"];
    shell::run(cargo(documentation).env("RUSTDOCFLAGS", "-D warnings"))?;
    // Neither comes with Rust. Advisories need a database that is fetched, so they are not asked for here.
    let deny =
        ["deny", "--all-features", "check", "--config", ".github/deny.toml", "bans", "licenses", "sources"];
    optional("cargo-deny", &deny)?;
    optional("cargo-machete", &["machete"])
}

fn optional(program: &str, arguments: &[&str]) -> Result<()> {
    if find(program).is_none() {
        say(format_args!("skipped: {program} is not installed (`cargo install --locked {program}`)"));
        return Ok(());
    }
    shell::run(&mut cargo(arguments))
}
