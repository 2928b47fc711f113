//! The requests that are under way when an event is.

use std::collections::BTreeSet;

use crate::error_log::group::{Candidate, expected};
use crate::error_log::kept::{AddressHash, EventSeen};

/// Goes through the sightings of a group as time does.
pub(super) struct UnderWay<'c> {
    candidates: &'c [Candidate],
    /// The numbers of all, by their starts.
    by_start: Vec<usize>,
    /// How many of them have started.
    started: usize,
    /// Those that have started and not ended, by their ends.
    by_end: BTreeSet<(i64, usize)>,
    /// The same by each server that failed them.
    by_failed: BTreeSet<(AddressHash, usize)>,
    /// Those of which it is not logged which servers were asked.
    unlogged: BTreeSet<usize>,
}

impl<'c> UnderWay<'c> {
    pub(super) fn new(candidates: &'c [Candidate]) -> UnderWay<'c> {
        let mut by_start: Vec<usize> = (0..candidates.len()).collect();
        by_start.sort_unstable_by_key(|&number| (candidates[number].started, number));
        UnderWay {
            candidates,
            by_start,
            started: 0,
            by_end: BTreeSet::new(),
            by_failed: BTreeSet::new(),
            unlogged: BTreeSet::new(),
        }
    }

    /// Goes on to a second, which is no earlier one.
    pub(super) fn go_on(&mut self, second: i64) {
        while let Some(&number) = self.by_start.get(self.started)
            && self.candidates[number].started.is_none_or(|started| started <= second)
        {
            self.started += 1;
            let Candidate { ended, attempts, .. } = &self.candidates[number];
            self.by_end.insert((*ended, number));
            self.by_failed.extend(attempts.failed().iter().map(|server| (*server, number)));
            if !attempts.are_logged() {
                self.unlogged.insert(number);
            }
        }
        while let Some(&(ended, number)) = self.by_end.first()
            && ended < second
        {
            self.by_end.pop_first();
            self.unlogged.remove(&number);
            for server in self.candidates[number].attempts.failed() {
                self.by_failed.remove(&(*server, number));
            }
        }
    }

    /// Those that may have gone on with another server after the one that the event is about had failed: as
    /// their lines show, or as far as they do.
    pub(super) fn may_have_gone_on(&self, event: &EventSeen) -> impl Iterator<Item = usize> {
        let is_any = expected(event).may_go_on;
        let server = event.upstream.filter(|_| is_any);
        let those = server.map(|server| self.by_failed.range((server, 0)..=(server, usize::MAX)));
        let unlogged = self.unlogged.iter().filter(move |_| is_any);
        those.into_iter().flatten().map(|(_, number)| number).chain(unlogged).copied()
    }
}
