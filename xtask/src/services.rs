//! `cargo xtask services`: PostgreSQL, Redis and NATS on free loopback ports, from the installed programs.

use std::{ffi::OsString, process::Command};

use anyhow::{Context as _, Result, bail};

use crate::{
    environment,
    shell::{print, say},
};

mod interrupt;
mod kind;
mod owner;
mod program;
mod server;

use interrupt::Interrupts;
use kind::Kind;
use server::Server;

/// Options of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// A command to run with the servers' addresses in its environment. Without it they run until Ctrl-C.
    #[arg(last = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Starts the servers and prints their addresses; they end with the command, or with Ctrl-C.
pub(crate) fn run(options: &Options) -> Result<()> {
    let interrupts = Interrupts::listen()?;
    let services = Services::start(&Kind::ALL)?;
    let [program, arguments @ ..] = options.command.as_slice() else {
        for (name, address) in services.addresses() {
            print(format_args!("export {name}={address}"));
        }
        say("the servers run until Ctrl-C");
        interrupts.wait();
        return Ok(());
    };
    let mut command = Command::new(program);
    command.args(arguments).envs(services.addresses());
    interrupts.run(command)
}

/// Runs a command with the servers that the environment does not name already.
pub(crate) fn run_with(mut command: Command) -> Result<()> {
    let interrupts = Interrupts::listen()?;
    let missing = Kind::ALL.into_iter().filter(|kind| environment::set(kind.variable()).is_none());
    let services = Services::start(&missing.collect::<Vec<_>>())?;
    command.envs(services.addresses());
    interrupts.run(command)
}

/// The servers that were started. Dropping it ends them.
#[derive(Debug)]
struct Services {
    servers: Vec<Server>,
}

impl Services {
    /// Starts those of them that are installed. In CI all of them must be.
    fn start(kinds: &[Kind]) -> Result<Self> {
        let mut servers = Vec::new();
        for kind in kinds {
            let Some(programs) = program::find_all(kind.programs()) else {
                let (name, package) = (kind.name(), kind.package());
                if environment::is_ci() {
                    bail!("{name} is not installed: `apt-get install {package}`");
                }
                say(format_args!("{name} is not installed (Debian: {package}); its tests skip themselves"));
                continue;
            };
            let server =
                Server::start(*kind, &programs).with_context(|| format!("starting {}", kind.name()))?;
            say(format_args!("{} on {}", kind.name(), server.address()));
            servers.push(server);
        }
        Ok(Self { servers })
    }

    /// The variables that tell tests where the servers are.
    fn addresses(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.servers.iter().map(|server| (server.kind().variable(), server.address()))
    }
}

#[cfg(test)]
mod tests;
