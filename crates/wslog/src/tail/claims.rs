//! Which files are read: each by one name alone, however many lead to it.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::input::identity::FileIdentity;
use crate::tail::head::Head;
use crate::tail::open_log::{OpenLog, Place};

/// All files of all names. Where the system gives files no numbers, nobody knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Claims(Arc<Mutex<Files>>);

/// A file's device and number.
pub(crate) type Number = (u64, u64);

/// A file that was read and is not open any more: what it began with, and how far it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Past {
    pub(crate) number: Number,
    pub(crate) head: Head,
    pub(crate) place: Place,
}

#[derive(Debug, Default)]
struct Files {
    /// By which name they are read.
    open: HashMap<Number, PathBuf>,
    past: HashMap<Number, Past>,
    /// The oldest in front.
    in_order: VecDeque<Number>,
}

/// Most files that are remembered when they are not read any more.
pub(crate) const MOST_PAST: usize = 4096;

/// Nobody else reads the file as long as this is there.
#[derive(Debug)]
pub(crate) struct Claim {
    claims: Claims,
    number: Option<Number>,
}

impl Claims {
    /// Claims a file for a name; another name's, if that reads it.
    pub(crate) fn take(&self, file: &FileIdentity, name: &Path) -> Result<Claim, PathBuf> {
        let number = file.number();
        if let Some(number) = number {
            let mut files = self.files();
            if let Some(other) = files.open.get(&number) {
                return Err(other.clone());
            }
            files.open.insert(number, name.to_owned());
        }
        Ok(Claim { claims: self.clone(), number })
    }

    /// Whether a name reads it.
    pub(crate) fn is_taken(&self, number: Option<Number>) -> bool {
        number.is_some_and(|number| self.files().open.contains_key(&number))
    }

    /// A file that is not read any more was read up to there.
    pub(crate) fn remember(&self, past: Past) {
        let mut files = self.files();
        if files.past.insert(past.number, past).is_some() {
            return;
        }
        files.in_order.push_back(past.number);
        if files.in_order.len() > MOST_PAST
            && let Some(oldest) = files.in_order.pop_front()
        {
            files.past.remove(&oldest);
        }
    }

    /// How far a file was read that is opened again, if its text is the same.
    pub(crate) fn place_in(&self, log: &OpenLog) -> Option<Place> {
        let number = log.identity().number()?;
        let past = *self.files().past.get(&number)?;
        log.has_read(past.head, past.place).then_some(past.place)
    }

    /// The oldest in front.
    pub(crate) fn past(&self) -> Vec<Past> {
        let files = self.files();
        files.in_order.iter().filter_map(|number| files.past.get(number).copied()).collect()
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        // The maps are whole, whoever stopped while they were changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.claims.files().open.remove(&number);
        }
    }
}
