//! The events and the sightings of one client that asked for one target.

use std::ops::Range;

use wslog_parse::{Protocol, Status};

use crate::asked::Asked;
use crate::error_log::expectation::{Expectation, Next};
use crate::error_log::kept::{AddressHash, EventSeen};
use crate::error_log::pairs::{Same, hanging_together, pairs};
use crate::error_log::under_way::UnderWay;
use crate::sighting::Position;

/// A sighting that an event may be about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    /// The second it started in, by the clock of its line.
    pub(super) started: i64,
    /// The second it ended in, by the same clock.
    pub(super) ended: i64,
    pub(super) asked: Asked,
    pub(super) protocol: Protocol,
    pub(super) status: Status,
    pub(super) vantage: u32,
    /// The last server that was asked, where that is logged.
    pub(super) upstream: Option<AddressHash>,
    pub(super) position: Position,
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
        self.may_go_on |= expected(&event).next != Next::Never;
        self.events.push(event);
    }

    /// Takes a sighting, if any of the events, which are all there, may be about it.
    pub(super) fn add(&mut self, candidate: Candidate) {
        let Candidate { started, ended, .. } = candidate;
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
    /// that nginx gives in such a case and with the same server, or may have gone on with another server.
    /// An event that may be about one that went on is joined only if it fits nothing else. Of those
    /// that fit ends alone, as many events as sightings have to be there, and no request may have several
    /// of them: then each sighting has one, whichever. Sightings of several vantage points are never told
    /// apart.
    pub(super) fn join(mut self, each: &mut impl FnMut(EventSeen, &Candidate)) {
        self.candidates.sort_unstable_by_key(|candidate| (candidate.ended, candidate.position));
        let mut under_way = UnderWay::new(&self.candidates);
        let mut ends = Vec::new();
        let mut compared = 0;
        for events in self.same() {
            let event = self.events[events.start];
            under_way.go_on(event.second.0);
            let window = self.window(event.second.0);
            compared += window.len() + under_way.just_started().len();
            if compared > MOST_COMPARED {
                break;
            }
            let is_end = |&number: &usize| has_ended_with(&self.candidates[number], &event);
            let ended: Vec<usize> = window.filter(is_end).collect();
            let mut gone_on = under_way.gone_on(&event).filter(|number| {
                is_request_of(&self.candidates[*number], &event) && !is_end(number)
            });
            match (gone_on.next(), gone_on.next(), ended.is_empty()) {
                (None, _, _) => {
                    let is_once = ended.iter().all(|&number| self.is_once(&event, number));
                    ends.push(Same { events, ended, is_once });
                }
                (Some(only), None, true) => {
                    self.events[events]
                        .iter()
                        .for_each(|event| each(*event, &self.candidates[only]));
                }
                _ => {}
            }
        }
        self.join_ends(&ends, each);
    }

    /// Events that say the same in the same second, by their numbers.
    fn same(&self) -> Vec<Range<usize>> {
        let is_same = |one: &EventSeen, next: &EventSeen| {
            let told = |it: &EventSeen| (it.second, it.asked, it.protocol, it.upstream, it.what);
            told(one) == told(next)
        };
        let mut end = 0;
        let range = |chunk: &[EventSeen]| {
            let start = end;
            end += chunk.len();
            start..end
        };
        self.events.chunk_by(is_same).map(range).collect()
    }

    /// Whether a request that ended with such an event has no other one. nginx asks each server once, but
    /// for one that closed a connection that was kept alive.
    fn is_once(&self, event: &EventSeen, number: usize) -> bool {
        let Candidate { upstream, started, .. } = self.candidates[number];
        let are_known = event.upstream.is_some() && upstream.is_some();
        match expected(event).next {
            Next::Never => true,
            Next::Another => are_known,
            Next::AnyServer => are_known && started < event.second.0 - SLACK,
        }
    }

    /// The numbers of the sightings that ended about this second.
    fn window(&self, second: i64) -> Range<usize> {
        let before = |second| self.candidates.partition_point(|candidate| candidate.ended < second);
        before(second - SLACK)..before(second + SLACK + 1)
    }

    /// Joins events to sightings that ended with them, of those that hang together all or none.
    fn join_ends(&self, ends: &[Same], each: &mut impl FnMut(EventSeen, &Candidate)) {
        for together in hanging_together(ends, self.candidates.len()) {
            let is_once = together.iter().all(|same| same.is_once);
            let numbers = || together.iter().flat_map(|same| same.ended.iter().copied());
            let Some(first) = numbers().next() else { continue };
            let is_only = numbers().all(|number| number == first);
            let vantage = |number: usize| self.candidates[number].vantage;
            let is_one_place = numbers().all(|number| vantage(number) == vantage(first));
            let pairs = if is_only || is_once && is_one_place { pairs(&together) } else { None };
            for (event, number) in pairs.into_iter().flatten() {
                each(self.events[event], &self.candidates[number]);
            }
        }
    }
}

/// What is expected of sightings by an event that is kept.
pub(super) fn expected(event: &EventSeen) -> Expectation {
    Expectation::of(event.what).unwrap_or(Expectation::NOTHING)
}

/// Whether what both lines show of a request is the same.
fn is_request_of(candidate: &Candidate, event: &EventSeen) -> bool {
    let is_unknown = |protocol| protocol == Protocol::UNKNOWN;
    let protocols = [candidate.protocol, event.protocol];
    event.asked.may_be(candidate.asked)
        && (protocols[0] == protocols[1] || protocols.into_iter().any(is_unknown))
}

/// Whether a request was under way and ended as one does that ends with the event.
fn has_ended_with(candidate: &Candidate, event: &EventSeen) -> bool {
    let servers = event.upstream.zip(candidate.upstream);
    is_request_of(candidate, event)
        && candidate.started <= event.second.0
        && (candidate.ended - event.second.0).abs() <= SLACK
        && expected(event).statuses.contains(&candidate.status.code())
        && servers.is_none_or(|(asked, last)| asked == last)
}
