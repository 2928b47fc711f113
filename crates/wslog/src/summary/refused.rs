//! Answers that plain requests get as well, as far as they mean something: not on paths where others were answered
//! 101, and not where one or two clients ask at a wrong place.

use std::collections::{BTreeMap, HashMap, HashSet};

use wslog_parse::Status;

use crate::diagnosis::UpstreamCell;
use crate::diagnosis::upgrade_missing::{RefusedRow, answers_as_plain, is_required, suspects};
use crate::path_shape::PathShape;
use crate::sighting::Sighting;
use crate::summary::names::Names;

/// Fewer of the clients that are known may be somebody at a wrong place.
const FEWEST_CLIENTS: usize = 3;

/// An answer that a plain request gets as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Refusal<'a> {
    vantage: &'a str,
    /// Where the server switches on others; else all are one.
    path: PathShape,
    server: &'a str,
    /// 0 where it may be a node.
    client: u64,
    status: Status,
}

/// Those of all servers that have any, by vantage point and server; `None` where sightings are not kept.
pub(super) fn refused(logged: &[UpstreamCell], names: &Names<'_>) -> Option<Vec<RefusedRow>> {
    let suspects: HashMap<(&str, &str), bool> = suspects(logged).collect();
    if suspects.is_empty() || names.partial.store.sightings().next().is_none() {
        return suspects.is_empty().then(Vec::new);
    }
    let ways = names.partial.directory.ways().iter();
    let ways: Vec<(String, String)> =
        ways.map(|way| (names.vantage(way.vantage), names.last_upstream(way))).collect();
    let mut switched: HashSet<(&str, PathShape)> = HashSet::new();
    let mut refusals: Vec<Refusal<'_>> = Vec::new();
    for sighting in names.partial.store.sightings() {
        let Some((vantage, server)) = ways.get(sighting.way() as usize) else { continue };
        let (path, status) = (sighting.path(), sighting.status());
        if status == Status::SWITCHING_PROTOCOLS {
            switched.insert((vantage, path));
        } else if let Some(&switches) = suspects.get(&(vantage.as_str(), server.as_str()))
            && is_refusal(&sighting, server)
        {
            let client = Some(sighting.client()).filter(|client| client.is_forwarded());
            let client = client.map_or(0, |client| client.number());
            let path = if switches { path } else { PathShape::UNKNOWN };
            refusals.push(Refusal { vantage, server, path, client, status });
        }
    }
    let is_elsewhere = |it: &Refusal<'_>| switched.contains(&(it.vantage, it.path));
    refusals.retain(|it| it.path == PathShape::UNKNOWN || !is_elsewhere(it));
    refusals.sort_unstable();
    Some(rows(&refusals, names))
}

fn is_refusal(sighting: &Sighting, server: &str) -> bool {
    let header = (sighting.key_seen().kind(), sighting.upgrade());
    answers_as_plain(sighting.protocol(), header, sighting.status(), server)
}

/// Those in order, added up.
fn rows(refusals: &[Refusal<'_>], names: &Names<'_>) -> Vec<RefusedRow> {
    let mut rows: BTreeMap<(&str, &str), RefusedRow> = BTreeMap::new();
    let alike = refusals.chunk_by(|one, next| (one.vantage, one.path) == (next.vantage, next.path));
    for together in alike {
        let has_clients = has_clients(together);
        // A server that never switches says itself what it lacks, whoever asks.
        let is_told = |it: &&Refusal<'_>| {
            has_clients || it.path == PathShape::UNKNOWN && is_required(it.status)
        };
        for Refusal { vantage, server, path, status, .. } in together.iter().filter(is_told) {
            let row = rows.entry((vantage, server));
            let row = row.or_insert_with(|| RefusedRow::new(vantage, server));
            row.answers.add(*status, 1);
            if *path != PathShape::UNKNOWN {
                row.answers.paths.insert(*path, names.path(*path));
            }
        }
    }
    rows.into_values().collect()
}

/// Whether they are of several clients, or nobody knows of whom they are.
fn has_clients(together: &[Refusal<'_>]) -> bool {
    let clients: HashSet<u64> = together.iter().map(|it| it.client).collect();
    clients.len() >= FEWEST_CLIENTS || clients.contains(&0)
}
