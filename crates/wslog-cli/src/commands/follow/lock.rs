//! A place that one follower alone writes to.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use wslog::FileIdentity;

/// Held as long as this is there, by a file beside the place: the place's own file is another one each
/// time it is replaced.
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Locks a place, unless another process has.
    pub(super) fn on(place: &Path) -> Result<Lock> {
        let mut name = place.file_name().unwrap_or_default().to_owned();
        name.push(".wslog-lock");
        let path = place.with_file_name(name);
        if path.symlink_metadata().is_ok_and(|metadata| !metadata.is_file()) {
            bail!("{}: is no file, and is to be locked", path.display());
        }
        loop {
            let file = open(&path).with_context(|| format!("{}", path.display()))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => bail!("another wslog writes it"),
                // Some network filesystems know no locks.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
            // Whoever had it may have removed the file between the two.
            if FileIdentity::of(&path) == FileIdentity::of_file(&file, &path).ok() {
                return Ok(Lock { path, _file: file });
            }
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    File::options().write(true).create(true).truncate(false).open(path)
}

impl Drop for Lock {
    fn drop(&mut self) {
        // It is empty; one that stays does no harm.
        let _ = fs::remove_file(&self.path);
    }
}
