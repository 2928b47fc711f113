//! Every sighting, found again by its key.

use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use wslog_parse::WebSocketKey;

use crate::directory::Renumbering;
use crate::sighting::Sighting;

/// Sightings in partitions by the first bits of their keys, sorted only when they are asked for:
/// appending is all that happens while lines are read.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    keyed: Vec<Partition>,
    keyless: Partition,
}

const PARTITION_BITS: u32 = 6;

impl Default for Store {
    fn default() -> Store {
        Store {
            keyed: vec![Partition::default(); 1 << PARTITION_BITS],
            keyless: Partition::default(),
        }
    }
}

impl Store {
    pub(crate) fn push(&mut self, sighting: Sighting) {
        match sighting.key() {
            Some(key) => self.keyed[partition(key)].push(sighting),
            None => self.keyless.push(sighting),
        }
    }

    /// Takes over another store's sightings, whose ways have other numbers.
    pub(crate) fn absorb(&mut self, other: Store, numbers: Renumbering) {
        let numbers = Arc::new(numbers);
        for (mine, theirs) in self.keyed.iter_mut().zip(other.keyed) {
            mine.absorb(theirs, &numbers);
        }
        self.keyless.absorb(other.keyless, &numbers);
    }

    /// The sightings with a key, so parted that all those of one key are together.
    pub(crate) fn into_parts(self) -> impl ParallelIterator<Item = Partition> {
        self.keyed.into_par_iter()
    }
}

fn partition(key: WebSocketKey) -> usize {
    usize::from(key.as_bytes()[0] >> (8 - PARTITION_BITS))
}

/// Some of the sightings, in the order they came.
///
/// They lie in segments that are never moved, so that there is no moment with two copies of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Partition {
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, Default)]
struct Segment {
    sightings: Vec<Sighting>,
    /// How the numbers of their ways read, if they came from another store.
    numbers: Option<Arc<Renumbering>>,
}

/// How many sightings the first segment of a partition holds, and the largest ones.
const SEGMENT_LENS: (usize, usize) = (16, 1024);

/// Where a sighting stands, behind the first bytes of its key.
pub(crate) type Place = (u64, u32, u32);

impl Partition {
    fn push(&mut self, sighting: Sighting) {
        let last = self.segments.last();
        let room = last.map_or(0, |last| last.sightings.capacity() - last.sightings.len());
        let is_mine = last.is_some_and(|last| last.numbers.is_none());
        if room == 0 || !is_mine {
            let (first_len, max_len) = SEGMENT_LENS;
            let len = last.map_or(first_len, |last| (2 * last.sightings.len()).min(max_len));
            let sightings = Vec::with_capacity(len.max(first_len));
            self.segments.push(Segment { sightings, numbers: None });
        }
        if let Some(last) = self.segments.last_mut() {
            last.sightings.push(sighting);
        }
    }

    fn absorb(&mut self, other: Partition, numbers: &Arc<Renumbering>) {
        self.segments.extend(other.segments.into_iter().map(|segment| {
            let before = segment.numbers.as_deref();
            let both = before.map_or_else(|| numbers.clone(), |before| before.then(numbers).into());
            Segment { numbers: Some(both), ..segment }
        }));
    }

    pub(crate) fn len(&self) -> usize {
        self.segments.iter().map(|segment| segment.sightings.len()).sum()
    }

    /// How many different keys the sightings have. `repeated` is given the sightings of each key
    /// that has several, in the order of their positions. The memory of `places` is used.
    pub(crate) fn distinct_keys(
        &self,
        places: &mut Vec<Place>,
        mut repeated: impl FnMut(&[Sighting]),
    ) -> u64 {
        self.list_places(places);
        // Numbers are sorted faster than keys, and nearly always they tell these apart.
        places.sort_unstable_by_key(|place| place.0);
        let mut distinct = 0;
        for same in places.chunk_by(|one, next| one.0 == next.0) {
            if same.len() == 1 {
                distinct += 1;
                continue;
            }
            let mut sightings: Vec<_> = same.iter().filter_map(|place| self.get(*place)).collect();
            sightings.sort_unstable_by_key(|sighting| (sighting.key(), sighting.position()));
            for same in sightings.chunk_by(|one, next| one.key() == next.key()) {
                distinct += 1;
                if same.len() > 1 {
                    repeated(same);
                }
            }
        }
        distinct
    }

    fn list_places(&self, places: &mut Vec<Place>) {
        places.clear();
        for (segment, number) in self.segments.iter().zip(0..) {
            places.extend(
                segment
                    .sightings
                    .iter()
                    .zip(0..)
                    .map(|(sighting, offset)| (sighting.first_bytes_of_key(), number, offset)),
            );
        }
    }

    fn get(&self, (_, segment, offset): Place) -> Option<Sighting> {
        let segment = self.segments.get(usize::try_from(segment).ok()?)?;
        let sighting = *segment.sightings.get(usize::try_from(offset).ok()?)?;
        let numbers = segment.numbers.as_deref();
        Some(numbers.map_or(sighting, |numbers| sighting.renumbered(numbers)))
    }
}
