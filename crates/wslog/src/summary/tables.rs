//! The tables of a report, each in its order.

use std::collections::{BTreeMap, HashMap};

use wslog_parse::Protocol;

use crate::accepts::Accepts;
use crate::ages::{Ages, Endings};
use crate::analysis::{
    AcceptCounts, ByRule, CellRow, Downgrades, LatencyRow, LocatedRow, NodeRow, Percentiles,
    RemoteAddrRow, RequestRow, Requests, SightingExample, SightingRow, Sightings, Totals,
    VantageRow,
};
use crate::candidates::Candidates;
use crate::correlation::Tally;
use crate::correlation::clocks::{Apart, Offset};
use crate::correlation::route::{Hop, Route};
use crate::counts::Counts;
use crate::diagnosis::{ClockRow, UpstreamCell};
use crate::keys::Keys;
use crate::partial::Partial;
use crate::summary::names::Names;
use crate::websocket::outcome::Outcome;

pub(super) fn sightings(counts: &Counts, names: &Names<'_>) -> Sightings {
    let cells = cells(counts, names);
    let mut by_protocol_status = BTreeMap::new();
    let mut by_remote_addr = BTreeMap::new();
    let mut by_vantage = BTreeMap::new();
    let mut nodes = BTreeMap::new();
    let mut total = Totals::default();
    for cell in &cells {
        let (count, near_mark) =
            by_protocol_status.entry((cell.protocol, cell.status)).or_insert((0, 0));
        *count += cell.count;
        *near_mark += cell.near_mark;
        let totals = |totals: &mut Totals| totals.add(cell);
        totals(by_remote_addr.entry(cell.remote_addr.clone()).or_default());
        totals(by_vantage.entry(cell.vantage.clone()).or_default());
        totals(nodes.entry((cell.vantage.clone(), cell.remote_addr.clone())).or_default());
        totals(&mut total);
    }
    let [key, upgrade, status, path] = counts.by_rule;
    Sightings {
        total: total.total,
        by_rule: ByRule { key, upgrade, status, path },
        paths_lost: names.partial.paths.is_lossy(),
        by_protocol_status: by_protocol_status
            .into_iter()
            .map(|((protocol, status), (count, near_mark))| SightingRow {
                protocol,
                status,
                outcome: Outcome::of(status),
                count,
                near_mark,
            })
            .collect(),
        by_remote_addr: by_remote_addr
            .into_iter()
            .map(|(remote_addr, totals)| RemoteAddrRow { remote_addr, totals })
            .collect(),
        by_vantage: by_vantage
            .into_iter()
            .map(|(vantage, totals)| VantageRow { vantage, totals })
            .collect(),
        nodes: nodes
            .into_iter()
            .map(|((vantage, remote_addr), totals)| NodeRow { vantage, remote_addr, totals })
            .collect(),
        cells,
    }
}

/// The cells under their names. Vantage points that turned out to be one are one.
fn cells(counts: &Counts, names: &Names<'_>) -> Vec<CellRow> {
    let mut merged: HashMap<_, (u64, u64)> = HashMap::new();
    for (cell, tally) in counts.cells.iter() {
        let way = names.partial.directory.way_of(cell.way);
        let key = (names.vantage(way.vantage), names.node(way.node), cell.protocol, cell.status);
        let (count, near_mark) = merged.entry(key).or_default();
        *count += tally.count;
        *near_mark += tally.near_mark;
    }
    let mut rows: Vec<_> = merged.into_iter().collect();
    rows.sort_unstable();
    let row = |((vantage, remote_addr, protocol, status), (count, near_mark))| CellRow {
        vantage,
        remote_addr,
        protocol,
        status,
        count,
        near_mark,
    };
    rows.into_iter().map(row).collect()
}

/// What nginx logged, by the last upstream server that was asked.
pub(crate) fn upstream_cells(counts: &Counts, names: &Names<'_>) -> Vec<UpstreamCell> {
    let mut merged: BTreeMap<_, u64> = BTreeMap::new();
    for (cell, tally) in counts.cells.iter() {
        let way = names.partial.directory.way_of(cell.way);
        if names.is_nginx(way.vantage) {
            let hops = (names.vantage(way.vantage), names.node(way.node), names.last_upstream(way));
            let answer = (cell.protocol, cell.status);
            *merged.entry((hops, answer, (cell.key, cell.upgrade))).or_default() += tally.count;
        }
    }
    let cell = |((hops, (protocol, status), (key, upgrade)), count)| {
        let (vantage, remote_addr, upstream_addr) = hops;
        UpstreamCell { vantage, remote_addr, upstream_addr, protocol, status, key, upgrade, count }
    };
    merged.into_iter().map(cell).collect()
}

/// Where proven losses happen, by the names of the hops.
pub(super) fn located(located: BTreeMap<Option<Hop>, Tally>, names: &Names<'_>) -> Vec<LocatedRow> {
    let row = |(hop, tally): (Option<Hop>, Tally)| LocatedRow {
        after: hop.map(|hop| names.vantage(hop.after)),
        before: hop.map(|hop| names.vantage(hop.before)),
        count: tally.count,
        failed: tally.failed,
        near_mark: tally.near_mark,
        is_assumed: hop.is_some_and(|hop| names.is_client(hop.after)),
    };
    let mut rows: Vec<_> = located.into_iter().map(row).collect();
    rows.sort_by(|one, other| (&one.before, &one.after).cmp(&(&other.before, &other.after)));
    rows
}

pub(super) fn downgrades(
    counts: &Counts,
    sightings: &Sightings,
    located: Vec<LocatedRow>,
    names: &Names<'_>,
) -> Downgrades {
    let mut totals = Totals::default();
    let http10 = |cell: &&CellRow| cell.protocol == Protocol::HTTP_10;
    sightings.cells.iter().filter(http10).for_each(|cell| totals.add(cell));
    let mut examples: Vec<_> = counts.downgraded.examples().collect();
    examples.sort_unstable_by_key(|sighting| sighting.position());
    Downgrades {
        total: totals.total,
        failed: totals.failed,
        near_mark: totals.near_mark,
        proven: located.iter().map(|row| row.count).sum(),
        located,
        examples: examples.into_iter().map(|sighting| names.example(sighting)).collect(),
    }
}

/// Most sightings of keys that were reused.
const MOST_EXAMPLES: usize = 10;

pub(super) fn reused_examples(keys: &Keys, names: &Names<'_>) -> Vec<SightingExample> {
    let examples = keys.correlation.reuse.examples().take(MOST_EXAMPLES);
    examples.map(|sighting| names.example(sighting)).collect()
}

pub(super) fn accepts(accepts: &Accepts, names: &Names<'_>) -> AcceptCounts {
    AcceptCounts {
        verified: accepts.verified,
        missing: accepts.missing,
        mismatched: accepts.mismatched,
        examples: accepts.examples().map(|sighting| names.example(sighting)).collect(),
    }
}

/// Whose clocks differ, by their names.
pub(super) fn clocks(keys: &Keys, route: &Route, names: &Names<'_>) -> Vec<ClockRow> {
    let mut named: BTreeMap<(String, String), (Offset, bool)> = BTreeMap::new();
    for ((first, second), offset) in keys.correlation.clocks.iter() {
        let pair = [first, second].map(|vantage| names.vantage(vantage));
        let [one, other] = pair;
        // The nearer the client the first; else by name.
        let is_first = match (route.is_before(first, second), route.is_before(second, first)) {
            (false, false) => one <= other,
            (is_before, _) => is_before,
        };
        let is_ordered = route.is_before(first, second) || route.is_before(second, first);
        let (pair, offset) = match is_first {
            true => ((one, other), offset),
            false => ((other, one), offset.turned()),
        };
        if pair.0 != pair.1 {
            let (sum, is_always_ordered) =
                named.entry(pair).or_insert((Offset::default(), is_ordered));
            sum.absorb(offset);
            *is_always_ordered &= is_ordered;
        }
    }
    let row = |((first, second), (offset, is_ordered)): ((String, String), (Offset, bool))| {
        let Apart { from, to, count } = offset.apart(is_ordered)?;
        let (behind, ahead) = if to < 0 { (second, first) } else { (first, second) };
        let [one, other] = [from.unsigned_abs(), to.unsigned_abs()];
        let examples = offset.example().map(|sighting| names.example(sighting)).collect();
        Some(ClockRow { behind, ahead, from: one.min(other), to: one.max(other), count, examples })
    };
    named.into_iter().filter_map(row).collect()
}

/// How old handshakes were when they ended, under the names of their vantage points.
pub(super) fn named_ages(
    partial: &Partial,
    ages: Ages,
    names: &Names<'_>,
) -> BTreeMap<String, Endings> {
    let directory = &partial.directory;
    let mut by_path = Ages::default();
    for (way, endings) in partial.paths.sightings().flat_map(Candidates::ages) {
        let vantage = directory.way_of(way).vantage;
        by_path.add(vantage, directory, |all| all.absorb(endings.clone()));
    }
    let mut named: BTreeMap<String, Endings> = BTreeMap::new();
    for (vantage, endings) in ages.into_each().chain(by_path.into_each()) {
        named.entry(names.vantage(vantage)).or_default().absorb(endings);
    }
    named
}

/// How long handshakes took to be answered 101.
pub(super) fn latencies(ages: &BTreeMap<String, Endings>) -> Vec<LatencyRow> {
    let row = |(vantage, endings): (&String, &Endings)| {
        let count = endings.latencies.total();
        let latency = Percentiles::of(&endings.latencies)?;
        Some(LatencyRow { vantage: vantage.clone(), count, latency })
    };
    ages.iter().filter_map(row).collect()
}

pub(super) fn requests(counts: &Counts, total: u64) -> Requests {
    let row = |(protocol, status, count)| RequestRow { protocol, status, count };
    Requests { total, by_protocol_status: counts.requests.iter().map(row).collect() }
}
