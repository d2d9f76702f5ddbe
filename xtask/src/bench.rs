//! `cargo xtask bench`: what a call costs in CPU time, beside a bare HTTP client in the same run.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};

use crate::{
    shell::{self, cargo},
    workspace,
};

/// The upstream's answers: as many words as chunks, so that a whole one has about a kilobyte.
const ANSWERS: [&str; 4] = ["--words", "200", "--chunks", "200"];

/// Builds both programs, and measures the one against the other.
pub(crate) fn run() -> Result<()> {
    shell::run(&mut cargo(["build", "--locked", "--release", "-p", "llm-testkit", "--bin", "llm-upstream"]))?;
    let example = ["--locked", "--release", "-p", "llm-services", "--example", "bench"];
    shell::run(cargo(["build"]).args(example))?;
    let upstream = Upstream::start()?;
    shell::run(cargo(["run", "--quiet"]).args(example).args(["--", &upstream.address]))
}

/// The upstream, in a process of its own so that its work is not counted. It ends with this.
struct Upstream {
    child: Child,
    address: String,
}

impl Upstream {
    fn start() -> Result<Self> {
        let program = workspace::target()?.join("release/llm-upstream");
        let mut child = Command::new(&program)
            .args(ANSWERS)
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", program.display()))?;
        let mut address = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output)
                .read_line(&mut address)
                .context("the upstream does not say where it is")?;
        }
        Ok(Self { child, address: address.trim().to_owned() })
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
