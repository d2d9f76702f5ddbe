//! Ctrl-C and `kill`, so that the servers are ended first.

use std::process::Command;

use anyhow::{Context as _, Result, bail};
use tokio::{
    runtime::{Builder, Runtime},
    signal::unix::{Signal, SignalKind, signal},
};

use crate::shell::{say, shown};

/// While this lives, neither signal ends the program at once.
#[derive(Debug)]
pub(crate) struct Interrupts {
    runtime: Runtime,
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupts {
    pub(crate) fn listen() -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build().context("making a runtime")?;
        let (interrupt, terminate) = {
            let _entered = runtime.enter();
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
        };
        Ok(Self { runtime, interrupt, terminate })
    }

    /// Waits for either signal.
    pub(crate) fn wait(mut self) {
        self.runtime.block_on(either(&mut self.interrupt, &mut self.terminate));
    }

    /// Runs a command to its end, or kills it when either signal comes.
    pub(crate) fn run(mut self, command: Command) -> Result<()> {
        let shown = shown(&command);
        say(format_args!("$ {shown}"));
        self.runtime.block_on(async {
            let mut child = tokio::process::Command::from(command)
                .spawn()
                .with_context(|| format!("cannot run `{shown}`"))?;
            tokio::select! {
                status = child.wait() => match status? {
                    status if status.success() => Ok(()),
                    status => bail!("`{shown}` failed: {status}"),
                },
                () = either(&mut self.interrupt, &mut self.terminate) => {
                    child.kill().await?;
                    bail!("interrupted")
                }
            }
        })
    }
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
