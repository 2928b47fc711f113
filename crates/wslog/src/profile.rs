//! Sightings by time and by age: what charts are drawn from.

mod ages;
mod outcomes;
mod timeline;

use crate::sighting::Sighting;
use crate::store::Partition;

pub(crate) use self::ages::AgeBins;
pub(crate) use self::outcomes::Outcomes;
pub(crate) use self::timeline::Timeline;

/// The sightings of one part of the input, counted both ways.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    pub(crate) timeline: Timeline,
    pub(crate) ages: AgeBins,
}

impl Profile {
    /// That of parts of a store.
    pub(crate) fn of(parts: &[Partition]) -> Profile {
        let mut profile = Profile::default();
        for sighting in parts.iter().flat_map(Partition::as_packed) {
            profile.add(sighting);
        }
        profile
    }

    pub(crate) fn add(&mut self, sighting: &Sighting) {
        self.timeline.add(sighting);
        self.ages.add(sighting);
    }

    pub(crate) fn absorb(&mut self, other: &Profile) {
        self.timeline.absorb(&other.timeline);
        self.ages.absorb(&other.ages);
    }
}
