//! Failed requests that may turn out to be handshakes.

use std::collections::VecDeque;

use crate::sighting::Sighting;
use crate::websocket::handshake::Rule;

/// A sighting to be told of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    /// The line's number, from 1.
    pub(super) line: u64,
    pub(super) rule: Rule,
    pub(super) sighting: Sighting,
}

/// Those that are told of once their path shows a 101: the latest ones, by the hash of the path.
#[derive(Debug, Default)]
pub(super) struct Waiting(VecDeque<(u64, Told)>);

/// Most that wait. Whether they are told of or not, all are counted.
const MAX_WAITING: usize = 4096;

impl Waiting {
    pub(super) fn push(&mut self, path: u64, told: Told) {
        if self.0.len() == MAX_WAITING {
            self.0.pop_front();
        }
        self.0.push_back((path, told));
    }

    /// All of them, the oldest in front.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(u64, Told)> {
        self.0.iter()
    }

    /// Those on this path, which wait no longer.
    pub(super) fn take(&mut self, path: u64) -> impl Iterator<Item = Told> {
        let is_taken = |waiting: &(u64, _)| waiting.0 == path;
        let taken: Vec<_> = self.0.iter().copied().filter(is_taken).collect();
        self.0.retain(|waiting| !is_taken(waiting));
        taken.into_iter().map(|(_, waiting)| waiting)
    }
}
