//! Which of all sightings are those of the keys asked for.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

use wslog_parse::WebSocketKey;

use crate::sighting::Sighting;
use crate::store::Store;
use crate::trace::Wanted;
use crate::websocket::mark::Mark;

/// Each key asked for, with its sightings in the order of their positions.
pub(super) fn wanted(
    wanted: &Wanted,
    store: &Store,
    mark: Mark,
) -> Vec<(WebSocketKey, Vec<Sighting>)> {
    let mut seen = HashSet::new();
    let keys: Vec<WebSocketKey> = match wanted {
        Wanted::Keys(keys) => keys.iter().copied().filter(|key| seen.insert(*key)).collect(),
        Wanted::Worst(count) => worst(store, *count, mark),
    };
    let mut found: HashMap<WebSocketKey, Vec<Sighting>> =
        keys.iter().map(|key| (*key, Vec::new())).collect();
    for sighting in store.sightings() {
        if let Some(found) = sighting.key().and_then(|key| found.get_mut(&key)) {
            found.push(sighting);
        }
    }
    let take = |key: WebSocketKey| {
        let mut sightings = found.remove(&key).unwrap_or_default();
        sightings.sort_unstable_by_key(Sighting::position);
        (key, sightings)
    };
    keys.into_iter().map(take).collect()
}

/// How bad a sighting is, the worst first: what became of it, how long it took, its key.
type Badness = (u8, Reverse<Option<u64>>, WebSocketKey);

/// The keys of the worst handshakes, the worst first.
fn worst(store: &Store, count: usize, mark: Mark) -> Vec<WebSocketKey> {
    let mut worst: BTreeSet<Badness> = BTreeSet::new();
    // Of each key in it the worst sighting so far.
    let mut by_key: HashMap<WebSocketKey, Badness> = HashMap::new();
    for sighting in store.sightings() {
        let Some(badness) = badness(&sighting, mark) else { continue };
        let is_among = worst.len() < count || worst.last().is_some_and(|last| badness < *last);
        if !is_among || by_key.get(&badness.2).is_some_and(|known| *known <= badness) {
            continue;
        }
        if let Some(known) = by_key.insert(badness.2, badness) {
            worst.remove(&known);
        }
        worst.insert(badness);
        if worst.len() > count
            && let Some((.., key)) = worst.pop_last()
        {
            by_key.remove(&key);
        }
    }
    worst.into_iter().map(|(.., key)| key).collect()
}

/// `None` of a sighting that is not bad, or has no key.
fn badness(sighting: &Sighting, mark: Mark) -> Option<Badness> {
    let key = sighting.key()?;
    let is_failed = sighting.outcome().is_failed();
    let class = match (is_failed, sighting.is_downgrade(), sighting.is_near(mark)) {
        (true, true, true) => 0,
        (true, true, false) => 1,
        (true, false, _) => 2,
        (false, true, _) => 3,
        (false, false, _) => return None,
    };
    Some((class, Reverse(sighting.request_time().map(|time| time.0)), key))
}
