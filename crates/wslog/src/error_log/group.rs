//! The events and the sightings of one client that asked for one target.

use std::collections::BTreeSet;
use std::ops::Range;

use wslog_parse::{Protocol, Status};

use crate::asked::Asked;
use crate::error_log::attempts::Attempts;
use crate::error_log::expectation::Expectation;
use crate::error_log::kept::{AddressHash, EventSeen, Log};
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
#[derive(Debug)]
pub(super) struct Known {
    pub(super) whose: Whose,
    /// Those whose lines about requests name several servers: a line of an access log that names none may be
    /// of another one.
    pub(super) of_several: BTreeSet<Log>,
    /// The seconds of which every event is there.
    pub(super) whole: (i64, i64),
}

/// What it takes to know that an event and a sighting are of one nginx.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Nothing: all is of one access log and one error log.
    Anyone,
    /// `$upstream_addr`, or a name: there may be an access log to each error log.
    Upstream,
    /// A name: there are more error logs than access logs.
    Named,
}

/// How much later than the event that ended a request its line may be, in seconds. nginx writes both in the
/// same turn, unless a page for the error has to be fetched, or the client reads slowly.
pub(super) const SLACK: i64 = 1;

/// Most sightings that all events of a group together are held against.
const MOST_COMPARED: usize = 1 << 26;

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
        let is_any = self.is_any_event(ended - SLACK, ended)
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
    /// A sighting fits an event if its request ended with it, in a status that nginx gives in such a case and
    /// with the same server. Of those that hang together all events are joined or none: if they are as many
    /// as the sightings they fit, say the same, and these are of one vantage point and can have one each, so
    /// that each has one, whichever. What may be about a request that went on with another server is not
    /// joined: which of its servers failed how is not logged.
    ///
    /// How many events are left, because that was too much to compare.
    pub(super) fn join(
        mut self,
        known: &Known,
        each: &mut impl FnMut(EventSeen, &Candidate),
    ) -> u64 {
        self.candidates.sort_unstable_by_key(|candidate| (candidate.ended, candidate.position));
        let mut under_way = UnderWay::new(&self.candidates);
        let mut all = Vec::new();
        let mut left = MOST_COMPARED;
        for events in self.same() {
            let event = self.events[events.start];
            under_way.go_on(event.second.0);
            let window = self.window(event.second.0);
            let Some(rest) = left.checked_sub(window.len()) else { return self.told() };
            let is_end = |&number: &usize| self.candidates[number].has_ended_with(&event);
            let fitting: Vec<usize> = window.filter(is_end).collect();
            let mut others = under_way.may_have_gone_on(&event).take(rest + 1);
            let mut compared = 0;
            let is_other = |number: usize| {
                compared += 1;
                self.candidates[number].is_of(&event) && !is_end(&number)
            };
            let is_only_end = !others.any(is_other);
            let Some(rest) = rest.checked_sub(compared) else { return self.told() };
            left = rest;
            let is_sure = is_only_end
                && (event.upstream.is_some() || !expected(&event).may_go_on)
                && !self.events[events.clone()].iter().any(|event| event.is_in_doubt)
                && fitting.iter().all(|&number| self.candidates[number].is_known_of(&event, known));
            all.push(Same { events, fitting, is_sure });
        }
        for part in hanging_together(&all, self.candidates.len()) {
            for (event, number) in self.pairs(&part).into_iter().flatten() {
                if self.events[event].is_told() {
                    each(self.events[event], &self.candidates[number]);
                }
            }
        }
        0
    }

    /// How many of the events a sighting may have been told to have.
    fn told(&self) -> u64 {
        self.events.iter().filter(|event| event.is_told()).count() as u64
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

    /// The numbers of the sightings whose lines may have been written after an event of this second.
    fn window(&self, second: i64) -> Range<usize> {
        let before = |second| self.candidates.partition_point(|candidate| candidate.ended < second);
        before(second)..before(second + SLACK + 1)
    }

    /// Events of a part with their sightings, one each, or none.
    fn pairs(&self, part: &[&Same]) -> Option<Vec<(usize, usize)>> {
        let told = |same: &Same| {
            let event = &self.events[same.events.start];
            (event.what, event.upstream)
        };
        let (first, rest) = part.split_first()?;
        let mut numbers: Vec<usize> =
            part.iter().flat_map(|same| same.fitting.iter().copied()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let vantage = self.candidates.get(*numbers.first()?)?.vantage;
        let events: usize = part.iter().map(|same| same.events.len()).sum();
        let may_have_several = |number: &usize| !self.candidates[*number].attempts.are_one();
        let is_several = numbers.len() > 1 && expected(&self.events[first.events.start]).may_go_on;
        let is_known = part.iter().all(|same| same.is_sure)
            && rest.iter().all(|same| told(same) == told(first))
            && numbers.iter().all(|number| self.candidates[*number].vantage == vantage)
            && !(is_several && numbers.iter().any(may_have_several))
            && events == numbers.len();
        if !is_known {
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
    Expectation::of_kept(event.what)
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

    /// Whether what wrote an event is known to be what logged it, and every event about its end is there.
    fn is_known_of(&self, event: &EventSeen, known: &Known) -> bool {
        let has_server = event.upstream.is_some() && self.attempts.are_logged();
        let is_of_one_nginx = match known.whose {
            _ if event.nginx.is_some() => event.nginx == Some(self.name),
            Whose::Anyone => true,
            Whose::Upstream => has_server,
            Whose::Named => false,
        };
        let (from, until) = known.whole;
        is_of_one_nginx
            && (self.asked.server() != 0 || !known.of_several.contains(&event.log()))
            && self.ended - SLACK >= from
            && self.ended <= until
    }

    /// Whether it was under way and ended as one does that ends with the event.
    fn has_ended_with(&self, event: &EventSeen) -> bool {
        self.is_of(event)
            && self.started.is_none_or(|started| started <= event.second.0)
            && (0..=SLACK).contains(&(self.ended - event.second.0))
            && expected(event).statuses.contains(&self.status.code())
            && !self.asked.is_answered()
            && self.attempts.may_end_at(event.upstream)
    }
}
