//! Paths on which no handshake was answered 101, by servers that do so on other paths: where one `location` of
//! several lacks a header.

use std::collections::{BTreeMap, HashSet};

use wslog_parse::Status;

use crate::diagnosis::UpstreamCell;
use crate::diagnosis::upgrade_missing::{RefusedRow, answers_as_plain, switching};
use crate::path_shape::PathShape;
use crate::sighting::Sighting;
use crate::store::Partition;
use crate::summary::names::Names;

/// Fewer of the clients that are known may be one at a wrong path.
const FEWEST_CLIENTS: usize = 3;

/// An answer that a plain request gets as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Refusal<'a> {
    vantage: &'a str,
    path: PathShape,
    client: u64,
    server: &'a str,
    status: Status,
}

/// The answers of servers that switch elsewhere, on paths where nobody does, by vantage point and server.
pub(super) fn refused(logged: &[UpstreamCell], names: &Names<'_>) -> Vec<RefusedRow> {
    let suspects: HashSet<(&str, &str)> = switching(logged).collect();
    if suspects.is_empty() {
        return Vec::new();
    }
    let ways = names.partial.directory.ways().iter();
    let ways: Vec<(String, String)> =
        ways.map(|way| (names.vantage(way.vantage), names.last_upstream(way))).collect();
    let mut switched: HashSet<(&str, PathShape)> = HashSet::new();
    let mut refusals: Vec<Refusal<'_>> = Vec::new();
    for sighting in names.partial.store.each().flat_map(Partition::renumbered) {
        let Some((vantage, server)) = ways.get(sighting.way() as usize) else { continue };
        let path = sighting.path();
        if sighting.status() == Status::SWITCHING_PROTOCOLS {
            switched.insert((vantage, path));
        } else if is_refusal(&sighting, server) && suspects.contains(&(vantage, server)) {
            let client = sighting.client().number();
            refusals.push(Refusal { vantage, path, client, server, status: sighting.status() });
        }
    }
    refusals.retain(|it| !switched.contains(&(it.vantage, it.path)));
    refusals.sort_unstable();
    rows(&refusals)
}

fn is_refusal(sighting: &Sighting, server: &str) -> bool {
    let header = (sighting.key_seen().kind(), sighting.upgrade());
    sighting.path() != PathShape::UNKNOWN
        && answers_as_plain(sighting.protocol(), header, sighting.status(), server)
}

/// Those in order, added up.
fn rows(refusals: &[Refusal<'_>]) -> Vec<RefusedRow> {
    let mut rows: BTreeMap<(&str, &str), RefusedRow> = BTreeMap::new();
    let paths = refusals.chunk_by(|one, next| (one.vantage, one.path) == (next.vantage, next.path));
    for on_path in paths.filter(|all| has_clients(all)) {
        for Refusal { vantage, server, path, status, .. } in on_path {
            let row = rows.entry((vantage, server));
            row.or_insert_with(|| RefusedRow::new(vantage, server, *path)).answers.add(*status, 1);
        }
    }
    rows.into_values().collect()
}

/// Whether they are of several clients, or nobody knows of whom they are.
fn has_clients(on_path: &[Refusal<'_>]) -> bool {
    let clients = on_path.chunk_by(|one, next| one.client == next.client).count();
    clients >= FEWEST_CLIENTS || on_path.iter().any(|it| it.client == 0)
}
