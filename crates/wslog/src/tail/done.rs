//! Files that are not to be read, or not again, by what their texts begin with.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::io;

use crate::tail::head::Head;
use crate::tail::open_log::{OpenLog, Place};

/// The heads of files that were read to their ends, and of those that were there before, and where
/// these ends were.
#[derive(Debug, Default)]
pub(crate) struct Done {
    heads: HashMap<Head, Place>,
    in_order: VecDeque<Head>,
    lens: BTreeSet<u16>,
}

/// Most that are remembered: more files than logrotate is ever told to keep.
pub(crate) const MOST_DONE: usize = 1 << 16;

impl Done {
    pub(crate) fn add(&mut self, head: Head, end: Place) {
        if head.is_empty() || self.heads.insert(head, end).is_some() {
            return;
        }
        self.in_order.push_back(head);
        self.lens.insert(head.len);
        if self.in_order.len() > MOST_DONE
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.heads.remove(&oldest);
        }
    }

    /// Whether a text that begins so is one of these.
    pub(crate) fn has(&self, first: &[u8]) -> bool {
        self.find(first).is_some()
    }

    /// How far a file was read that is opened again, if it is one of these.
    pub(crate) fn place_in(&self, log: &OpenLog) -> io::Result<Option<Place>> {
        let found = self.find(&log.first_bytes()?);
        Ok(found.filter(|(head, end)| log.has_read(*head, *end)).map(|(_, end)| end))
    }

    /// The longest head that fits.
    fn find(&self, first: &[u8]) -> Option<(Head, Place)> {
        let firsts = self.lens.iter().rev().filter_map(|len| first.get(..usize::from(*len)));
        let mut heads = firsts.map(Head::of);
        heads.find_map(|head| self.heads.get(&head).map(|end| (head, *end)))
    }

    /// The oldest in front.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Head, Place)> {
        self.in_order.iter().filter_map(|head| Some((*head, *self.heads.get(head)?)))
    }
}
