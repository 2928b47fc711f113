//! The sightings of a key become its [`Trace`].

use std::collections::HashSet;

use wslog_parse::WebSocketKey;

use crate::analysis::SightingExample;
use crate::correlation::Needed;
use crate::correlation::pair::came_from;
use crate::correlation::request::{Request, each_alone, requests};
use crate::correlation::reuse::again;
use crate::correlation::route::Route;
use crate::correlation::seen::Seen;
use crate::directory::{Directory, Seat};
use crate::error_log::{EventSeen, Joined};
use crate::sighting::Sighting;
use crate::summary::Names;
use crate::summary::paths::loss;
use crate::trace::words::changes;
use crate::trace::{Loss, Trace, TracedError, TracedSighting, Witness};
use crate::websocket::mark::Mark;

/// What every trace is told with.
pub(super) struct Teller<'a> {
    pub(super) directory: &'a Directory,
    pub(super) names: &'a Names<'a>,
    pub(super) route: &'a Route,
    pub(super) joined: &'a Joined,
    pub(super) mark: Mark,
}

impl Teller<'_> {
    pub(super) fn trace(&self, key: WebSocketKey, sightings: &[Sighting]) -> Trace {
        let requests = requests(sightings, self.directory, self.mark);
        let is_reused = again(requests.as_deref()).is_some();
        let requests = requests.unwrap_or_else(|| each_alone(sightings, self.directory, self.mark));
        let mut told = Vec::new();
        for (number, request) in (1..).zip(&requests) {
            self.request(number, request, sightings, &mut told);
        }
        Trace {
            key,
            requests: told.last().map_or(0, |last| last.request),
            is_reused,
            changes: changes(&told, is_reused),
            downgrade: self.loss(&requests, Needed::Protocol),
            upgrade_lost: self.loss(&requests, Needed::Upgrade),
            sightings: told,
        }
    }

    /// Tells its sightings in order along the way.
    fn request(
        &self,
        number: u64,
        request: &Request,
        sightings: &[Sighting],
        told: &mut Vec<TracedSighting>,
    ) {
        let mut seen: Vec<_> = request.seen().iter().collect();
        self.route.put_in_order(&mut seen, |seen| seen.vantage);
        let first = told.len();
        for one in &seen {
            let behind = self.nearest_before(&seen, one);
            let place = request.seen().iter().position(|it| it.number == one.number);
            let Some(sighting) = sightings.get(one.number) else { continue };
            told.push(TracedSighting {
                behind: behind.map(|behind| first + behind),
                is_retry: place.is_some_and(|place| request.is_retry(place)),
                ..self.sighting(number, sighting)
            });
        }
    }

    /// The nearest of a request's sightings that it is known to have passed before another one. Where it
    /// may have come by several, as by a try that a clock moved away, its own line tells which one sent it;
    /// else it is one that it passed before all these.
    fn nearest_before(&self, seen: &[&Seen], one: &Seen) -> Option<usize> {
        let is_before = |it: &Seen, other: &Seen| self.route.is_before(it.vantage, other.vantage);
        let mut before: Vec<usize> =
            (0..seen.len()).filter(|it| is_before(seen[*it], one)).collect();
        loop {
            let is_last = |it: usize| before.iter().all(|other| !is_before(seen[it], seen[*other]));
            let last: Vec<usize> = before.iter().copied().filter(|it| is_last(*it)).collect();
            let senders: Vec<usize> =
                last.iter().copied().filter(|it| seen[*it].may_have_sent(one)).collect();
            let is_one_place = |all: &[usize]| {
                let places = all.iter().map(|it| self.route.group(seen[*it].vantage));
                places.collect::<HashSet<_>>().len() == 1
            };
            let told: Vec<usize> = senders
                .iter()
                .copied()
                .filter(|it| came_from(one, seen[*it], self.directory))
                .collect();
            match (&told[..], &senders[..]) {
                ([only], _) => return Some(*only),
                (_, [only]) if is_one_place(&last) => return Some(*only),
                _ if last.is_empty() => return None,
                _ => before.retain(|it| !last.contains(it)),
            }
        }
    }

    fn sighting(&self, request: u64, sighting: &Sighting) -> TracedSighting {
        let SightingExample {
            source,
            line,
            byte,
            vantage,
            remote_addr,
            protocol,
            status,
            started_at,
            logged_at,
            request_time,
            ..
        } = self.names.example(sighting);
        TracedSighting {
            request,
            behind: None,
            is_retry: false,
            source,
            line,
            byte,
            vantage,
            witness: self.witness(sighting),
            remote_addr,
            upstream_addr: self.names.upstream(sighting),
            protocol,
            upgrade: sighting.upgrade(),
            status,
            outcome: sighting.outcome(),
            started_at,
            logged_at,
            request_time,
            errors: self.joined.of(sighting).map(|event| self.error(event)).collect(),
        }
    }

    fn error(&self, event: &EventSeen) -> TracedError {
        let (source, line) = self.names.place(event.position, event.lines_before);
        TracedError { source, line, byte: event.position.byte, meaning: event.meaning() }
    }

    fn witness(&self, sighting: &Sighting) -> Witness {
        let vantage = self.directory.way_of(sighting.way()).vantage;
        match self.directory.vantages.get(vantage).map(|vantage| vantage.seat) {
            None | Some(Seat::Nginx { .. }) => Witness::Nginx,
            Some(Seat::Wire { .. }) => Witness::Packets,
            Some(Seat::Browser) => Witness::Browser,
            Some(Seat::Pasted) => Witness::Pasted,
        }
    }

    /// Of the first request that lost it.
    fn loss(&self, requests: &[Request], needed: Needed) -> Option<Loss> {
        requests.iter().find_map(|request| {
            let lacking: Vec<_> = request.lacking(needed).map(|(lacking, _)| lacking).collect();
            let (vantage, verdict) = self.route.first_loss(&lacking)?;
            Some(loss(vantage, verdict, self.names))
        })
    }
}
