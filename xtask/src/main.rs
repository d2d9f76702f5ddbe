//! Automation: what CI runs, the house rules, generated pages, local services.
//!
//! Each command is a file. `cargo xtask --help` lists them.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

mod bench;
mod check_each;
mod ci;
mod codegen;
mod environment;
mod examples;
mod lint;
mod new_provider;
mod replay;
mod services;
mod shell;
mod test;
mod tidy;
mod workspace;

/// Automation of this workspace. Whatever CI runs can be run here with the same words.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Everything that CI runs, in its order, with the time that each step took.
    Ci,
    /// The house rules: the crate graph, the skeleton of providers, true docs.
    Tidy,
    /// Formatting, clippy, rustdoc; cargo-deny and cargo-machete where they are installed.
    Lint,
    /// All tests, against real servers; then the crates of docs/examples.
    Test(test::Options),
    /// Starts PostgreSQL, Redis and NATS for tests, until Ctrl-C or while a command runs.
    Services(services::Options),
    /// Builds every crate alone: without features, with the default ones, with each feature by itself.
    CheckEach,
    /// Writes the pages that come out of the program's own tables.
    Codegen(codegen::Options),
    /// Writes the skeleton of a provider.
    NewProvider(new_provider::Options),
    /// Runs the decoders over a folder of recorded exchanges.
    Replay(replay::Options),
    /// What a call costs in CPU time, beside a bare HTTP client in the same run.
    Bench,
}

fn main() -> ExitCode {
    match run(&Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            shell::say(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> Result<()> {
    match task {
        Task::Ci => ci::run(),
        Task::Tidy => tidy::run(),
        Task::Lint => lint::run(),
        Task::Test(options) => test::run(options),
        Task::Services(options) => services::run(options),
        Task::CheckEach => check_each::run(),
        Task::Codegen(options) => codegen::run(options),
        Task::NewProvider(options) => new_provider::run(options),
        Task::Replay(options) => replay::run(options),
        Task::Bench => bench::run(),
    }
}
