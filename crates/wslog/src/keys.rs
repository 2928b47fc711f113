//! Sightings joined by their keys.

use std::collections::{HashMap, HashSet};

use rayon::iter::ParallelIterator;
use wslog_parse::Timestamp;

use crate::ages::Ages;
use crate::analysis::{Handshakes, Sightings};
use crate::correlation::Correlation;
use crate::correlation::seen::TOUCHING;
use crate::counts::Counts;
use crate::directory::{Directory, Seat};
use crate::repeats::Repeats;
use crate::sighting::Sighting;
use crate::store::{Partition, Store};
use crate::websocket::mark::Mark;

/// What can be said of keys once all sightings of each are together.
#[derive(Default)]
pub(crate) struct Keys {
    pub(crate) distinct: u64,
    pub(crate) repeated: u64,
    /// Sightings that have one.
    pub(crate) with_key: u64,
    /// Handshakes of which sightings were let go.
    pub(crate) evicted: u64,
    /// Names under which one key was under way in two source sets, or at two addresses, at once: several vantage points.
    pub(crate) split_names: HashSet<u32>,
    /// How old they were when they ended, of those without a key as well.
    pub(crate) ages: Ages,
    /// What sightings of one key at several vantage points say together.
    pub(crate) correlation: Correlation,
}

impl Keys {
    pub(crate) fn count(store: &Store, directory: &Directory, mark: Mark) -> Keys {
        let ages = store.shares().map(|share| Ages::of(share, directory));
        let ages = ages.reduce(Ages::default, Ages::and);
        let of = |repeats: &mut _, part: &Partition| Keys::of(part, (directory, mark), repeats);
        let keys = store.parts().map_init(Repeats::default, of).reduce(Keys::default, Keys::and);
        Keys { ages, ..keys }
    }

    fn of(part: &Partition, (directory, mark): (&Directory, Mark), repeats: &mut Repeats) -> Keys {
        let mut keys = Keys { with_key: part.len() as u64, ..Keys::default() };
        let distinct = part.distinct_keys(repeats, |same| keys.add_repeated(same, directory, mark));
        keys.distinct = distinct;
        keys
    }

    /// Takes into account the sightings of a key that has several, in the order of their positions.
    pub(crate) fn add_repeated(
        &mut self,
        sightings: &[Sighting],
        directory: &Directory,
        mark: Mark,
    ) {
        self.repeated += 1;
        self.correlation.add(sightings, directory, mark);
        split(sightings, directory, &mut self.split_names);
    }

    fn and(mut self, other: Keys) -> Keys {
        self.distinct += other.distinct;
        self.repeated += other.repeated;
        self.with_key += other.with_key;
        self.split_names.extend(other.split_names);
        self.correlation.absorb(other.correlation);
        self
    }

    /// What is told of them; where they went is told by whoever has their names.
    pub(crate) fn handshakes(&self, counts: &Counts, sightings: &Sightings) -> Handshakes {
        Handshakes {
            total: self.distinct + sightings.total.saturating_sub(self.with_key),
            distinct_keys: self.distinct,
            keys_seen_more_than_once: self.repeated,
            malformed_keys: counts.malformed_keys(),
            keys_reused: self.correlation.reuse.keys,
            retries: self.correlation.retries,
            evicted: self.evicted,
            ..Handshakes::default()
        }
    }
}

/// A source set, and what saw it there.
type Place = (u16, Seat);

/// Adds the names under which these sightings of one key were under way in two source sets, or at two
/// addresses, at once.
///
/// Taken by their starts, a sighting overlaps an earlier one that ends after it starts. Where one is over
/// the next may begin in the same moment, as a retry does.
fn split(sightings: &[Sighting], directory: &Directory, split_names: &mut HashSet<u32>) {
    let mut spans: Vec<_> = sightings
        .iter()
        .filter_map(|sighting| {
            let vantage = directory.vantages.get(directory.way_of(sighting.way()).vantage)?;
            let end = sighting.logged_at()?.unix_millis();
            let start = sighting.started_at().map_or(end - TOUCHING - 1, Timestamp::unix_millis);
            Some((start, end, vantage.name?, (vantage.set, vantage.seat)))
        })
        .collect();
    spans.sort_unstable();
    let mut latest: HashMap<u32, HashMap<Place, i64>> = HashMap::new();
    for (start, end, name, place) in spans {
        let places = latest.entry(name).or_default();
        if places.iter().any(|(other, latest)| *other != place && *latest > start + TOUCHING) {
            split_names.insert(name);
        }
        let latest = places.entry(place).or_insert(end);
        *latest = (*latest).max(end);
    }
}
