//! Every sighting, found again by its key.

use wslog_parse::WebSocketKey;

use crate::sighting::{Renumbering, Sighting};

/// Sightings in partitions by the first bits of their keys, sorted only when they are asked for:
/// appending is all that happens while lines are read.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    keyed: Vec<Vec<Sighting>>,
    keyless: Vec<Sighting>,
}

const PARTITION_BITS: u32 = 6;

impl Default for Store {
    fn default() -> Store {
        Store { keyed: vec![Vec::new(); 1 << PARTITION_BITS], keyless: Vec::new() }
    }
}

impl Store {
    pub(crate) fn push(&mut self, sighting: Sighting) {
        match sighting.key() {
            Some(key) => self.keyed[partition(key)].push(sighting),
            None => self.keyless.push(sighting),
        }
    }

    /// Takes over another store's sightings, whose names have other numbers.
    pub(crate) fn absorb(&mut self, other: Store, numbers: &Renumbering) {
        let renumbered = |sighting: Sighting| sighting.renumbered(numbers);
        for (mine, theirs) in self.keyed.iter_mut().zip(other.keyed) {
            mine.extend(theirs.into_iter().map(renumbered));
        }
        self.keyless.extend(other.keyless.into_iter().map(renumbered));
    }

    /// The sightings of each key, in the order of their positions.
    pub(crate) fn by_key(&mut self) -> impl Iterator<Item = &[Sighting]> {
        self.keyed.iter_mut().flat_map(|partition| {
            partition.sort_unstable_by_key(|sighting| (sighting.key(), sighting.position()));
            partition.chunk_by(|one, next| one.key() == next.key())
        })
    }
}

fn partition(key: WebSocketKey) -> usize {
    usize::from(key.as_bytes()[0] >> (8 - PARTITION_BITS))
}
