//! The sightings of one run, parted by their keys.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::directory::Directory;
use crate::fingerprint::fingerprint;
use crate::partial::Partial;
use crate::partials::source::Source;
use crate::sighting::Sighting;

/// Into how many buckets sightings are parted, 1 to 4096.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Buckets(NonZeroU16);

/// A text that is no [`Buckets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a number from 1 to 4096")]
pub struct NoBuckets;

impl Buckets {
    /// All in one.
    pub const ONE: Buckets = Buckets(NonZeroU16::MIN);
    /// The most there may be.
    pub const MOST: Buckets = Buckets(NonZeroU16::MIN.saturating_add(4095));

    /// So many; `None` if that is 0 or too many.
    pub fn new(count: u16) -> Option<Buckets> {
        let count = Buckets(NonZeroU16::new(count)?);
        (count <= Buckets::MOST).then_some(count)
    }

    /// How many.
    pub fn get(self) -> u16 {
        self.0.get()
    }

    /// The one that a sighting is in: that of its key, which is the same everywhere; without a valid key
    /// one by its place.
    fn of(self, sighting: &Sighting) -> u16 {
        let place = match sighting.key() {
            Some(key) => fingerprint(&[&key.to_bytes()]),
            None => sighting.position().byte,
        };
        u16::try_from(place % u64::from(self.get())).unwrap_or(0)
    }
}

impl FromStr for Buckets {
    type Err = NoBuckets;

    fn from_str(text: &str) -> Result<Buckets, NoBuckets> {
        text.parse().ok().and_then(Buckets::new).ok_or(NoBuckets)
    }
}

impl fmt::Display for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The sightings of each bucket, by its number.
pub(super) fn split(partial: &Partial, buckets: Buckets) -> impl Iterator<Item = (u16, Bucket)> {
    let mut parted: Vec<Vec<Sighting>> = vec![Vec::new(); usize::from(buckets.get())];
    for sighting in partial.store.sightings() {
        if let Some(bucket) = parted.get_mut(usize::from(buckets.of(&sighting))) {
            bucket.push(sighting);
        }
    }
    (0..).zip(parted.into_iter().map(Bucket))
}

/// Some sightings.
pub(super) struct Bucket(Vec<Sighting>);

impl Bucket {
    /// All there are.
    pub(super) fn whole(partial: &Partial) -> Bucket {
        Bucket(partial.store.sightings().collect())
    }

    /// They as a partial that has nothing else, with their own sources and ways alone.
    pub(super) fn apart(self, directory: &Directory, sources: &[Source]) -> (Vec<Source>, Partial) {
        let Bucket(mut sightings) = self;
        sightings.sort_unstable_by_key(Sighting::position);
        let used: BTreeSet<u16> = sightings.iter().map(|it| it.position().source).collect();
        let own: Vec<_> =
            used.iter().filter_map(|source| sources.get(usize::from(*source))).cloned().collect();
        let numbers: BTreeMap<u16, u16> = used.into_iter().zip(0..).collect();
        let (sets, own_sets) = (sets(sources), sets(&own));
        let set_here = |set: u16| {
            let name = sets.get(usize::from(set));
            let here = name.and_then(|name| own_sets.binary_search(name).ok());
            here.and_then(|here| u16::try_from(here).ok()).unwrap_or(0)
        };
        let mut partial = Partial::default();
        let mut known = HashMap::new();
        for sighting in sightings {
            let way = *known
                .entry(sighting.way())
                .or_insert_with_key(|way| partial.directory.adopt(directory, *way, set_here));
            let source = numbers.get(&sighting.position().source).copied().unwrap_or(0);
            partial.store.put(sighting.on_way(way).in_source(source));
        }
        (own, partial)
    }
}

/// The logs of sources, in the order of their numbers.
pub(super) fn sets(sources: &[Source]) -> Vec<String> {
    let sets: BTreeSet<_> = sources.iter().map(Source::set).collect();
    sets.into_iter().collect()
}
