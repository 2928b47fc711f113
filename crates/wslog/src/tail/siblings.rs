//! The files beside a log that were the log once: renamed, copied, compressed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::input::compression::Compression;
use crate::input::identity::FileIdentity;
use crate::input::set::set_of;
use crate::tail::head::{MAX_LEN, text_of};

/// A file that a log was rotated to.
#[derive(Clone, Debug)]
pub(crate) struct Sibling {
    pub(crate) path: PathBuf,
    /// What its text begins with.
    pub(crate) first: Vec<u8>,
    pub(crate) identity: FileIdentity,
    pub(crate) len: u64,
    pub(crate) modified: SystemTime,
}

/// What was found beside a log.
#[derive(Debug, Default)]
pub(crate) struct Siblings {
    /// Those that were written to last at the end.
    pub(crate) found: Vec<Sibling>,
    /// Why there may be more.
    pub(crate) trouble: Option<io::Error>,
}

/// How long ago a file was written to that is not being written any more.
const SETTLED: Duration = Duration::from_secs(2);

impl Sibling {
    /// Whether more of it may come, so that it cannot be said yet what it begins with.
    pub(crate) fn may_grow(&self) -> bool {
        let is_settled = self.modified.elapsed().is_ok_and(|age| age > SETTLED);
        self.first.len() < MAX_LEN && !is_settled
    }
}

/// All siblings of a log, and of the file it leads to if it is a link.
pub(crate) fn siblings(log: &Path, target: Option<&Path>) -> Siblings {
    let mut siblings = Siblings::default();
    for log in target.into_iter().chain([log]) {
        if let Err(error) = find(log, &mut siblings) {
            siblings.note("the folder", &error);
        }
    }
    let key = |sibling: &Sibling| (sibling.modified, sibling.path.clone());
    siblings.found.sort_by_cached_key(key);
    siblings
}

fn find(log: &Path, siblings: &mut Siblings) -> io::Result<()> {
    let folder = log.parent().filter(|folder| !folder.as_os_str().is_empty());
    let set = set_of(&name_of(log));
    for entry in fs::read_dir(folder.unwrap_or(Path::new(".")))? {
        let path = entry?.path();
        let name = name_of(&path);
        if name == name_of(log) || set_of(&name) != set {
            continue;
        }
        match Sibling::of(&path) {
            // nginx compressed it, and so did whoever rotated it.
            Ok(Some(sibling)) if Compression::of(&sibling.first).is_some() => {
                let twice = io::Error::new(io::ErrorKind::InvalidData, "is compressed twice");
                siblings.note(&name, &twice);
            }
            Ok(sibling) => siblings.found.extend(sibling),
            Err(error) => siblings.note(&name, &error),
        }
    }
    Ok(())
}

impl Siblings {
    fn note(&mut self, what: &str, error: &io::Error) {
        // What was there a moment ago has another name now, or none.
        let is_worse = self.trouble.as_ref().is_none_or(is_lasting);
        if error.kind() != io::ErrorKind::NotFound && is_worse {
            let text = format!("{what} cannot be looked at for rotated lines: {error}");
            self.trouble = Some(io::Error::new(error.kind(), text));
        }
    }
}

impl Sibling {
    fn of(path: &Path) -> io::Result<Option<Sibling>> {
        if !fs::metadata(path)?.is_file() {
            return Ok(None);
        }
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let identity = FileIdentity::of_file(&file, path)?;
        let first = match text_of(Box::new(file)) {
            Ok((first, _)) => first,
            // A damaged one has nothing to be known by.
            Err(error) if error.raw_os_error().is_none() => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(Some(Sibling {
            path: path.to_owned(),
            first,
            identity,
            len: metadata.len(),
            modified: metadata.modified()?,
        }))
    }
}

/// Whether it would be the same the next time: such a file is done without.
pub(crate) fn is_lasting(trouble: &io::Error) -> bool {
    matches!(trouble.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidData)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
