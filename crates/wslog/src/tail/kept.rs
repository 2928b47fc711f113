//! Where another run is to go on.

use crate::tail::claims::Past;
use crate::tail::head::Head;
use crate::tail::open_log::{OpenLog, Place};

/// A place that is read from, for another run to go on at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The file's device and number.
    pub(crate) number: Option<(u64, u64)>,
    pub(crate) head: Head,
    pub(crate) place: Place,
}

impl Kept {
    pub(crate) fn of(log: &OpenLog) -> Kept {
        Kept { number: log.identity().number(), head: log.head(), place: log.place() }
    }

    /// What is known of the file, if it is known by a number.
    pub(crate) fn past(&self) -> Option<Past> {
        let number = self.number.filter(|_| !self.head.is_empty())?;
        Some(Past { number, head: self.head, place: self.place })
    }

    /// Whether this is the place of a file that is open, and of the text it has now.
    pub(crate) fn is_of(&self, log: &OpenLog) -> bool {
        match self.head.is_empty() {
            true => {
                let is_same = self.number.is_some() && self.number == log.identity().number();
                is_same && log.len().is_ok_and(|len| len >= self.place.byte)
            }
            false => log.has_read(self.head, self.place),
        }
    }
}
