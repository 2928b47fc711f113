//! Sightings by time and by age.

use serde::{Deserialize, Serialize};

use crate::codec::CodecError;
use crate::codec::wire::number::{each, ensure, total};
use crate::profile::{self, AgeBins, Timeline};

/// The sightings of one part of the input, counted both ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Profile {
    /// The number of the width of the bins by time.
    width: u8,
    /// By the number of a bin, in their order.
    times: Vec<(i64, Outcomes)>,
    undated: u64,
    logged: u64,
    /// By the age that a bin begins with, in ms, in their order.
    ages: Vec<(u64, Outcomes)>,
    unknown: u64,
}

/// How many of which outcome, by its number, and how many of all are at HTTP/1.0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Outcomes {
    counts: Vec<(u8, u64)>,
    http10: u64,
}

impl From<&profile::Profile> for Profile {
    fn from(profile: &profile::Profile) -> Profile {
        let profile::Profile { timeline, ages } = profile;
        let (width, times, [undated, logged]) = timeline.parts();
        let (ages, unknown) = ages.parts();
        Profile {
            width,
            times: times.iter().map(|(bin, outcomes)| (*bin, outcomes.into())).collect(),
            undated,
            logged,
            ages: ages.map(|(from, outcomes)| (from, outcomes.into())).collect(),
            unknown,
        }
    }
}

impl Profile {
    /// That of at most so many sightings.
    pub(super) fn into_profile(self, sightings: u64) -> Result<profile::Profile, CodecError> {
        let Profile { width, times, undated, logged, ages, unknown } = self;
        let times = each(times, |(bin, outcomes)| Ok((bin, outcomes.into_outcomes()?)))?;
        let ages = each(ages, |(from, outcomes)| Ok((from, outcomes.into_outcomes()?)))?;
        let dated = total(times.iter().map(|(_, outcomes)| outcomes.total()))?;
        let by_age = total(ages.iter().map(|(_, outcomes)| outcomes.total()))?;
        let most = total([dated, undated])?.max(total([by_age, unknown])?);
        ensure(most <= sightings && logged <= dated, "a profile of more sightings than there are")?;
        let bins = CodecError::Impossible("bins that are too many, out of order or nowhere");
        let timeline = Timeline::from_parts(width, times, [undated, logged]);
        let ages = AgeBins::from_parts(ages, unknown);
        let (timeline, ages) = timeline.zip(ages).ok_or(bins)?;
        Ok(profile::Profile { timeline, ages })
    }
}

impl From<&profile::Outcomes> for Outcomes {
    fn from(outcomes: &profile::Outcomes) -> Outcomes {
        Outcomes { counts: outcomes.counts().collect(), http10: outcomes.http10 }
    }
}

impl Outcomes {
    fn into_outcomes(self) -> Result<profile::Outcomes, CodecError> {
        let Outcomes { counts, http10 } = self;
        profile::Outcomes::from_counts(&counts, http10)
            .ok_or(CodecError::Impossible("outcomes that are none, or out of order"))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// That of two sightings.
    pub(in crate::codec::wire) fn profile() -> Profile {
        let outcomes = |outcome| Outcomes { counts: vec![(outcome, 1)], http10: 1 };
        Profile {
            width: 0,
            times: vec![(-7, outcomes(1))],
            undated: 1,
            logged: 1,
            ages: vec![(0, outcomes(1)), (59_500, outcomes(9))],
            unknown: 0,
        }
    }

    #[test]
    fn ok_a_profile_is_what_it_was() {
        let back = profile().into_profile(2).unwrap();
        assert_eq!(Profile::from(&back), profile());
    }

    #[test]
    fn err_what_no_sightings_can_have_left() {
        let forgeries: [fn(&mut Profile); 14] = [
            |all| all.width = 13,
            |all| all.times[0].0 = i64::MIN,
            |all| all.times[0].0 = 1 << 44,
            |all| all.times = vec![all.times[0].clone(); 2],
            |all| all.undated = u64::MAX,
            |all| all.logged = 2,
            |all| all.unknown = 1,
            |all| all.ages.swap(0, 1),
            |all| all.ages[1].0 = 59_501,
            |all| all.ages[1].0 = u64::MAX,
            |all| all.ages[0].1.counts[0].0 = 10,
            |all| all.ages[0].1.counts[0].1 = 0,
            |all| all.ages[0].1.counts = vec![(2, 1), (1, 1)],
            |all| all.ages[0].1.http10 = 2,
        ];
        for (number, forge) in forgeries.iter().enumerate() {
            let mut forged = profile();
            forge(&mut forged);
            assert!(forged.into_profile(2).is_err(), "forgery {number}");
        }
        assert!(profile().into_profile(1).is_err());
    }

    #[test]
    fn err_more_bins_than_their_width_allows() {
        let narrow = |width, bins: i64| {
            let outcomes = Outcomes { counts: vec![(0, 1)], http10: 0 };
            let times = (0..bins).map(|bin| (bin, outcomes.clone())).collect();
            let total = bins.unsigned_abs();
            let all =
                Profile { width, times, undated: 0, ages: vec![], unknown: total, ..profile() };
            all.into_profile(total)
        };
        assert!(narrow(0, 1_500).is_ok() && narrow(0, 1_501).is_err());
        assert!(narrow(12, 1_501).is_ok());
    }
}
