//! Which ways requests took, by the names of their vantage points.

use std::collections::BTreeMap;

use wslog_parse::Protocol;

use crate::analysis::{PathLoss, PathRow};
use crate::correlation::route::{Route, Verdict};
use crate::correlation::taken::{PathCount, count_paths};
use crate::counts::Counts;
use crate::keys::Keys;
use crate::map::Map;
use crate::summary::Names;
use crate::trace::{Loss, LossKind};

/// A row for each way, by its vantage points in their order.
pub(super) fn paths(
    counts: &Counts,
    keys: &Keys,
    route: &Route,
    names: &Names<'_>,
) -> Vec<PathRow> {
    let mut sightings: Map<(u32, bool), u64> = Map::default();
    for (cell, tally) in counts.cells.iter() {
        let vantage = names.partial.directory.way_of(cell.way).vantage;
        let is_http10 = cell.protocol == Protocol::HTTP_10;
        *sightings.entry((vantage, is_http10)).or_default() += tally.count;
    }
    let paths = count_paths(&keys.correlation, &sightings, route);
    let mut rows: Vec<_> =
        paths.into_iter().map(|(vantages, path)| row(vantages, path, route, names)).collect();
    rows.sort();
    rows
}

fn row(vantages: Vec<u32>, path: PathCount, route: &Route, names: &Names<'_>) -> PathRow {
    let vantages = route.in_order(vantages);
    let mut losses: BTreeMap<Loss, u64> = BTreeMap::new();
    for ((vantage, verdict), count) in path.downgrades {
        *losses.entry(loss(vantage, verdict, names)).or_default() += count;
    }
    PathRow {
        ordered: vantages.windows(2).all(|pair| route.is_before(pair[0], pair[1])),
        vantages: vantages.into_iter().map(|vantage| names.vantage(vantage)).collect(),
        count: path.count,
        downgrades: losses.into_iter().map(|(loss, count)| PathLoss { loss, count }).collect(),
    }
}

/// What is known of a loss that was seen at this vantage point, by names.
pub(crate) fn loss(vantage: u32, verdict: Verdict, names: &Names<'_>) -> Loss {
    let (kind, after, before) = match verdict {
        Verdict::Suspected => (LossKind::Suspected, None, vantage),
        Verdict::Proven(None) => (LossKind::Proven, None, vantage),
        Verdict::Proven(Some(hop)) => (LossKind::Proven, Some(hop.after), hop.before),
    };
    Loss { kind, after: after.map(|after| names.vantage(after)), before: names.vantage(before) }
}
