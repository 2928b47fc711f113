//! Where another run is to go on.

use std::io;

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
    /// Whether it was written compressed, so that the place is one in the compressed bytes.
    pub(crate) is_of_members: bool,
}

impl Kept {
    pub(crate) fn of(log: &OpenLog) -> Kept {
        Kept {
            number: log.identity().number(),
            head: log.head(),
            place: log.place(),
            // One that cannot be read now is not read from there either.
            is_of_members: log.is_of_members().unwrap_or_default(),
        }
    }

    /// What is known of the file, if it is known by a number.
    pub(crate) fn past(&self) -> Option<Past> {
        let number = self.number.filter(|_| !self.head.is_empty())?;
        Some(Past { number, head: self.head, place: self.place })
    }

    /// Whether a file has the same text in other bytes, in which the place is another one.
    pub(crate) fn has_moved_in(&self, log: &OpenLog) -> io::Result<bool> {
        let is_within = self.is_of_members && self.place != Place::default();
        Ok(is_within && !log.has_member_at(self.place)?)
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
