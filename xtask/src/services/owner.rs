//! As whom a server runs: PostgreSQL refuses to run as root.

use std::{
    fs,
    os::unix::{fs::MetadataExt as _, process::CommandExt as _},
    path::Path,
    process::Command,
};

use anyhow::{Context as _, Result};

/// The user and group of a server, when they are not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    user: u32,
    group: u32,
}

impl Owner {
    /// As whom root runs PostgreSQL: `postgres` where its package made that user, else `nobody`. `None` when we are not
    /// root, which a folder that we just made tells.
    pub(crate) fn for_postgres(folder: &Path) -> Result<Option<Self>> {
        if fs::metadata(folder)?.uid() != 0 {
            return Ok(None);
        }
        let users = fs::read_to_string("/etc/passwd").context("reading /etc/passwd")?;
        let owner = ["postgres", "nobody"].into_iter().find_map(|name| Self::named(&users, name));
        owner
            .map(Some)
            .context("PostgreSQL refuses to run as root, and there is neither `postgres` nor `nobody`")
    }

    /// The user of this name in the text of a `passwd` file.
    fn named(users: &str, name: &str) -> Option<Self> {
        let mut lines = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
        let fields = lines.find(|fields| fields.first() == Some(&name))?;
        Some(Self { user: fields.get(2)?.parse().ok()?, group: fields.get(3)?.parse().ok()? })
    }

    /// Makes the folder theirs.
    pub(crate) fn take(self, folder: &Path) -> Result<()> {
        std::os::unix::fs::chown(folder, Some(self.user), Some(self.group)).context("giving the folder away")
    }

    /// Lets the command run as them.
    pub(crate) fn run(self, command: &mut Command) {
        command.uid(self.user).gid(self.group);
    }
}

#[cfg(test)]
mod tests;
