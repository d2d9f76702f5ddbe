//! One server as a process of ours.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use super::{kind::Kind, owner::Owner};

/// How long a server may take until it answers. The slowest takes a second on an idle machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long one question to it may take.
const QUESTION: Duration = Duration::from_secs(2);
/// How long we wait between two questions.
const PAUSE: Duration = Duration::from_millis(50);

/// A server that runs. Dropping it kills it and removes its folder.
#[derive(Debug)]
pub(crate) struct Server {
    kind: Kind,
    port: u16,
    child: Child,
    /// Everything that it keeps. It is removed after the process has ended.
    folder: TempDir,
}

impl Server {
    /// Starts a server in a folder of its own and waits until it answers. `programs` are those of
    /// [`Kind::programs`].
    pub(crate) fn start(kind: Kind, programs: &[PathBuf]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("llm-services-").tempdir().context("making a folder")?;
        let owner = match kind {
            Kind::Postgres => Owner::for_postgres(folder.path())?,
            Kind::Redis | Kind::Nats => None,
        };
        if let Some(owner) = owner {
            owner.take(folder.path())?;
        }
        if let [_, initdb] = programs {
            create_database(initdb, folder.path(), owner)?;
        }
        let program = programs.first().context("a server needs a program")?;
        let port = free_port()?;
        let mut command = command(program, folder.path(), owner)?;
        kind.configure(&mut command, folder.path(), port);
        let child = command.spawn().with_context(|| format!("cannot run {}", program.display()))?;
        let mut server = Self { kind, port, child, folder };
        server.wait_until_ready()?;
        Ok(server)
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// What tests are given.
    pub(crate) fn address(&self) -> String {
        self.kind.url(self.port)
    }

    pub(super) fn socket(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    #[cfg(test)]
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    #[expect(clippy::disallowed_methods, reason = "there is no runtime here that a sleep could block")]
    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !self.answers().unwrap_or(false) {
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended at once ({status}):\n{}", log(self.folder.path()));
            }
            if Instant::now() >= deadline {
                bail!("it does not answer after {PATIENCE:?}:\n{}", log(self.folder.path()));
            }
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }

    fn answers(&self) -> io::Result<bool> {
        let (question, answer) = self.kind.greeting();
        let mut stream = TcpStream::connect_timeout(&self.socket(), QUESTION)?;
        stream.set_read_timeout(Some(QUESTION))?;
        stream.write_all(&question)?;
        let mut heard = vec![0; answer.len()];
        stream.read_exact(&mut heard)?;
        Ok(heard == answer)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing that it holds is wanted, and PostgreSQL's own processes end when the first is gone. An error means that
        // it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn create_database(initdb: &Path, folder: &Path, owner: Option<Owner>) -> Result<()> {
    let mut command = command(initdb, folder, owner)?;
    command.arg("-D").arg(folder.join("data"));
    command.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
    let status = command.status().with_context(|| format!("cannot run {}", initdb.display()))?;
    if !status.success() {
        bail!("initdb failed: {status}\n{}", log(folder));
    }
    Ok(())
}

/// A command in the folder, as its owner, that writes what it has to say to `log` there.
fn command(program: &Path, folder: &Path, owner: Option<Owner>) -> Result<Command> {
    let log = File::options().create(true).append(true).open(folder.join("log"))?;
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    if let Some(owner) = owner {
        owner.run(&mut command);
    }
    Ok(command)
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}

/// A port that nobody listens on. Should another program take it first, the server says so and ends.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port")?;
    Ok(listener.local_addr()?.port())
}
