//! Which ways requests took.

use std::collections::BTreeMap;

use crate::correlation::Correlation;
use crate::correlation::lacking::{Lacking, Needed};
use crate::correlation::route::{Route, Verdict};
use crate::map::Map;

/// Requests that were seen at the same vantage points, and were HTTP/1.0 at the same of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Taken {
    /// Each once, by their numbers.
    vantages: Vec<u32>,
    downgrades: Vec<Lacking>,
}

impl Taken {
    /// Of vantage points in the order of their numbers.
    pub(super) fn new(vantages: Vec<u32>, mut downgrades: Vec<Lacking>) -> Taken {
        downgrades.sort_unstable();
        downgrades.dedup();
        Taken { vantages, downgrades }
    }

    /// Of a request that was seen at one vantage point.
    fn alone(vantage: u32, is_http10: bool) -> Taken {
        let downgrade =
            is_http10.then(|| Lacking::new(Needed::Protocol, vantage, Vec::new(), Vec::new()));
        Taken { vantages: vec![vantage], downgrades: downgrade.into_iter().collect() }
    }
}

/// The requests that took one way.
#[derive(Clone, Debug, Default)]
pub(crate) struct PathCount {
    pub(crate) count: u64,
    /// Those of them that became HTTP/1.0: the vantage point at which that was seen, and what is known
    /// of where it happened.
    pub(crate) downgrades: BTreeMap<(u32, Verdict), u64>,
}

/// How many requests took which way: by the numbers of its vantage points, each once.
///
/// `sightings` are all there are, by vantage point and whether they were HTTP/1.0: those that were
/// not joined to others are requests of their own.
pub(crate) fn count_paths(
    correlation: &Correlation,
    sightings: &Map<(u32, bool), u64>,
    route: &Route,
) -> BTreeMap<Vec<u32>, PathCount> {
    let alone = sightings.iter().map(|(&(vantage, is_http10), &count)| {
        let joined = correlation.joined.get(&(vantage, is_http10)).copied().unwrap_or(0);
        (Taken::alone(vantage, is_http10), count.saturating_sub(joined))
    });
    let joined = correlation.taken.iter().map(|(taken, &count)| (taken.clone(), count));
    let mut paths: BTreeMap<Vec<u32>, PathCount> = BTreeMap::new();
    for (taken, count) in joined.chain(alone).filter(|(_, count)| *count > 0) {
        let mut vantages: Vec<u32> = taken.vantages.iter().map(|&it| route.group(it)).collect();
        vantages.sort_unstable();
        vantages.dedup();
        let path = paths.entry(vantages).or_default();
        path.count += count;
        if let Some(loss) = route.first_loss(&taken.downgrades) {
            *path.downgrades.entry(loss).or_default() += count;
        }
    }
    paths
}
