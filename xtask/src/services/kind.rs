//! What differs between the servers.

use std::{path::Path, process::Command};

/// A server that tests talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Postgres,
    Redis,
    Nats,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Postgres, Self::Redis, Self::Nats];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Redis => "Redis",
            Self::Nats => "NATS",
        }
    }

    /// The variable that tells tests where it is.
    pub(crate) fn variable(self) -> &'static str {
        match self {
            Self::Postgres => "LLM_TEST_POSTGRES_URL",
            Self::Redis => "LLM_TEST_REDIS_URL",
            Self::Nats => "LLM_TEST_NATS_URL",
        }
    }

    /// Debian's package.
    pub(crate) fn package(self) -> &'static str {
        match self {
            Self::Postgres => "postgresql",
            Self::Redis => "redis-server",
            Self::Nats => "nats-server",
        }
    }

    /// The programs that it needs, the server first.
    pub(crate) fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Postgres => &["postgres", "initdb"],
            Self::Redis => &["redis-server"],
            Self::Nats => &["nats-server"],
        }
    }

    /// What tests are given as its address.
    pub(crate) fn url(self, port: u16) -> String {
        match self {
            Self::Postgres => format!("postgres://postgres@127.0.0.1:{port}/postgres"),
            Self::Redis => format!("redis://127.0.0.1:{port}"),
            Self::Nats => format!("nats://127.0.0.1:{port}"),
        }
    }

    /// Adds the arguments of a server that keeps all it has in `folder`. Nothing survives it, so nothing is synced.
    pub(crate) fn configure(self, command: &mut Command, folder: &Path, port: u16) {
        let port = port.to_string();
        match self {
            Self::Postgres => {
                command.arg("-D").arg(folder.join("data")).arg("-k").arg(folder);
                command.args(["-h", "127.0.0.1", "-p", &port, "-c", "max_connections=200"]);
                command.args([
                    "-c",
                    "fsync=off",
                    "-c",
                    "synchronous_commit=off",
                    "-c",
                    "full_page_writes=off",
                ]);
            }
            Self::Redis => {
                command.args(["--bind", "127.0.0.1", "--port", &port, "--save", "", "--appendonly", "no"]);
                command.arg("--dir").arg(folder);
            }
            Self::Nats => {
                command.args(["-a", "127.0.0.1", "-p", &port, "-js", "-sd"]).arg(folder);
            }
        }
    }

    /// What is said to a server to see whether it is ready, and how its answer begins.
    pub(crate) fn greeting(self) -> (Vec<u8>, &'static [u8]) {
        match self {
            // A server that is still starting accepts the connection and answers with an error (`E`).
            Self::Postgres => (postgres_startup(), b"R"),
            Self::Redis => (b"PING\r\n".to_vec(), b"+PONG"),
            Self::Nats => (Vec::new(), b"INFO "),
        }
    }
}

/// The first message of PostgreSQL's protocol 3.0: its length, the version, and who is there.
fn postgres_startup() -> Vec<u8> {
    let body = b"\x00\x03\x00\x00user\0postgres\0\0";
    let length = u32::try_from(body.len() + 4).unwrap_or_default();
    [length.to_be_bytes().as_slice(), body].concat()
}
