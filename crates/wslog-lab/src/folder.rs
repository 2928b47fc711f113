//! The folder a lab lives in: one that goes with it, or one that stays.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::Error;

/// A folder, removed when it is dropped if it is a temporary one.
#[derive(Debug)]
pub(crate) enum Folder {
    Temporary(TempDir),
    Staying(PathBuf),
}

impl Folder {
    pub(crate) fn temporary() -> Result<Folder, Error> {
        let folder = tempfile::Builder::new().prefix("wslog-lab-").tempdir();
        folder.map(Folder::Temporary).map_err(Error::io("make a temporary folder"))
    }

    /// This folder, made if it is not there. nginx wants its path from the root.
    pub(crate) fn staying(path: &Path) -> Result<Folder, Error> {
        fs::create_dir_all(path)
            .and_then(|()| path.canonicalize())
            .map(Folder::Staying)
            .map_err(Error::io(format!("make the folder {}", path.display())))
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Folder::Temporary(folder) => folder.path(),
            Folder::Staying(path) => path,
        }
    }
}
