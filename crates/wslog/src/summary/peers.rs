//! Peers that seem to fail more than the others, held against these client by client.
//!
//! Handshakes are not independent: a client whose network is bad tries again and again, and what goes wrong
//! for a while, or for one path, goes wrong for whoever was there. So each client counts once, with its first
//! handshake while the peer was in use, and only beside those of the same path and time.

use std::collections::HashMap;

use rayon::slice::ParallelSliceMut;

use crate::diagnosis::fisher::Group;
use crate::diagnosis::peer::{Compared, Peer, PeerKind, PeerRow};
use crate::diagnosis::stratified::{Stratum, fails_more, ratio};
use crate::directory::Way;
use crate::sighting::Sighting;
use crate::store::Partition;
use crate::summary::names::Names;

/// So many handshakes that follow each other are of one time; of very many the most times there are.
const TOGETHER: usize = 20;
const MOST_TIMES: usize = 64;

/// One in so many may lack what the others show.
const LACKING: u64 = 20;

/// A handshake by way of one of the peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Attempt {
    client: u64,
    start: i64,
    path: u32,
    /// By the number of its name here.
    peer: u32,
    is_failed: bool,
}

/// Holds each of these against its peers; each is of a vantage point where so many sightings count.
pub(super) fn peers(suspects: &[(Peer<'_>, u64)], names: &Names<'_>) -> Vec<PeerRow> {
    let mut rows = Vec::new();
    for alike in suspects.chunk_by(|(one, _), (next, _)| one.group() == next.group()) {
        let Some((first, count)) = alike.first() else { continue };
        let beside = Beside::of(first, names);
        rows.extend(alike.iter().map(|(peer, _)| PeerRow {
            kind: peer.kind,
            vantage: peer.vantage.to_owned(),
            address: peer.address.to_owned(),
            compared: beside.compare(peer, *count),
        }));
    }
    rows
}

/// All that went by way of the peers of one kind at one vantage point.
#[derive(Default)]
struct Beside {
    /// Client by client in the order of time; nodes are compared by those they were forwarded for.
    attempts: Vec<Attempt>,
    /// By their addresses.
    peers: HashMap<String, u32>,
    count: u64,
    /// Of so many it is known whose they were, and so many were forwarded for a client.
    known: u64,
    forwarded: u64,
}

impl Beside {
    fn of(peer: &Peer<'_>, names: &Names<'_>) -> Beside {
        let mut beside = Beside::default();
        let ways = names.partial.directory.ways().iter();
        let ways: Vec<Option<u32>> = ways.map(|way| beside.number(peer, way, names)).collect();
        for sighting in names.partial.store.each().flat_map(Partition::renumbered) {
            let number = ways.get(sighting.way() as usize).copied().flatten();
            let is_counted = peer.kind.counts(sighting.protocol(), sighting.status());
            if let Some(number) = number.filter(|_| is_counted) {
                beside.add(peer.kind, number, &sighting);
            }
        }
        beside.attempts.par_sort_unstable();
        beside
    }

    /// The number of the peer that this way leads by, if it is one of those meant.
    fn number(&mut self, peer: &Peer<'_>, way: Way, names: &Names<'_>) -> Option<u32> {
        if names.vantage(way.vantage) != peer.vantage {
            return None;
        }
        let address = match peer.kind {
            PeerKind::Node => names.node(way.node),
            PeerKind::Upstream => names.last_upstream(way),
        };
        let next = u32::try_from(self.peers.len()).unwrap_or(u32::MAX);
        peer.kind.is_peer(&address).then(|| *self.peers.entry(address).or_insert(next))
    }

    fn add(&mut self, kind: PeerKind, peer: u32, sighting: &Sighting) {
        let client = sighting.client();
        self.count += 1;
        self.known += u64::from(client.is_known());
        self.forwarded += u64::from(client.is_forwarded());
        let is_one = match kind {
            PeerKind::Node => client.is_forwarded(),
            PeerKind::Upstream => client.is_known(),
        };
        if let Some(start) = sighting.started_at().filter(|_| is_one) {
            self.attempts.push(Attempt {
                client: client.number(),
                start: start.unix_millis(),
                path: sighting.path().number(),
                peer,
                is_failed: sighting.outcome().is_failed(),
            });
        }
    }

    fn compare(&self, peer: &Peer<'_>, count: u64) -> Compared {
        let is_nearly = |some: u64, all: u64| all.saturating_sub(some) * LACKING <= all;
        // What is told by its path alone is kept nowhere one by one.
        if !is_nearly(self.count, count) || !is_nearly(self.known, self.count) {
            return Compared::Not;
        }
        if peer.kind == PeerKind::Node && 2 * self.forwarded < self.count {
            return Compared::Clients;
        }
        let own = self.peers.get(peer.address);
        own.map_or(Compared::Not, |own| self.by_client(*own))
    }

    fn by_client(&self, own: u32) -> Compared {
        let starts = || self.attempts.iter().filter(|it| it.peer == own).map(|it| it.start);
        let (Some(first), Some(last)) = (starts().min(), starts().max()) else {
            return Compared::Not;
        };
        let clients = self.attempts.chunk_by(|one, next| one.client == next.client);
        let first_of =
            |all: &[Attempt]| all.iter().find(|it| (first..=last).contains(&it.start)).copied();
        let mut firsts: Vec<Attempt> = clients.filter_map(first_of).collect();
        firsts.sort_unstable_by_key(|it| (it.path, it.start, it.peer == own, it.is_failed));
        let strata = strata(&firsts, own);
        let sum = |group: fn(&Stratum) -> Group| {
            strata.iter().map(group).fold(Group::default(), |sum, it| Group {
                failed: sum.failed + it.failed,
                total: sum.total + it.total,
            })
        };
        Compared::ByClient {
            own: sum(|it| it.own),
            others: sum(|it| it.others),
            p: fails_more(&strata),
            ratio: ratio(&strata),
        }
    }
}

/// What is of one path and one time, where both sides are there.
fn strata(firsts: &[Attempt], own: u32) -> Vec<Stratum> {
    let stratum = |together: &[Attempt]| {
        let mut stratum = Stratum::default();
        for attempt in together {
            let is_own = attempt.peer == own;
            let group = if is_own { &mut stratum.own } else { &mut stratum.others };
            group.total += 1;
            group.failed += u64::from(attempt.is_failed);
        }
        stratum
    };
    let times = |of_path: &'_ [Attempt]| {
        let times = (of_path.len() / TOGETHER).clamp(1, MOST_TIMES);
        of_path.chunks(of_path.len().div_ceil(times).max(1)).map(stratum).collect::<Vec<_>>()
    };
    let paths = firsts.chunk_by(|one, next| one.path == next.path);
    let is_compared = |it: &Stratum| it.own.total > 0 && it.others.total > 0;
    paths.flat_map(times).filter(is_compared).collect()
}
