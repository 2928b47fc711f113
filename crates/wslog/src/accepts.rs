//! What answers to handshakes say in their `Sec-WebSocket-Accept`, as captures show it.

use crate::directory::Renumbering;
use crate::few::Few;
use crate::sighting::{Position, Sighting};

/// How many answers fit their keys, and those that do not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accepts {
    pub(crate) verified: u64,
    /// A 101 to a key without the field.
    pub(crate) missing: u64,
    pub(crate) mismatched: u64,
    /// Mismatched and missing ones.
    wrong: Few<Position, Sighting>,
}

impl Accepts {
    #[cfg(feature = "capture")]
    /// Keeps a sighting whose answer does not fit, if it is among the first.
    pub(crate) fn offer(&mut self, sighting: Sighting) {
        self.wrong.offer(sighting.position(), || sighting);
    }

    /// Adds others, the ways of whose sightings have other numbers.
    pub(crate) fn absorb(&mut self, mut other: Accepts, numbers: &Renumbering) {
        self.verified += other.verified;
        self.missing += other.missing;
        self.mismatched += other.mismatched;
        for sighting in other.wrong.iter_mut() {
            *sighting = sighting.renumbered(numbers);
        }
        self.wrong.absorb(other.wrong);
    }

    /// What was found elsewhere; `None` if the examples are too many or not in the order of their places.
    pub(crate) fn from_parts(
        [verified, missing, mismatched]: [u64; 3],
        wrong: Vec<Sighting>,
    ) -> Option<Accepts> {
        let placed = wrong.into_iter().map(|sighting| (sighting.position(), sighting));
        let wrong = Few::from_sorted(placed.collect())?;
        Some(Accepts { verified, missing, mismatched, wrong })
    }

    /// The counts and the examples, as [`Accepts::from_parts`] takes them.
    pub(crate) fn parts(&self) -> ([u64; 3], impl Iterator<Item = &Sighting>) {
        let Accepts { verified, missing, mismatched, wrong } = self;
        ([*verified, *missing, *mismatched], wrong.iter())
    }

    /// The first answers that do not fit, by their places.
    pub(crate) fn examples(&self) -> impl Iterator<Item = &Sighting> {
        self.wrong.iter()
    }
}
