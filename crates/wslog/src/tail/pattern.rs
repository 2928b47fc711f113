//! Names that are followed as they come: all that match a pattern, or all access logs of a folder.

use std::io;
use std::path::{Path, PathBuf};

use glob::{GlobError, MatchOptions, Pattern as Glob};

use crate::input::directory::{access_logs, is_access_log};
use crate::input::set::set_of;

/// What names are looked for by.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    Folder(PathBuf),
    Glob(String),
}

/// A name that begins with a dot is no log.
const MATCHING: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

impl Pattern {
    /// The pattern that a path is, unless it is a name.
    pub(crate) fn of(path: &Path) -> Option<Pattern> {
        if path.is_dir() {
            return Some(Pattern::Folder(path.to_owned()));
        }
        let text = path.to_str()?;
        // A file of this name is that file.
        let is_glob = !path.exists() && text.contains(['*', '?', '[']) && Glob::new(text).is_ok();
        is_glob.then(|| Pattern::Glob(text.to_owned()))
    }

    /// The names there are now, in their order: not those of rotated files, which belong to others.
    /// Where a folder cannot be looked at, `trouble` is told why.
    pub(crate) fn names(&self, trouble: &mut dyn FnMut(PathBuf, io::Error)) -> Vec<PathBuf> {
        let mut names = match self {
            Pattern::Folder(folder) => access_logs(folder).unwrap_or_else(|error| {
                trouble(folder.clone(), error);
                Vec::new()
            }),
            Pattern::Glob(glob) => matching(glob, trouble),
        };
        names.retain(|name| is_log_itself(name) && !name.is_dir());
        names.sort();
        names
    }

    /// Whether a path would be one of the names.
    pub(crate) fn means(&self, path: &Path) -> bool {
        match self {
            Pattern::Folder(folder) => path.parent() == Some(folder),
            Pattern::Glob(glob) => {
                Glob::new(glob).is_ok_and(|glob| glob.matches_path_with(path, MATCHING))
            }
        }
    }

    /// Whether a file of this name may be one of those meant.
    pub(crate) fn may_mean(&self, name: &str) -> bool {
        match self {
            Pattern::Folder(_) => is_access_log(name),
            Pattern::Glob(glob) => {
                let last = glob.rsplit('/').next().unwrap_or_default();
                Glob::new(last).is_ok_and(|last| last.matches(name))
            }
        }
    }

    /// Where a new name would be, as far as that is one folder.
    pub(crate) fn folder(&self) -> PathBuf {
        match self {
            Pattern::Folder(folder) => folder.join("access.log"),
            Pattern::Glob(glob) => PathBuf::from(glob),
        }
    }
}

fn matching(glob: &str, trouble: &mut dyn FnMut(PathBuf, io::Error)) -> Vec<PathBuf> {
    let Ok(paths) = glob::glob_with(glob, MATCHING) else { return Vec::new() };
    let mut tell = |error: GlobError| trouble(error.path().to_owned(), error.into());
    paths.filter_map(|path| path.map_err(&mut tell).ok()).collect()
}

/// Whether this is what rotation leaves the log's name as.
fn is_log_itself(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    set_of(&name) == name
}
