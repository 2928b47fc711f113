//! What charts show.

use rayon::iter::ParallelIterator;
use wslog_parse::{Millis, Timestamp};

use crate::analysis::{AgeRow, Ages, Timeline, TimelineRow};
use crate::candidates::Candidates;
use crate::diagnosis::{Facts, age_clusters};
use crate::partial::Partial;
use crate::profile::Profile;

/// All sightings by time and by age, those inferred from their path among them.
pub(super) fn profile(partial: &Partial) -> Profile {
    let both = |mut one: Profile, other: Profile| {
        one.absorb(&other);
        one
    };
    let mut all = partial.store.shares().map(Profile::of).reduce(Profile::default, both);
    let by_path = partial.paths.sightings().filter_map(Candidates::profile);
    by_path.for_each(|some| all.absorb(some));
    all
}

/// By the clock of this offset, in minutes east of UTC.
pub(super) fn timeline(profile: &Profile, offset_minutes: i16) -> Timeline {
    let timeline = &profile.timeline;
    Timeline {
        bin_seconds: u64::try_from(timeline.bin_millis() / 1000).unwrap_or_default(),
        undated: timeline.undated,
        logged: timeline.logged,
        bins: timeline
            .bins()
            .into_iter()
            .map(|(from, counted)| TimelineRow {
                from: Timestamp::new(from, offset_minutes),
                outcomes: counted.iter().collect(),
                http10: counted.http10,
            })
            .collect(),
    }
}

pub(super) fn ages(profile: &Profile, facts: &Facts<'_>) -> Ages {
    let bins = profile.ages.bins().map(|((from, to), counted)| AgeRow {
        from: Millis(from),
        to: Millis(to),
        outcomes: counted.iter().collect(),
        http10: counted.http10,
    });
    Ages { unknown: profile.ages.unknown, bins: bins.collect(), clusters: age_clusters(facts) }
}
