//! The requests that are under way when an event is.

use std::collections::BTreeSet;

use crate::error_log::expectation::Next;
use crate::error_log::group::{Candidate, SLACK, expected};
use crate::error_log::kept::{AddressHash, EventSeen};

/// Goes through the sightings of a group as time does.
pub(super) struct UnderWay<'c> {
    candidates: &'c [Candidate],
    /// The numbers of all, by their starts.
    by_start: Vec<usize>,
    /// How many of them have started.
    started: usize,
    second: i64,
    /// Those that have started and not ended, by their ends.
    by_end: BTreeSet<(i64, usize)>,
    /// The same by their last servers, first where that is not known.
    by_upstream: BTreeSet<(Option<AddressHash>, usize)>,
}

impl<'c> UnderWay<'c> {
    pub(super) fn new(candidates: &'c [Candidate]) -> UnderWay<'c> {
        let mut by_start: Vec<usize> = (0..candidates.len()).collect();
        by_start.sort_unstable_by_key(|&number| (candidates[number].started, number));
        let (by_end, by_upstream) = (BTreeSet::new(), BTreeSet::new());
        UnderWay { candidates, by_start, started: 0, second: i64::MIN, by_end, by_upstream }
    }

    /// Goes on to a second, which is no earlier one.
    pub(super) fn go_on(&mut self, second: i64) {
        self.second = second;
        while let Some(&number) = self.by_start.get(self.started)
            && self.candidates[number].started <= second
        {
            self.started += 1;
            self.by_end.insert((self.candidates[number].ended, number));
            self.by_upstream.insert((self.candidates[number].upstream, number));
        }
        while let Some(&(ended, number)) = self.by_end.first()
            && ended < second
        {
            self.by_end.pop_first();
            self.by_upstream.remove(&(self.candidates[number].upstream, number));
        }
    }

    /// Those that started a moment ago.
    pub(super) fn just_started(&self) -> &[usize] {
        let all = self.by_start.get(..self.started).unwrap_or_default();
        let is_earlier = |&number: &usize| self.candidates[number].started < self.second - SLACK;
        all.get(all.partition_point(is_earlier)..).unwrap_or_default()
    }

    /// Those that may have gone on after an attempt that failed with this event. Of one that went on
    /// with another server that is the last one, as far as it is logged. A connection that was kept
    /// alive and is closed fails at once, and the same server may be asked again.
    pub(super) fn gone_on(&self, event: &EventSeen) -> impl Iterator<Item = usize> {
        let next = expected(event).next;
        let failed = event.upstream;
        // Where the server that failed is not known it may be any.
        let behind = (failed, if failed.is_some() { usize::MAX } else { 0 });
        let others = self.by_upstream.range(..(failed, 0)).chain(self.by_upstream.range(behind..));
        let others = (next != Next::Never).then_some(others).into_iter().flatten();
        let again = if next == Next::AnyServer { self.just_started() } else { &[] };
        let again = again.iter().copied().filter(move |&number| {
            let candidate = &self.candidates[number];
            let is_same = failed.is_some() && candidate.upstream == failed;
            is_same && candidate.ended >= self.second
        });
        others.map(|&(_, number)| number).chain(again)
    }
}
