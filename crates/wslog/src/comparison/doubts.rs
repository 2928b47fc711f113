//! What speaks against calling a finding fixed that is gone by more than chance.

use crate::comparison::Limit;
use crate::comparison::chance::{Table, sum, tables};
use crate::diagnosis::fisher::{Group, fails_more};
use crate::diagnosis::measure::{Counts, DOUBT, Measure, Places};
use crate::diagnosis::phrase::list;

/// A vantage point that had one in so many of what was counted has to be seen again.
const MATTERS: u64 = 10;

/// Most names in a sentence.
const NAMED: usize = 4;

/// The first reason there is, of the whole comparison or of what fell.
pub(super) fn doubt<'m>(
    limits: &[Limit],
    failed: &[Places; 2],
    mut fallen: impl Iterator<Item = &'m Measure>,
) -> Option<String> {
    let forbidding = limits.iter().find(|limit| limit.id.forbids_fixed());
    forbidding
        .map(|limit| limit.text.clone())
        .or_else(|| fallen.find_map(|measure| unseen(measure).or_else(|| stayed(measure, failed))))
}

/// The vantage points that had much of it and do not show by themselves that it is gone; where the periods
/// share none, all are taken together.
fn unseen(measure: &Measure) -> Option<String> {
    let Measure { before, after, .. } = measure;
    let later = |vantage: &String| after.get(vantage).copied().unwrap_or_default();
    if before.iter().all(|(vantage, group)| group.total == 0 || later(vantage).total == 0) {
        return None;
    }
    let all = sum(before).failed;
    let is_doubtful = |(vantage, group): &(&String, &Group)| {
        group.failed > 0
            && group.failed * MATTERS >= all
            && fails_more(**group, later(vantage)) >= DOUBT
    };
    let names: Vec<&String> = before.iter().filter(is_doubtful).map(|(name, _)| name).collect();
    (!names.is_empty()).then(|| {
        format!(
            "a tenth of it or more was at {}, where the later period shows too few to tell, or none.",
            list(&names, NAMED)
        )
    })
}

/// Failures as a whole have to have fallen by half of what this lost, at least: else they only end otherwise.
fn stayed(measure: &Measure, failed: &[Places; 2]) -> Option<String> {
    if measure.counts != Counts::Failures {
        return None;
    }
    let [was, is] = failed;
    let lost = fall(&tables(&among(&measure.before, was), &among(&measure.after, is)));
    let fell = fall(&tables(was, is));
    (fell < lost / 2.0).then(|| {
        "failures as a whole fell by less than half as much: what failed so may fail in another way now."
            .to_owned()
    })
}

/// These, of all sightings.
fn among(affected: &Places, all: &Places) -> Places {
    let place = |(vantage, group): (&String, &Group)| {
        let failed = affected.get(vantage).map_or(0, |group| group.failed);
        (vantage.clone(), Group { failed, ..*group })
    };
    all.iter().map(place).collect()
}

/// How many fewer of the earlier period there would be at the later rates.
#[expect(clippy::cast_precision_loss, reason = "counts of lines stay far below 2^53")]
fn fall(tables: &[Table]) -> f64 {
    let of_table = |Table { before, after }: &Table| match after.total {
        0 => before.failed as f64,
        total => before.failed as f64 - after.failed as f64 * before.total as f64 / total as f64,
    };
    tables.iter().map(of_table).sum()
}
