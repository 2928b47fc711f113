//! How many ended in which way.

use wslog_parse::Protocol;

use crate::sighting::Sighting;
use crate::websocket::outcome::Outcome;

/// Sightings by their outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcomes {
    counts: [u64; Outcome::ALL.len()],
    /// Those of all at HTTP/1.0.
    pub(crate) http10: u64,
}

impl Outcomes {
    pub(crate) fn add(&mut self, sighting: &Sighting) {
        if let Some(count) = self.counts.get_mut(sighting.outcome() as usize) {
            *count += 1;
        }
        self.http10 += u64::from(sighting.protocol() == Protocol::HTTP_10);
    }

    pub(crate) fn absorb(&mut self, other: &Outcomes) {
        self.counts.iter_mut().zip(other.counts).for_each(|(mine, theirs)| *mine += theirs);
        self.http10 += other.http10;
    }

    /// The outcomes that there are, in their order, and how many of each.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Outcome, u64)> {
        let all = Outcome::ALL.iter().copied().zip(self.counts);
        all.filter(|(_, count)| *count > 0)
    }
}
