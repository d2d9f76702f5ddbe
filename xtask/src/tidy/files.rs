//! The files that the rules look at.

use std::{fs, path::Path, process::Command};

use anyhow::Result;

use crate::shell;

/// A file of the repository.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// From the root, with `/`.
    pub(crate) path: String,
    /// Empty for a file that is not text.
    pub(crate) text: String,
}

impl File {
    /// The name behind the last `/`.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The lines, with their numbers from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    #[cfg(test)]
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }
}

/// All files that git knows or would add, so that what is ignored (`target`, databases) is not looked at.
pub(crate) fn load(root: &Path) -> Result<Vec<File>> {
    let mut git = Command::new("git");
    // CI may run as another user than the one that owns the checkout, which git would refuse.
    git.current_dir(root).args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]);
    let listed = shell::output(git.arg("--exclude-standard"))?;
    let mut paths: Vec<&str> = listed.split('\0').filter(|path| root.join(path).is_file()).collect();
    paths.sort_unstable();
    paths.dedup();
    let read = |path: &str| -> Result<File> {
        let text = String::from_utf8(fs::read(root.join(path))?).unwrap_or_default();
        Ok(File { path: path.to_owned(), text })
    };
    paths.into_iter().map(read).collect()
}

/// The Rust files whose text the rules read. Those of the rules themselves spell out what they look for.
pub(crate) fn rust(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| file.path.ends_with(".rs") && !file.path.starts_with("xtask/src/tidy/"))
}
