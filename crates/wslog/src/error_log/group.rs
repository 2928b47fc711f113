//! The events and the sightings of one client that asked for one target.

use std::collections::BTreeMap;
use std::ops::Range;

use wslog_parse::{Protocol, Status};

use crate::asked::Asked;
use crate::error_log::attempts::Attempts;
use crate::error_log::expectation::Expectation;
use crate::error_log::kept::{AddressHash, EventSeen};
use crate::error_log::parts::{Same, hanging_together};
use crate::error_log::under_way::UnderWay;
use crate::sighting::Position;

/// A sighting that an event may be about.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// The second it started in, by the clock of its line; `None` for any before its end.
    pub(super) started: Option<i64>,
    /// The second it ended in, by the same clock.
    pub(super) ended: i64,
    pub(super) asked: Asked,
    pub(super) protocol: Protocol,
    pub(super) status: Status,
    pub(super) vantage: u32,
    /// What its vantage point is called.
    pub(super) name: AddressHash,
    pub(super) attempts: Attempts,
    pub(super) position: Position,
}

/// What is known of the logs together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// Whether all is of one access log and one error log: else it takes `$upstream_addr` to know that both
    /// are of the same nginx.
    pub(super) is_alone: bool,
    /// The first second that the error logs tell of.
    pub(super) from: i64,
    /// The seconds of which every event is there.
    pub(super) whole: (i64, i64),
}

/// How far apart the event that ended a request and the line of its end may be, in seconds. nginx writes
/// both in the same turn, unless a page for the error has to be fetched, or the client reads slowly.
pub(super) const SLACK: i64 = 1;

/// Most sightings that all events of a group together are held against.
const MOST_COMPARED: usize = 1 << 22;

/// What one client asked for by one target, as both logs tell it.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// In the order of their time.
    events: Vec<EventSeen>,
    candidates: Vec<Candidate>,
    /// Whether a request may have gone on after any of the events.
    may_go_on: bool,
}

impl Group {
    /// Takes an event, in the order of time.
    pub(super) fn add_event(&mut self, event: EventSeen) {
        self.may_go_on |= expected(&event).may_go_on;
        self.events.push(event);
    }

    /// Takes a sighting, if any of the events, which are all there, may be about it.
    pub(super) fn add(&mut self, candidate: Candidate) {
        let Candidate { started, ended, .. } = candidate;
        let started = started.unwrap_or(i64::MIN);
        let is_any = self.is_any_event(ended - SLACK, ended + SLACK)
            || self.may_go_on && self.is_any_event(started, ended);
        if is_any {
            self.candidates.push(candidate);
        }
    }

    fn is_any_event(&self, from: i64, to: i64) -> bool {
        let next = self.events.partition_point(|event| event.second.0 < from);
        self.events.get(next).is_some_and(|event| event.second.0 <= to)
    }

    /// Tells which event is about which sighting.
    ///
    /// A sighting fits an event if its request was under way then, and either ended with it, in a status
    /// that nginx gives in such a case and with the same server, or went on with another server after
    /// this one had failed. Of those that hang together all events are joined or none: if they fit one
    /// sighting alone, and are no more than it can have; or if they all say the same, fit sightings of one
    /// vantage point that can have one each, and are as many as these, so that each has one, whichever.
    /// What went on is only known where the logs begin before it did, so that its own line is among them.
    pub(super) fn join(mut self, known: Known, each: &mut impl FnMut(EventSeen, &Candidate)) {
        self.candidates.sort_unstable_by_key(|candidate| (candidate.ended, candidate.position));
        let mut under_way = UnderWay::new(&self.candidates);
        let mut all = Vec::new();
        let mut compared = 0;
        for events in self.same() {
            let event = self.events[events.start];
            under_way.go_on(event.second.0);
            let is_request = |&number: &usize| self.candidates[number].is_of(&event);
            let is_end = |&number: &usize| self.candidates[number].has_ended_with(&event);
            let window = self.window(event.second.0);
            compared += window.len();
            let mut fitting: Vec<usize> = window.filter(is_end).collect();
            let gone_on = under_way.gone_on(&event).filter(is_request);
            let before = fitting.len();
            let room = MOST_COMPARED.saturating_sub(compared) + 1;
            fitting.extend(gone_on.take(room).filter(|number| !is_end(number)));
            compared += fitting.len() - before;
            if compared > MOST_COMPARED {
                return;
            }
            fitting.sort_unstable();
            fitting.dedup();
            let mut unlogged = under_way.unlogged(&event).filter(is_request);
            let is_server_known = event.upstream.is_some() || !expected(&event).may_go_on;
            let is_sure = is_server_known
                && !self.events[events.clone()].iter().any(|event| event.is_in_doubt)
                && unlogged.all(|number| is_end(&number))
                && fitting.iter().all(|&number| {
                    let candidate = &self.candidates[number];
                    candidate.is_of_one_nginx(&event, known.is_alone)
                        && candidate.has_events_in(known, is_end(&number))
                });
            all.push(Same { events, fitting, is_sure });
        }
        for part in hanging_together(&all, self.candidates.len()) {
            for (event, number) in self.pairs(&part).into_iter().flatten() {
                if self.events[event].is_told() {
                    each(self.events[event], &self.candidates[number]);
                }
            }
        }
    }

    /// Events that say the same in the same second, by their numbers.
    fn same(&self) -> Vec<Range<usize>> {
        let told =
            |it: &EventSeen| (it.second, it.asked, it.protocol, it.upstream, it.what, it.nginx);
        let mut end = 0;
        let range = |chunk: &[EventSeen]| {
            let start = end;
            end += chunk.len();
            start..end
        };
        self.events.chunk_by(|one, next| told(one) == told(next)).map(range).collect()
    }

    /// The numbers of the sightings that ended about this second.
    fn window(&self, second: i64) -> Range<usize> {
        let before = |second| self.candidates.partition_point(|candidate| candidate.ended < second);
        before(second - SLACK)..before(second + SLACK + 1)
    }

    /// Events of a part with their sightings, all or none.
    fn pairs(&self, part: &[&Same]) -> Option<Vec<(usize, usize)>> {
        if part.iter().any(|same| !same.is_sure) {
            return None;
        }
        let mut numbers: Vec<usize> =
            part.iter().flat_map(|same| same.fitting.iter().copied()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let events = || part.iter().flat_map(|same| same.events.clone());
        match numbers[..] {
            [] => None,
            [only] => self.has_room(only, part).then(|| events().map(|it| (it, only)).collect()),
            _ => self.one_each(&numbers, part),
        }
    }

    /// Whether one sighting can have all the events of a part.
    fn has_room(&self, number: usize, part: &[&Same]) -> bool {
        let candidate = &self.candidates[number];
        let mut ends = 0;
        let mut failed: BTreeMap<Option<AddressHash>, usize> = BTreeMap::new();
        for same in part {
            let event = &self.events[same.events.start];
            match expected(event).may_go_on {
                false => ends += same.events.len(),
                true => *failed.entry(event.upstream).or_default() += same.events.len(),
            }
        }
        let is_room =
            |(server, count): (&Option<AddressHash>, &usize)| *count <= candidate.room(*server);
        ends <= 1 && failed.iter().all(is_room)
    }

    /// An event for each sighting, if they all say the same and are as many.
    fn one_each(&self, numbers: &[usize], part: &[&Same]) -> Option<Vec<(usize, usize)>> {
        let told = |same: &Same| {
            let event = &self.events[same.events.start];
            (event.what, event.upstream)
        };
        let (first, rest) = part.split_first()?;
        let is_one = rest.iter().all(|same| told(same) == told(first));
        let (what, server) = told(first);
        let is_last = Expectation::of(what).is_some_and(|it| !it.may_go_on);
        let vantage = self.candidates.get(*numbers.first()?)?.vantage;
        let has_one = |number: &usize| {
            let candidate = &self.candidates[*number];
            let is_once = candidate.attempts.are_logged() && candidate.room(server) == 1;
            candidate.vantage == vantage && (is_last || is_once)
        };
        let events: usize = part.iter().map(|same| same.events.len()).sum();
        if !is_one || events != numbers.len() || !numbers.iter().all(has_one) {
            return None;
        }
        let mut free: Vec<Range<usize>> = part.iter().map(|same| same.events.clone()).collect();
        // Both are in the order of time, so the first that is free leaves most to those behind.
        let pair = |&number: &usize| {
            let fits = |same: &&Same| same.fitting.binary_search(&number).is_ok();
            let places = part.iter().zip(&mut free).filter(|(same, _)| fits(same));
            places.into_iter().find_map(|(_, free)| free.next()).map(|event| (event, number))
        };
        numbers.iter().map(pair).collect()
    }
}

/// What is expected of sightings by an event that is kept.
pub(super) fn expected(event: &EventSeen) -> Expectation {
    Expectation::of(event.what).unwrap_or(Expectation::NAMELESS)
}

impl Candidate {
    /// Whether what both lines show of a request is the same.
    fn is_of(&self, event: &EventSeen) -> bool {
        let is_unknown = |protocol| protocol == Protocol::UNKNOWN;
        let protocols = [self.protocol, event.protocol];
        event.asked.may_be(self.asked)
            && (protocols[0] == protocols[1] || protocols.into_iter().any(is_unknown))
            && event.nginx.is_none_or(|nginx| nginx == self.name)
    }

    /// Whether what wrote an event is known to be what logged it.
    fn is_of_one_nginx(&self, event: &EventSeen, is_alone: bool) -> bool {
        let has_server = event.upstream.is_some() && self.attempts.are_logged();
        event.nginx.map_or(is_alone || has_server, |nginx| nginx == self.name)
    }

    /// Whether all events that may be about its end are there, or about what came before.
    fn has_events_in(&self, known: Known, is_end: bool) -> bool {
        let (from, until) = known.whole;
        let first = if is_end { Some(self.ended - SLACK) } else { self.started };
        let is_begun = is_end || self.started.is_some_and(|started| started >= known.from);
        is_begun && first.is_some_and(|first| first >= from) && self.ended + SLACK <= until
    }

    /// How often this server may have failed it; once where that is not known.
    fn room(&self, server: Option<AddressHash>) -> usize {
        let Some(server) = server.filter(|_| self.attempts.are_logged()) else {
            return 1;
        };
        let failed = self.attempts.failed().iter().filter(|it| **it == server).count();
        let is_last =
            matches!(self.status.code(), 502 | 504) && self.attempts.last() == Some(server);
        failed + usize::from(is_last)
    }

    /// Whether it was under way and ended as one does that ends with the event.
    fn has_ended_with(&self, event: &EventSeen) -> bool {
        self.is_of(event)
            && self.started.is_none_or(|started| started <= event.second.0)
            && (self.ended - event.second.0).abs() <= SLACK
            && expected(event).statuses.contains(&self.status.code())
            && self.attempts.may_end_at(event.upstream)
    }
}
