//! Peers that seem to fail more than the others, held against these with regard to whose handshakes they are.
//!
//! Handshakes are not independent: a client whose network is bad tries again and again, and what goes wrong
//! for a while, or for one path, goes wrong for whoever was there. So they are compared beside those of the same
//! path and time alone, and clients of one address are one, which fails once.

use std::collections::{BTreeSet, HashMap, HashSet};

use rayon::slice::ParallelSliceMut;

use crate::client::Client;
use crate::diagnosis::CutRow;
use crate::diagnosis::fisher::Group;
use crate::diagnosis::peer::{Compared, Peer, PeerKind, PeerRow};
use crate::diagnosis::stratified::{Stratum, fails_more, ratio};
use crate::directory::Way;
use crate::sighting::Sighting;
use crate::summary::attempts::{Attempt, strata, until_failure};
use crate::summary::connected::Connected;
use crate::summary::names::Names;
use crate::summary::stuck::stuck;

/// So long before its first handshake and after its last one, in ms, a peer counts as in use.
const NEARLY: i64 = 60_000;

/// One in so many may lack what the others show.
const LACKING: u64 = 20;

/// More agents than this from one address are those of several clients: a person has few browsers.
const MOST_AGENTS: usize = 4;

/// Holds each of these against its peers; each is of a vantage point where so many sightings count.
pub(super) fn peers(
    suspects: &[(Peer<'_>, u64)],
    cuts: &[CutRow],
    names: &Names<'_>,
) -> Vec<PeerRow> {
    let mut rows = Vec::new();
    for alike in suspects.chunk_by(|(one, _), (next, _)| one.group() == next.group()) {
        let Some((first, _)) = alike.first() else { continue };
        let beside = Beside::of(first, names);
        let is_cut =
            cuts.iter().any(|cut| cut.vantage == first.vantage && cut.upstream_addr.is_some());
        rows.extend(alike.iter().map(|(peer, count)| PeerRow {
            kind: peer.kind,
            vantage: peer.vantage.to_owned(),
            address: peer.address.to_owned(),
            // Of a server that was restarted all tunnels are in the log, of the others those that ended.
            compared: match is_cut && peer.kind == PeerKind::Upstream {
                true => Compared::Unlike,
                false => beside.compare(peer, *count),
            },
        }));
    }
    rows
}

/// All that went by way of the peers of one kind at one vantage point.
#[derive(Default)]
struct Beside {
    /// In order.
    attempts: Vec<Attempt>,
    /// By their addresses, numbered in the order of these.
    peers: HashMap<String, u32>,
    count: u64,
    /// Of so many it is known what their client sends.
    known: u64,
    connected: Connected,
    by_peer: Vec<ByPeer>,
}

/// What came by way of one peer.
#[derive(Clone, Default)]
struct ByPeer {
    count: u64,
    forwarded: u64,
    agents: HashSet<Client>,
}

impl Beside {
    fn of(peer: &Peer<'_>, names: &Names<'_>) -> Beside {
        let mut beside = Beside::default();
        let ways = names.partial.directory.ways().iter();
        let ways: Vec<Option<String>> = ways.map(|way| address(peer, way, names)).collect();
        let addresses: BTreeSet<&String> = ways.iter().flatten().collect();
        beside.peers = addresses.into_iter().cloned().zip(0..).collect();
        let number = |address: &String| beside.peers.get(address).copied();
        let ways: Vec<Option<u32>> = ways.iter().map(|it| number(it.as_ref()?)).collect();
        beside.by_peer = vec![ByPeer::default(); beside.peers.len()];
        for sighting in names.partial.store.sightings() {
            let number = ways.get(sighting.way() as usize).copied().flatten();
            let is_counted = peer.kind.counts(sighting.protocol(), sighting.status());
            if let Some(number) = number.filter(|_| is_counted) {
                beside.add(peer.kind, number, &sighting);
            }
        }
        beside.attempts.par_sort_unstable();
        beside
    }

    fn add(&mut self, kind: PeerKind, peer: u32, sighting: &Sighting) {
        let client = sighting.client();
        self.count += 1;
        self.known += u64::from(client.is_known());
        self.connected.add(client);
        if let Some(by_peer) = self.by_peer.get_mut(peer as usize) {
            by_peer.count += 1;
            by_peer.forwarded += u64::from(client.is_forwarded());
            if by_peer.agents.len() <= MOST_AGENTS {
                by_peer.agents.insert(client);
            }
        }
        let is_one = kind == PeerKind::Upstream || client.is_forwarded();
        if let Some(start) = sighting.started_at().filter(|_| is_one) {
            self.attempts.push(Attempt {
                address: client.address(),
                start: start.unix_millis(),
                // Nodes get whatever clients ask for; servers may be of one path each.
                path: if kind == PeerKind::Upstream { sighting.path().number() } else { 0 },
                turn: 0,
                is_failed: sighting.outcome().is_failed(),
                peer,
            });
        }
    }

    fn compare(&self, peer: &Peer<'_>, count: u64) -> Compared {
        let is_nearly = |some: u64, all: u64| all.saturating_sub(some) * LACKING <= all;
        let Some(&own) = self.peers.get(peer.address) else { return Compared::Not };
        // What is told by its path alone is kept nowhere one by one.
        if !is_nearly(self.count, count) || !is_nearly(self.known, self.count) {
            return Compared::Not;
        }
        let by_peer = self.by_peer.get(own as usize);
        let is_client = |it: &ByPeer| 2 * it.forwarded < it.count && it.agents.len() <= MOST_AGENTS;
        match peer.kind {
            PeerKind::Node if by_peer.is_some_and(is_client) => Compared::Unlike,
            PeerKind::Node if !self.connected.is_forwarded() => Compared::Not,
            // Nodes that name nobody look like a few clients.
            PeerKind::Upstream if self.connected.may_be_nodes() => Compared::Not,
            PeerKind::Node | PeerKind::Upstream => self.by_client(own),
        }
    }

    fn by_client(&self, own: u32) -> Compared {
        let starts = || self.attempts.iter().filter(|it| it.peer == own).map(|it| it.start);
        let (Some(first), Some(last)) = (starts().min(), starts().max()) else {
            return Compared::Not;
        };
        let in_use = first.saturating_sub(NEARLY)..=last.saturating_add(NEARLY);
        let is_meant = |it: &&Attempt| in_use.contains(&it.start);
        let mut all: Vec<Attempt> = self.attempts.iter().filter(is_meant).copied().collect();
        let stuck = stuck(&all, own);
        all.retain(|it| !stuck.contains(&it.address));
        let strata_of_all = strata(&all, own);
        let sum = |group: fn(&Stratum) -> Group| {
            strata_of_all.iter().map(group).fold(Group::default(), |sum, it| Group {
                failed: sum.failed + it.failed,
                total: sum.total + it.total,
            })
        };
        let failing = all.iter().filter(|it| it.peer == own && it.is_failed);
        let failing: HashSet<u64> = failing.map(|it| it.address).collect();
        Compared::ByClient {
            own: sum(|it| it.own),
            others: sum(|it| it.others),
            failing: failing.len() as u64,
            stuck: stuck.len() as u64,
            ratio: ratio(&strata_of_all),
            p: fails_more(&strata(&until_failure(all), own)),
        }
    }
}

/// The address of the peer that this way leads by, if it is one of those meant.
fn address(peer: &Peer<'_>, way: Way, names: &Names<'_>) -> Option<String> {
    if names.vantage(way.vantage) != peer.vantage {
        return None;
    }
    let address = match peer.kind {
        PeerKind::Node => names.node(way.node),
        PeerKind::Upstream => names.last_upstream(way),
    };
    peer.kind.is_peer(&address).then_some(address)
}
