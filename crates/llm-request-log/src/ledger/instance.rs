//! Which processes use the file, and which of them are alive.

use std::{
    fs::{self, File, TryLockError},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use uuid::Uuid;

/// This process's use of the file: an operating system's lock on a file of its own, which ends with the process however
/// that ends.
#[derive(Debug)]
pub(crate) struct Instance {
    id: Uuid,
    /// Where the lock is, and the lock; `None` for a database in memory.
    lock: Option<(PathBuf, File)>,
}

impl Instance {
    /// Says that this process uses the file.
    pub(crate) fn begin(folder: Option<&Path>) -> io::Result<Self> {
        let id = Uuid::now_v7();
        let Some(folder) = folder else { return Ok(Self { id, lock: None }) };
        fs::create_dir_all(folder)?;
        // Locked before it has its name, so that nobody finds it without its lock.
        let (draft, path) = (folder.join(format!("{id}.new")), path(folder, id));
        let file = File::create(&draft)?;
        file.lock()?;
        fs::rename(&draft, &path)?;
        Ok(Self { id, lock: Some((path, file)) })
    }

    pub(crate) fn id(&self) -> Uuid {
        self.id
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Some((path, _lock)) = &self.lock {
            // A file that stays is found without its lock by the next start, and is then only in the way.
            let _ = fs::remove_file(path);
        }
    }
}

/// A process that is dead, whose traces nobody else can be clearing at the same time.
#[derive(Debug)]
pub(crate) struct Dead(Option<(PathBuf, File)>);

impl Dead {
    /// Makes sure that a process is dead; `None` when it lives, or when another process is clearing up behind it.
    pub(crate) fn find(folder: Option<&Path>, id: Uuid) -> io::Result<Option<Self>> {
        let Some(folder) = folder else { return Ok(None) };
        let path = path(folder, id);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Some(Self(None))),
            Err(error) => return Err(error),
        };
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(Some((path, file))))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The processes that left their locks behind and are dead, whatever they were.
    pub(crate) fn all(folder: &Path) -> io::Result<Vec<Self>> {
        let mut dead = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let id = path.file_stem().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
            if let (Some(id), Some("lock")) = (id, path.extension().and_then(|kind| kind.to_str())) {
                dead.extend(Self::find(Some(folder), id)?);
            }
        }
        Ok(dead)
    }

    /// Removes its file, once its rows are put right.
    pub(crate) fn bury(self) {
        if let Some((path, _lock)) = self.0 {
            // As above: a file that stays does no harm.
            let _ = fs::remove_file(path);
        }
    }
}

fn path(folder: &Path, id: Uuid) -> PathBuf {
    folder.join(format!("{id}.lock"))
}
