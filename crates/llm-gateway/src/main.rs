#![doc = include_str!("../README.md")]

mod cli;
mod commands;
mod failure;
mod http;
mod output;

use std::process::ExitCode;

use clap::Parser as _;

use crate::{
    cli::{Cli, Command, Serve},
    failure::Failure,
    output::Output,
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut output = Output::new(cli.global.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output.fail(&Failure::call(format!("no runtime could be started: {error}"))),
    };
    let outcome = runtime.block_on(run(cli, &mut output));
    // What still runs in the background has been waited for where that matters; nothing else holds up the exit.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => output.fail(&failure),
    }
}

async fn run(cli: Cli, output: &mut Output) -> Result<(), Failure> {
    let Cli { global, command } = cli;
    match command.unwrap_or_else(|| Command::Serve(Serve::unnamed())) {
        Command::Serve(options) => commands::serve::run(&global, &options, output).await,
        Command::Chat(chat) => commands::chat::run(&global, chat, output).await,
        Command::Models(models) => commands::models::run(&global, &models, output).await,
        Command::CheckConfig => commands::check_config::run(&global, output),
        Command::Usage(usage) => commands::usage::run(&global, &usage, output).await,
        Command::Requests(requests) => commands::requests::run(&global, &requests, output).await,
        Command::Reconcile(reconcile) => commands::reconcile::run(&global, &reconcile, output).await,
        Command::Migrate => commands::migrate::run(&global, output).await,
        Command::Completions { shell } => commands::completions::run(shell, output),
    }
}
