//! Which event is about which sighting.

use std::collections::{BTreeMap, BTreeSet};

use crate::asked::Asked;
use crate::directory::{Directory, NOWHERE, Seat, Way};
use crate::error_log::ErrorLog;
use crate::error_log::attempts::Attempts;
use crate::error_log::group::{Candidate, Group, Known, Whose};
use crate::error_log::kept::{AddressHash, EventSeen, Log};
use crate::error_log::what::What;
use crate::map::Map;
use crate::sighting::{Position, Sighting};
use crate::websocket::outcome::Outcome;

/// Events with the sightings they are about.
///
/// An event has the client, the target and the time of its request, and neither a key nor the number of
/// a connection that an access log would show. So it is joined only where no other request of the client
/// asked for the same then, and its sightings leave no choice; see [`Group::join`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Joined {
    by_sighting: BTreeMap<Position, Vec<EventSeen>>,
    /// How many events of each kind are joined to sightings of each outcome.
    outcomes: BTreeMap<What, BTreeMap<Outcome, u64>>,
    /// How many events were too many to be looked at.
    pub(super) lost: u64,
}

impl Joined {
    /// Joins what error logs say to these sightings, which are known to be of the same nginx as [`whose`](super::whose)
    /// tells. Of captures none is asked: an error log speaks of
    /// what its own nginx logged.
    pub(crate) fn new(
        log: &ErrorLog,
        directory: &Directory,
        whose: Whose,
        sightings: impl Iterator<Item = Sighting>,
    ) -> Joined {
        let is_in_doubt =
            |event: &EventSeen| log.doubts.are_about(event.position) || log.rivals.may_have(event);
        let (events, lost) = log.kept.sorted(is_in_doubt);
        let mut joined = Joined { lost: lost.count, ..Joined::default() };
        if events.is_empty() {
            return joined;
        }
        let of_several = of_several(&events);
        let mut groups: Map<(AddressHash, Asked), Group> = Map::default();
        for event in events {
            groups.entry((event.client, event.asked.anywhere())).or_default().add_event(event);
        }
        let ways: Vec<Option<Ends>> =
            directory.ways().iter().map(|way| ends(directory, way)).collect();
        for sighting in sightings {
            let ends = usize::try_from(sighting.way()).ok().and_then(|way| ways.get(way));
            let Some(Some(ends)) = ends else { continue };
            if let Some(group) = groups.get_mut(&(ends.client, sighting.asked().anywhere()))
                && let Some(candidate) = candidate(&sighting, ends)
            {
                group.add(candidate);
            }
        }
        let known = Known { whose, of_several, whole: lost.whole() };
        for group in groups.into_values() {
            let lost = group.join(&known, &mut |event, candidate| joined.add(event, candidate));
            joined.lost += lost;
        }
        joined.by_sighting.values_mut().for_each(|events| events.sort_unstable());
        joined
    }

    fn add(&mut self, event: EventSeen, candidate: &Candidate) {
        self.by_sighting.entry(candidate.position).or_default().push(event);
        let outcomes = self.outcomes.entry(event.what).or_default();
        *outcomes.entry(Outcome::of(candidate.status)).or_default() += 1;
    }

    /// The events that are about a sighting, in the order of their time.
    pub(crate) fn of(&self, sighting: &Sighting) -> impl Iterator<Item = &EventSeen> {
        self.by_sighting.get(&sighting.position()).into_iter().flatten()
    }

    /// How many events of a kind are joined to sightings of each outcome.
    pub(super) fn outcomes(&self, what: What) -> impl Iterator<Item = (Outcome, u64)> {
        let outcomes = self.outcomes.get(&what).into_iter().flatten();
        outcomes.map(|(&outcome, &count)| (outcome, count))
    }
}

/// The logs whose events name several servers.
fn of_several(events: &[EventSeen]) -> BTreeSet<Log> {
    let mut servers: BTreeMap<Log, BTreeSet<u32>> = BTreeMap::new();
    for event in events {
        servers.entry(event.log()).or_default().insert(event.asked.server());
    }
    servers.into_iter().filter(|(_, servers)| servers.len() > 1).map(|(log, _)| log).collect()
}

/// What of a way counts here.
struct Ends {
    client: AddressHash,
    vantage: u32,
    name: AddressHash,
    attempts: Attempts,
}

/// Those of a way that a log of nginx shows, on which requests were sent on.
fn ends(directory: &Directory, way: Way) -> Option<Ends> {
    let vantage = directory.vantages.get(way.vantage)?;
    let upstream = directory.names.text(way.upstream);
    let is_sent_on = upstream != NOWHERE && matches!(vantage.seat, Seat::Nginx { .. });
    is_sent_on.then(|| Ends {
        client: AddressHash::of(directory.names.text(way.node)),
        vantage: way.vantage,
        name: AddressHash::of(vantage.name.map_or(b"", |name| directory.names.text(name))),
        attempts: Attempts::of(upstream),
    })
}

/// A sighting by the clock of its own line, as an error log tells the time; `None` without a time.
fn candidate(sighting: &Sighting, ends: &Ends) -> Option<Candidate> {
    let (started, ended) = sighting.span()?;
    let offset = i64::from(sighting.logged_at()?.offset_minutes()) * 60_000;
    let second = |millis: i64| millis.saturating_add(offset).div_euclid(1000);
    Some(Candidate {
        started: sighting.request_time().map(|_| second(started)),
        ended: second(ended),
        asked: sighting.asked(),
        protocol: sighting.protocol(),
        status: sighting.status(),
        vantage: ends.vantage,
        name: ends.name,
        attempts: ends.attempts.clone(),
        position: sighting.position(),
    })
}

#[cfg(test)]
mod tests;
