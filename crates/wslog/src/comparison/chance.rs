//! Whether a difference is more than chance.
//!
//! Within each vantage point that both periods have, by Fisher's exact test in both directions, the smaller
//! probability doubled. The least of all is multiplied by their number (Bonferroni), which holds however
//! much the vantage points see of the same handshakes; a sum over them, as of Cochran, Mantel and Haenszel,
//! would not.

use std::collections::BTreeMap;

use crate::comparison::Trend;
use crate::diagnosis::SIGNIFICANCE;
use crate::diagnosis::fisher::{Group, fails_more};
use crate::diagnosis::measure::Places;

/// The counts of one place in both periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) before: Group,
    pub(super) after: Group,
}

/// How much of what is counted a period's lines can show, held against the other's: 1 if as much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight {
    pub(super) before: f64,
    pub(super) after: f64,
}

impl Sight {
    pub(super) const EQUAL: Sight = Sight { before: 1.0, after: 1.0 };
}

/// The smallest probabilities, before any correction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Least {
    rose: f64,
    fell: f64,
}

/// What became of counts of different things.
pub(super) const UNKNOWN: (Trend, f64) = (Trend::Unknown, 1.0);

/// The tables of the vantage points that both periods have; where they have none in common, one of all.
pub(super) fn tables(before: &Places, after: &Places) -> Vec<Table> {
    let is_some = |group: &Group| group.total > 0;
    let table = |(vantage, before): (&String, &Group)| {
        let after = after.get(vantage).filter(|group| is_some(group))?;
        is_some(before).then_some(Table { before: *before, after: *after })
    };
    let shared: Vec<Table> = before.iter().filter_map(table).collect();
    match shared.is_empty() {
        true => vec![Table { before: sum(before), after: sum(after) }],
        false => shared,
    }
}

/// All places together.
pub(super) fn sum(places: &Places) -> Group {
    places.values().fold(Group::default(), |all, one| Group {
        failed: all.failed + one.failed,
        total: all.total + one.total,
    })
}

/// How many of these could show a difference at all: there are some affected and some not.
pub(super) fn tests(tables: &[Table]) -> usize {
    tables.iter().filter(|table| table.can_differ()).count()
}

/// What chance makes of these tables.
pub(super) fn least(tables: &[Table], sight: Sight) -> Least {
    let mut least = Least { rose: 1.0, fell: 1.0 };
    for table in tables.iter().filter(|table| table.can_differ()) {
        let Table { before, after } = *table;
        // What shows less may have as many affected among fewer: a claim is made on the fewer alone.
        least.rose = least.rose.min(2.0 * fails_more(after, shown(before, sight.before)));
        least.fell = least.fell.min(2.0 * fails_more(before, shown(after, sight.after)));
    }
    least
}

/// What became of it, among so many tests, and the corrected probability.
pub(super) fn trend(least: Least, tests: usize) -> (Trend, f64) {
    #[expect(clippy::cast_precision_loss, reason = "a few comparisons of a few vantage points")]
    let corrected = |p: f64| (p * tests.max(1) as f64).min(1.0);
    let (rose, fell) = (corrected(least.rose), corrected(least.fell));
    let trend = match (rose < SIGNIFICANCE, fell < SIGNIFICANCE) {
        (true, true) => Trend::Mixed,
        (true, false) => Trend::Rose,
        (false, true) => Trend::Fell,
        (false, false) => Trend::Steady,
    };
    (trend, rose.min(fell))
}

impl Table {
    fn can_differ(&self) -> bool {
        let failed = self.before.failed + self.after.failed;
        let is_both = self.before.total > 0 && self.after.total > 0;
        is_both && failed > 0 && failed < self.before.total + self.after.total
    }
}

/// The group as if only this share of it could be seen.
fn shown(group: Group, share: f64) -> Group {
    if share >= 1.0 {
        return group;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of lines stay far below 2^53")]
    #[expect(clippy::cast_possible_truncation, reason = "a share of a count is no larger")]
    #[expect(clippy::cast_sign_loss, reason = "a share is not below 0")]
    let total = (group.total as f64 * share.max(0.0)) as u64;
    Group { total: total.max(group.failed), ..group }
}

/// The places of one period, each sighting counted once.
pub(super) fn places<'c>(
    cells: impl Iterator<Item = &'c crate::analysis::CellRow>,
    is_affected: impl Fn(&crate::analysis::CellRow) -> bool,
) -> Places {
    let mut places: BTreeMap<String, Group> = BTreeMap::new();
    for cell in cells {
        let Group { failed, total } = places.entry(cell.vantage.clone()).or_default();
        *total += cell.count;
        *failed += if is_affected(cell) { cell.count } else { 0 };
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(of: &[(&str, u64, u64)]) -> Places {
        let place =
            |&(name, failed, total): &(&str, u64, u64)| (name.into(), Group { failed, total });
        of.iter().map(place).collect()
    }

    fn found(before: &[(&str, u64, u64)], after: &[(&str, u64, u64)]) -> Trend {
        let tables = tables(&places(before), &places(after));
        trend(least(&tables, Sight::EQUAL), tests(&tables)).0
    }

    #[test]
    fn ok_a_mix_that_changes_is_no_change() {
        // Of each the rate is the same; the second has most of the traffic afterwards.
        let before = [("a", 10, 1000), ("b", 50, 100)];
        let after = [("a", 1, 100), ("b", 500, 1000)];
        assert_eq!(found(&before, &after), Trend::Steady);
        assert_eq!(found(&[("all", 60, 1100)], &[("all", 501, 1100)]), Trend::Rose);
    }

    #[test]
    fn ok_one_may_rise_where_another_falls() {
        let before = [("a", 0, 100), ("b", 50, 100)];
        let after = [("a", 50, 100), ("b", 0, 100)];
        assert_eq!(found(&before, &after), Trend::Mixed);
    }

    #[test]
    fn ok_what_no_vantage_point_shares_is_taken_together() {
        assert_eq!(found(&[("a", 50, 100)], &[("b", 0, 100)]), Trend::Fell);
        assert_eq!(
            found(&[("a", 50, 100), ("c", 0, 9)], &[("b", 0, 100), ("c", 0, 9)]),
            Trend::Steady
        );
    }

    #[test]
    fn ok_what_cannot_be_seen_is_not_gone() {
        let table = Table {
            before: Group { failed: 50, total: 100 },
            after: Group { failed: 0, total: 1000 },
        };
        let change_at = |after| trend(least(&[table], Sight { before: 1.0, after }), 1).0;
        assert_eq!(
            [1.0, 0.5, 0.001, 0.0].map(change_at),
            [Trend::Fell, Trend::Fell, Trend::Steady, Trend::Steady]
        );
    }
}
