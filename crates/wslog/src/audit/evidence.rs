//! What logs say of the locations.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::analysis::Analysis;
use crate::audit::location::Proxied;
use crate::audit::route::Routes;
use crate::audit::tree::{LevelId, Tree};
use crate::websocket::mark::Mark;
use crate::websocket::outcome::Outcome;

/// What became of the handshakes that a location served.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// How many there were.
    pub handshakes: u64,
    /// Those that became tunnels.
    pub established: u64,
    /// Those that did not.
    pub failed: u64,
    /// Tunnels that ended near the mark.
    pub near_mark: u64,
    /// By the status they were answered with, in its order.
    pub by_status: Vec<StatusCount>,
}

/// Handshakes with one status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatusCount {
    /// The status.
    pub status: u16,
    /// What it means for a handshake.
    pub outcome: Outcome,
    /// How many.
    pub count: u64,
}

/// What all the logs together say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EvidenceTotals {
    /// Handshakes in the logs.
    pub handshakes: u64,
    /// Those that a location with a `proxy_pass` served.
    pub placed: u64,
    /// Those on paths that several such locations may have served, of different servers: the logs do not
    /// show which.
    pub ambiguous: u64,
    /// Those that none of them serves.
    pub elsewhere: u64,
    /// Those that could not be looked up: there were too many paths, or theirs is too long.
    pub lost: u64,
    /// The age that tunnels are asked about.
    pub mark: Mark,
}

/// The handshakes of the logs, by the location that served them.
pub(super) fn place(
    tree: &Tree<'_>,
    locations: &[Proxied<'_>],
    analysis: &Analysis,
) -> (BTreeMap<LevelId, Evidence>, EvidenceTotals) {
    let routes = Routes::of(tree);
    let proxied: BTreeSet<LevelId> = locations.iter().map(|it| it.home).collect();
    let mut found: BTreeMap<LevelId, Evidence> = BTreeMap::new();
    let targets = &analysis.basis.targets;
    let lost = targets.lost();
    let mark = analysis.mark;
    let mut totals =
        EvidenceTotals { handshakes: lost, placed: 0, ambiguous: 0, elsewhere: 0, lost, mark };
    let upgraded: BTreeSet<&[u8]> =
        targets.iter().filter(|it| it.is_upgraded()).map(|it| &*it.path).collect();
    for target in targets.iter() {
        let mut evidence = Evidence::default();
        for (status, end) in target.ends(upgraded.contains(&*target.path)) {
            evidence.add(status.code(), Outcome::of(status), end.count, end.near_mark);
        }
        let mut serving = routes.find(target.server_name.as_deref(), &target.path);
        serving.retain(|id| proxied.contains(id));
        totals.handshakes += evidence.handshakes;
        match serving.as_slice() {
            [] => totals.elsewhere += evidence.handshakes,
            [only] => {
                totals.placed += evidence.handshakes;
                found.entry(*only).or_default().absorb(&evidence);
            }
            _ => totals.ambiguous += evidence.handshakes,
        }
    }
    found.retain(|_, evidence| evidence.handshakes > 0);
    (found, totals)
}

impl Evidence {
    fn add(&mut self, status: u16, outcome: Outcome, count: u64, near_mark: u64) {
        self.handshakes += count;
        match outcome.is_failed() {
            true => self.failed += count,
            false => {
                self.established += count;
                self.near_mark += near_mark;
            }
        }
        match self.by_status.binary_search_by_key(&status, |it| it.status) {
            Ok(index) => {
                if let Some(counted) = self.by_status.get_mut(index) {
                    counted.count += count;
                }
            }
            Err(index) => self.by_status.insert(index, StatusCount { status, outcome, count }),
        }
    }

    fn absorb(&mut self, other: &Evidence) {
        self.near_mark += other.near_mark;
        for StatusCount { status, outcome, count } in &other.by_status {
            self.add(*status, *outcome, *count, 0);
        }
    }
}
