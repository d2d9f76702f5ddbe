//! `completions`.

use clap::CommandFactory as _;

use crate::{cli::Cli, failure::Failure, output::Output};

pub(crate) fn run(shell: clap_complete::Shell, output: &mut Output) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "llm-gateway", &mut script);
    Ok(output.text(&String::from_utf8_lossy(&script))?)
}
