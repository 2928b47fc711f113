//! Which changes in a folder may mean something to read.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use notify::EventKind;

use crate::input::set::set_of;
use crate::tail::pattern::Pattern;

/// The names that are followed, shared with whoever is told of changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interest(Arc<Mutex<Names>>);

#[derive(Debug, Default)]
struct Names {
    /// Followed by name, rotated files and links' targets included.
    sets: HashSet<String>,
    /// What else there may be.
    patterns: Vec<Pattern>,
    /// Where all that is.
    folders: HashSet<PathBuf>,
}

impl Interest {
    /// This file and those it is rotated to.
    pub(crate) fn add(&self, file: &Path) {
        let set = set_of_file(file);
        self.names().sets.insert(set);
    }

    /// Whatever comes that a pattern means.
    pub(crate) fn add_new(&self, pattern: &Pattern) {
        self.names().patterns.push(pattern.clone());
    }

    /// What becomes of a folder itself.
    pub(crate) fn add_folder(&self, folder: &Path) {
        self.names().folders.extend(folder.canonicalize());
    }

    /// Whether this change may mean something.
    pub(crate) fn is_in(&self, event: &notify::Event) -> bool {
        match event.kind {
            EventKind::Access(_) => return false,
            _ if event.need_rescan() || event.paths.is_empty() => return true,
            _ => {}
        }
        let names = self.names();
        event.paths.iter().any(|path| names.mean(path))
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        // A set is whole, whoever stopped while it was changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Names {
    fn mean(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.sets.contains(&set_of(&name))
            || self.patterns.iter().any(|pattern| pattern.may_mean(&name))
            || self.folders.contains(path)
    }
}

fn set_of_file(path: &Path) -> String {
    set_of(&path.file_name().unwrap_or_default().to_string_lossy())
}
