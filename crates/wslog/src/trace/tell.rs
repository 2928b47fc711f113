//! The sightings of a key become its [`Trace`].

use std::collections::HashSet;

use wslog_parse::WebSocketKey;

use crate::analysis::SightingExample;
use crate::correlation::Needed;
use crate::correlation::request::{Request, requests};
use crate::correlation::route::Route;
use crate::directory::Directory;
use crate::sighting::Sighting;
use crate::summary::Names;
use crate::summary::paths::loss;
use crate::trace::words::{Told, changes};
use crate::trace::{Loss, Trace, TracedSighting};
use crate::websocket::mark::Mark;

/// What every trace is told with.
pub(super) struct Teller<'a> {
    pub(super) directory: &'a Directory,
    pub(super) names: &'a Names<'a>,
    pub(super) route: &'a Route,
    pub(super) mark: Mark,
}

impl Teller<'_> {
    pub(super) fn trace(&self, key: WebSocketKey, sightings: &[Sighting]) -> Trace {
        let requests = requests(sightings, self.directory, self.mark).unwrap_or_default();
        let told: Vec<_> = match requests.is_empty() {
            false => (1..)
                .zip(&requests)
                .flat_map(|(number, request)| self.request(number, request, sightings))
                .collect(),
            // So many that they prove nothing: each by itself.
            true => (1..)
                .zip(sightings)
                .map(|(number, it)| Told { behind: None, sighting: self.sighting(number, it) })
                .collect(),
        };
        Trace {
            key,
            requests: told.last().map_or(0, |last| last.sighting.request),
            changes: changes(&told),
            downgrade: self.loss(&requests, Needed::Protocol),
            upgrade_lost: self.loss(&requests, Needed::Upgrade),
            sightings: told.into_iter().map(|told| told.sighting).collect(),
        }
    }

    /// Its sightings in order along the way.
    fn request(&self, number: u64, request: &Request, sightings: &[Sighting]) -> Vec<Told> {
        let mut seen: Vec<_> = request.seen().iter().collect();
        self.route.put_in_order(&mut seen, |seen| seen.vantage);
        let mut passed = HashSet::new();
        let tell = seen.iter().enumerate().filter_map(|(place, one)| {
            let mut nearer = seen.iter().take(place);
            let behind = nearer.rposition(|it| self.route.is_before(it.vantage, one.vantage));
            let sighting = TracedSighting {
                is_behind: behind.is_some_and(|it| it + 1 == place),
                is_retry: !passed.insert(self.route.group(one.vantage)),
                ..self.sighting(number, sightings.get(one.number)?)
            };
            Some(Told { behind, sighting })
        });
        tell.collect()
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
            is_behind: false,
            is_retry: false,
            source,
            line,
            byte,
            vantage,
            remote_addr,
            upstream_addr: self.names.upstream(sighting),
            protocol,
            upgrade: sighting.upgrade(),
            status,
            outcome: sighting.outcome(),
            started_at,
            logged_at,
            request_time,
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
