//! Every sighting, found again by its key.

use std::sync::Arc;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

use crate::directory::Renumbering;
use crate::repeats::Repeats;
use crate::sighting::{Observed, Sighting};

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
    /// Keeps what was observed as a sighting, and shows it.
    #[inline]
    pub(crate) fn push(&mut self, observed: &Observed) -> &Sighting {
        self.partition(observed.first_byte_of_key()).push(Sighting::new(observed))
    }

    /// Keeps a sighting that was packed elsewhere.
    pub(crate) fn put(&mut self, sighting: Sighting) {
        let first = sighting.key().and_then(|key| key.to_bytes().first().copied());
        self.partition(first).push(sighting);
    }

    /// Where sightings are put whose key begins with this byte, if they have one.
    #[inline]
    fn partition(&mut self, first_byte_of_key: Option<u8>) -> &mut Partition {
        match first_byte_of_key {
            Some(byte) => &mut self.keyed[usize::from(byte >> (8 - PARTITION_BITS))],
            None => &mut self.keyless,
        }
    }

    /// All sightings, those of each partition in the order they came in.
    pub(crate) fn sightings(&self) -> impl Iterator<Item = Sighting> {
        let partitions = self.keyed.iter().chain([&self.keyless]);
        partitions.flat_map(Partition::renumbered)
    }

    /// All sightings in the order of their places; those of one place in that of their partitions.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = Sighting> {
        let mut kept: Vec<_> = self.kept().collect();
        // What one thread read lies in this order already, and a stable sort makes use of that.
        kept.sort_by_key(|(sighting, _)| sighting.position());
        kept.into_iter().map(renumbered)
    }

    /// All sightings where they lie, each with how the number of its way reads.
    pub(crate) fn kept(&self) -> impl Iterator<Item = (&Sighting, Option<&Renumbering>)> {
        self.keyed.iter().chain([&self.keyless]).flat_map(Partition::sightings)
    }

    pub(crate) fn len(&self) -> usize {
        self.keyed.iter().chain([&self.keyless]).map(Partition::len).sum()
    }

    /// Takes over another store's sightings, whose ways have other numbers.
    pub(crate) fn absorb(&mut self, other: Store, numbers: Renumbering) {
        let numbers = Arc::new(numbers);
        for (mine, theirs) in self.keyed.iter_mut().zip(other.keyed) {
            mine.absorb(theirs, &numbers);
        }
        self.keyless.absorb(other.keyless, &numbers);
    }

    /// All sightings, in about as many shares as there are threads.
    pub(crate) fn shares(&self) -> impl ParallelIterator<Item = &[Partition]> {
        let each = self.keyed.len().div_ceil(rayon::current_num_threads()).max(1);
        let keyless = std::slice::from_ref(&self.keyless);
        self.keyed.par_chunks(each).chain(rayon::iter::once(keyless))
    }

    /// All partitions.
    pub(crate) fn each(&self) -> impl Iterator<Item = &Partition> {
        self.keyed.iter().chain([&self.keyless])
    }

    /// The sightings with a key, so parted that all those of one key are together.
    pub(crate) fn parts(&self) -> impl ParallelIterator<Item = &Partition> {
        self.keyed.par_iter()
    }
}

/// Some of the sightings.
///
/// They lie in segments that are never moved: two copies there are only of those in one partition
/// whose keys repeat, while these are counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Partition {
    /// Where those that come next are put.
    open: Vec<Sighting>,
    closed: Vec<Segment>,
}

#[derive(Clone, Debug, Default)]
struct Segment {
    sightings: Vec<Sighting>,
    /// How the numbers of their ways read, if they came from another store.
    numbers: Option<Arc<Renumbering>>,
}

/// How many sightings the first segment of a partition holds, and the largest ones.
const SEGMENT_LENS: (usize, usize) = (16, 8192);

impl Partition {
    #[inline]
    fn push(&mut self, sighting: Sighting) -> &Sighting {
        if self.open.len() == self.open.capacity() {
            self.open_another();
        }
        let place = self.open.len();
        self.open.push(sighting);
        &self.open[place]
    }

    #[cold]
    fn open_another(&mut self) {
        let (first_len, max_len) = SEGMENT_LENS;
        let len = (2 * self.open.len()).clamp(first_len, max_len);
        let sightings = std::mem::replace(&mut self.open, Vec::with_capacity(len));
        if !sightings.is_empty() {
            self.closed.push(Segment { sightings, numbers: None });
        }
    }

    fn absorb(&mut self, other: Partition, numbers: &Arc<Renumbering>) {
        let open = Segment { sightings: other.open, numbers: None };
        self.closed.extend(other.closed.into_iter().chain([open]).map(|segment| {
            let before = segment.numbers.as_deref();
            let both = before.map_or_else(|| numbers.clone(), |before| before.then(numbers).into());
            Segment { numbers: Some(both), ..segment }
        }));
    }

    pub(crate) fn len(&self) -> usize {
        let closed: usize = self.closed.iter().map(|segment| segment.sightings.len()).sum();
        closed + self.open.len()
    }

    /// How many different keys the sightings have. `repeated` is given the sightings of each key
    /// that has several, in the order of their positions. The memory of `repeats` is used.
    pub(crate) fn distinct_keys(
        &self,
        repeats: &mut Repeats,
        mut repeated: impl FnMut(&[Sighting]),
    ) -> u64 {
        let keys = self.sightings().map(|(sighting, _)| sighting.first_bytes_of_key());
        let suspects = repeats.of(self.len(), keys);
        if suspects.is_empty() {
            return self.len() as u64;
        }
        // All sightings of a key that has several are among these.
        let is_suspect =
            |(sighting, _): &(&Sighting, _)| suspects.contains(&sighting.first_bytes_of_key());
        // Counted first: a vector that grows takes up to three times the memory in between.
        let mut sightings = Vec::with_capacity(self.sightings().filter(is_suspect).count());
        sightings.extend(self.sightings().filter(is_suspect).map(renumbered));
        sightings.sort_unstable_by_key(|sighting| (sighting.key(), sighting.position()));
        let mut distinct = self.len() - sightings.len();
        for same in sightings.chunk_by(|one, next| one.key() == next.key()) {
            distinct += 1;
            if same.len() > 1 {
                repeated(same);
            }
        }
        distinct as u64
    }

    /// The sightings with the numbers that their ways have in this store.
    pub(crate) fn renumbered(&self) -> impl Iterator<Item = Sighting> {
        self.sightings().map(renumbered)
    }

    /// The sightings as they were kept: the numbers of their ways may be those of another store.
    pub(crate) fn as_packed(&self) -> impl Iterator<Item = &Sighting> {
        self.sightings().map(|(sighting, _)| sighting)
    }

    /// The same of some of them.
    pub(crate) fn those(&self, is_one: fn(&Sighting) -> bool) -> impl Iterator<Item = Sighting> {
        self.sightings().filter(move |(sighting, _)| is_one(sighting)).map(renumbered)
    }

    /// The sightings, with how the numbers of their ways read.
    fn sightings(&self) -> impl Iterator<Item = (&Sighting, Option<&Renumbering>)> {
        let closed = self.closed.iter().flat_map(|segment| {
            let numbers = segment.numbers.as_deref();
            segment.sightings.iter().map(move |sighting| (sighting, numbers))
        });
        closed.chain(self.open.iter().map(|sighting| (sighting, None)))
    }
}

/// A sighting with the number that its way has in this store.
fn renumbered((sighting, numbers): (&Sighting, Option<&Renumbering>)) -> Sighting {
    numbers.map_or(*sighting, |numbers| sighting.renumbered(numbers))
}
