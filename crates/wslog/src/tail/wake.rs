//! Waiting until something may have changed.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::time::{Duration, Instant};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::input::identity::FileIdentity;
use crate::tail::interest::Interest;
use crate::tail::pattern::Pattern;

/// Waits for changes in folders. Where the system does not tell of them, it looks often instead.
pub(crate) struct Wake {
    watcher: Option<RecommendedWatcher>,
    interest: Interest,
    changes: Receiver<()>,
    sender: SyncSender<()>,
    /// With what they are: another folder of the same name is not watched yet.
    watched: HashMap<PathBuf, FileIdentity>,
    /// Folders that the system tells nothing of; they may not be there yet.
    unwatched: HashSet<PathBuf>,
    /// When these were looked at last.
    checked: Instant,
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
        let (watched, unwatched) = (HashMap::new(), HashSet::new());
        let checked = Instant::now();
        Wake { watcher, interest, changes, sender, watched, unwatched, checked }
    }

    /// Waits for changes of this file, from now on.
    pub(crate) fn watch(&mut self, file: &Path) {
        self.interest.add(file);
        self.look_at_folder_of(file);
    }

    /// Waits for new files that a pattern means, from now on.
    pub(crate) fn watch_for_new(&mut self, pattern: &Pattern) {
        self.interest.add_new(pattern);
        self.look_at_folder_of(&pattern.folder());
    }

    /// Has the folders watched that could not be, and those that are others now.
    pub(crate) fn try_again(&mut self) {
        if self.checked.elapsed() < OFTEN {
            return;
        }
        self.checked = Instant::now();
        let is_other = |(folder, identity): (&PathBuf, &FileIdentity)| {
            (FileIdentity::of(folder).as_ref() != Some(identity)).then(|| folder.clone())
        };
        let others: Vec<_> = self.watched.iter().filter_map(is_other).collect();
        for folder in others {
            self.watched.remove(&folder);
            if let Some(watcher) = &mut self.watcher {
                // Whoever removed the folder has removed this as well.
                let _ = watcher.unwatch(&folder);
            }
            self.unwatched.insert(folder);
        }
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
        if self.watched.contains_key(folder) {
            return;
        }
        let Some(watcher) = &mut self.watcher else { return };
        // Asked first: if it is another one when it is watched, that is seen later.
        let identity = FileIdentity::of(folder);
        match (watcher.watch(folder, RecursiveMode::NonRecursive), identity) {
            (Ok(()), Some(identity)) => {
                self.interest.add_folder(folder);
                self.unwatched.remove(folder);
                self.watched.insert(folder.to_owned(), identity);
            }
            _ => drop(self.unwatched.insert(folder.to_owned())),
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
