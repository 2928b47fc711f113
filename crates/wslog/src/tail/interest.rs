//! Which changes in a folder may mean something to read.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use notify::EventKind;
use notify::event::ModifyKind;

use crate::input::set::set_of;

/// The names that are followed, shared with whoever is told of changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interest(Arc<Mutex<Names>>);

#[derive(Debug, Default)]
struct Names {
    /// Followed by name, rotated files and links' targets included.
    sets: HashSet<String>,
    /// Where any new name may be one more.
    is_any_new: bool,
}

impl Interest {
    /// This file and those it is rotated to.
    pub(crate) fn add(&self, file: &Path) {
        let set = set_of_file(file);
        self.names().sets.insert(set);
    }

    /// Whatever comes new.
    pub(crate) fn add_new(&self) {
        self.names().is_any_new = true;
    }

    /// Whether this change may mean something.
    pub(crate) fn is_in(&self, event: &notify::Event) -> bool {
        match event.kind {
            EventKind::Access(_) => return false,
            _ if event.need_rescan() || event.paths.is_empty() => return true,
            _ => {}
        }
        let is_content = matches!(event.kind, EventKind::Modify(ModifyKind::Data(_)));
        let names = self.names();
        names.is_any_new && !is_content
            || event.paths.iter().any(|path: &PathBuf| names.sets.contains(&set_of_file(path)))
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        // A set is whole, whoever stopped while it was changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn set_of_file(path: &Path) -> String {
    set_of(&path.file_name().unwrap_or_default().to_string_lossy())
}
