//! Waiting until something may have changed.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::tail::interest::Interest;

/// Waits for changes in folders. Where the system does not tell of them, it looks often instead.
pub(crate) struct Wake {
    watcher: Option<RecommendedWatcher>,
    interest: Interest,
    changes: Receiver<()>,
    sender: SyncSender<()>,
    watched: HashSet<PathBuf>,
    /// Folders that the system tells nothing of; they may not be there yet.
    unwatched: HashSet<PathBuf>,
}

/// How often to look where the system tells of changes: it may miss some, as on network filesystems.
const SELDOM: Duration = Duration::from_secs(1);
/// How often to look where it does not.
const OFTEN: Duration = Duration::from_millis(50);

impl Wake {
    pub(crate) fn new() -> Wake {
        // One message is as good as many.
        let (sender, changes) = mpsc::sync_channel(1);
        let interest = Interest::default();
        let watcher = watcher(sender.clone(), interest.clone());
        let (watched, unwatched) = (HashSet::new(), HashSet::new());
        Wake { watcher, interest, changes, sender, watched, unwatched }
    }

    /// Waits for changes of this file, from now on.
    pub(crate) fn watch(&mut self, file: &Path) {
        self.interest.add(file);
        self.look_at_folder_of(file);
    }

    /// Waits for new files beside this one, from now on.
    pub(crate) fn watch_for_new(&mut self, file: &Path) {
        self.interest.add_new();
        self.look_at_folder_of(file);
    }

    /// Has the folders watched that could not be: they may be there now.
    pub(crate) fn try_again(&mut self) {
        for folder in std::mem::take(&mut self.unwatched) {
            self.look_at(&folder);
        }
    }

    fn look_at_folder_of(&mut self, file: &Path) {
        match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => self.look_at(folder),
            _ => self.look_at(Path::new(".")),
        }
    }

    fn look_at(&mut self, folder: &Path) {
        if self.watched.contains(folder) {
            return;
        }
        let Some(watcher) = &mut self.watcher else { return };
        match watcher.watch(folder, RecursiveMode::NonRecursive) {
            Ok(()) => {
                self.unwatched.remove(folder);
                self.watched.insert(folder.to_owned());
            }
            Err(_) => drop(self.unwatched.insert(folder.to_owned())),
        }
    }

    /// Ends the waiting, from any thread.
    pub(crate) fn waker(&self) -> Waker {
        Waker(self.sender.clone())
    }

    /// Waits until something may have changed, or this time has passed.
    pub(crate) fn wait(&mut self, most: Duration) {
        let is_blind = self.watcher.is_none() || !self.unwatched.is_empty();
        // Whatever is said, there is nothing else to do than to look.
        let _ = self.changes.recv_timeout(most.min(if is_blind { OFTEN } else { SELDOM }));
    }
}

/// Wakes a [`Tail`](crate::Tail) that waits.
#[derive(Clone, Debug)]
pub struct Waker(SyncSender<()>);

impl Waker {
    /// Whoever waits, or waits next, goes on at once.
    pub fn wake(&self) {
        // One message is enough, and nobody to wake is none to wait.
        let _ = self.0.try_send(());
    }
}

fn watcher(changed: SyncSender<()>, interest: Interest) -> Option<RecommendedWatcher> {
    notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| !interest.is_in(&event)) {
            return;
        }
        // One that waits already will do.
        let _ = changed.try_send(());
    })
    .ok()
}
