//! Whether two names mean one file.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// What makes a file this one, however it is named: its device and number where the system tells,
/// else its canonical path.
///
/// Found without opening anything, so that asking about a pipe takes nothing out of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileIdentity {
    number: Option<(u64, u64)>,
    path: Option<PathBuf>,
}

impl FileIdentity {
    /// The identity of an existing file.
    pub fn of(path: &Path) -> Option<FileIdentity> {
        let number = number(&fs::metadata(path).ok()?);
        let path = if number.is_some() { None } else { Some(fs::canonicalize(path).ok()?) };
        Some(FileIdentity { number, path })
    }

    /// The identity of an open file, which was found under this path.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn of_file(file: &File, path: &Path) -> io::Result<FileIdentity> {
        let number = number(&file.metadata()?);
        let path = if number.is_some() { None } else { Some(fs::canonicalize(path)?) };
        Ok(FileIdentity { number, path })
    }

    #[cfg(feature = "follow")]
    /// The device and the number of the file, where the system tells them.
    pub(crate) fn number(&self) -> Option<(u64, u64)> {
        self.number
    }

    #[cfg(feature = "follow")]
    /// Whether this is the same file for certain: where the system tells no numbers, a file is not
    /// known any more when its path is another one's.
    pub(crate) fn is_same(&self, other: &FileIdentity) -> bool {
        self.number.is_some() && self.number == other.number
    }

    /// The identity of whatever standard input is.
    pub fn of_stdin() -> Option<FileIdentity> {
        FileIdentity::of(Path::new("/dev/stdin"))
    }
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;

    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> Option<(u64, u64)> {
    None
}
