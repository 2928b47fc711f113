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

    /// These counts, each of an outcome by its number among [`Outcome::ALL`], in that order, and how many of
    /// all are at HTTP/1.0; `None` if they are in another order, or such as cannot be.
    pub(crate) fn from_counts(counts: &[(u8, u64)], http10: u64) -> Option<Outcomes> {
        let is_table = counts.is_sorted_by(|(one, _), (next, _)| one < next);
        let mut outcomes = Outcomes { http10, ..Outcomes::default() };
        for (outcome, count) in counts {
            *outcomes.counts.get_mut(usize::from(*outcome))? = *count;
        }
        let total = outcomes.counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count))?;
        let is_any = counts.iter().all(|(_, count)| *count > 0);
        (is_table && is_any && total > 0 && http10 <= total).then_some(outcomes)
    }

    /// The counts above 0, as [`Outcomes::from_counts`] takes them.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (u8, u64)> {
        let Outcomes { counts, http10: _ } = *self;
        (0..).zip(counts).filter(|(_, count)| *count > 0)
    }

    /// How many there are.
    pub(crate) fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The outcomes that there are, in their order, and how many of each.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Outcome, u64)> {
        let all = Outcome::ALL.iter().copied().zip(self.counts);
        all.filter(|(_, count)| *count > 0)
    }
}
