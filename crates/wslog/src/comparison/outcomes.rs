//! Sightings by protocol and outcome, as shares of all sightings.

use std::collections::{BTreeMap, BTreeSet};

use wslog_parse::Protocol;

use crate::analysis::{Analysis, CellRow};
use crate::comparison::chance::{Least, Sight, UNKNOWN, least, places, sum, tables, tests, trend};
use crate::comparison::{FailureChange, OutcomeChange, Rate};
use crate::diagnosis::fisher::Group;
use crate::diagnosis::measure::Places;
use crate::diagnosis::phrase::rounded;
use crate::websocket::outcome::Outcome;

/// What became of the failures.
pub(super) fn failures(before: &Analysis, after: &Analysis, is_alike: bool) -> FailureChange {
    let [was, is] = [before, after].map(failed);
    let tables = tables(&was, &is);
    let (trend, p_value) = match is_alike {
        true => trend(least(&tables, Sight::EQUAL), tests(&tables)),
        false => UNKNOWN,
    };
    FailureChange {
        before: Rate::of(sum(&was)),
        after: Rate::of(sum(&is)),
        trend,
        p_value: rounded(p_value),
    }
}

/// Failed sightings by vantage point.
pub(super) fn failed(analysis: &Analysis) -> Places {
    let is_failed = |cell: &CellRow| Outcome::of(cell.status).is_failed();
    places(analysis.sightings.cells.iter(), is_failed)
}

/// A protocol and an outcome.
type Row = (Protocol, Outcome);

/// What became of each protocol's outcomes.
pub(super) fn outcomes(before: &Analysis, after: &Analysis, is_alike: bool) -> Vec<OutcomeChange> {
    let [was, is] = [before, after].map(Counted::of);
    let rows: BTreeSet<Row> = was.rows.keys().chain(is.rows.keys()).copied().collect();
    let tested: Vec<(Row, Least, usize)> = rows
        .into_iter()
        .map(|row| {
            let tables = tables(&was.places(row), &is.places(row));
            (row, least(&tables, Sight::EQUAL), tests(&tables))
        })
        .collect();
    let all = tested.iter().map(|(_, _, tests)| tests).sum();
    let outcome = |(row, least, _)| {
        let (protocol, outcome) = row;
        let (trend, p_value) = if is_alike { trend(least, all) } else { UNKNOWN };
        let p_value = rounded(p_value);
        let (before, after) = (was.rate(row), is.rate(row));
        OutcomeChange { protocol, outcome, before, after, trend, p_value }
    };
    tested.into_iter().map(outcome).collect()
}

/// The sightings of one period.
struct Counted {
    rows: BTreeMap<Row, BTreeMap<String, u64>>,
    totals: BTreeMap<String, u64>,
}

impl Counted {
    fn of(analysis: &Analysis) -> Counted {
        let mut counted = Counted { rows: BTreeMap::new(), totals: BTreeMap::new() };
        for cell in &analysis.sightings.cells {
            let row = counted.rows.entry((cell.protocol, Outcome::of(cell.status))).or_default();
            *row.entry(cell.vantage.clone()).or_default() += cell.count;
            *counted.totals.entry(cell.vantage.clone()).or_default() += cell.count;
        }
        counted
    }

    fn places(&self, row: Row) -> Places {
        let counts = self.rows.get(&row);
        let place = |(vantage, &total): (&String, &u64)| {
            let failed = counts.and_then(|counts| counts.get(vantage)).copied();
            (vantage.clone(), Group { failed: failed.unwrap_or_default(), total })
        };
        self.totals.iter().map(place).collect()
    }

    fn rate(&self, row: Row) -> Rate {
        let failed = self.rows.get(&row).map_or(0, |counts| counts.values().sum());
        Rate::of(Group { failed, total: self.totals.values().sum() })
    }
}
