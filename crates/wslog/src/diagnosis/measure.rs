//! How much of a finding there is in each of two periods.

use std::collections::BTreeMap;

use wslog_parse::VariableSet;

use crate::capability::Capability;
use crate::comparison::Verdict;
use crate::diagnosis::Facts;
use crate::diagnosis::fisher::Group;
use crate::diagnosis::timer::Timer;
use crate::histogram::Histogram;

/// How two periods are compared by a rule.
pub(crate) enum Compared {
    /// By counts, held against chance.
    Counted {
        /// What a line has to show to be counted.
        needs: &'static [Capability],
        /// The most telling one first.
        measures: fn(&Facts<'_>, &Facts<'_>) -> Vec<Measure>,
    },
    /// By what is there: it does not come about by chance.
    Told(fn(&Facts<'_>, &Facts<'_>) -> (Verdict, String)),
}

/// The affected among all, by the name of the vantage point; all under the empty name where that does not
/// matter.
pub(crate) type Places = BTreeMap<String, Group>;

/// The same counts of both periods.
#[derive(Clone, Debug)]
pub(crate) struct Measure {
    /// What is counted, as a sentence can begin.
    pub(crate) what: &'static str,
    pub(crate) before: Places,
    pub(crate) after: Places,
    /// Whether some of it is there where nothing is wrong.
    pub(crate) has_background: bool,
}

impl Measure {
    /// Counts that each period tells for itself.
    pub(crate) fn of(
        what: &'static str,
        (before, after): (&Facts<'_>, &Facts<'_>),
        count: impl Fn(&Facts<'_>) -> Places,
    ) -> Measure {
        Measure { what, before: count(before), after: count(after), has_background: false }
    }
}

/// Counts that belong to no vantage point.
pub(crate) fn anywhere(affected: u64, of: u64) -> Places {
    Places::from([(String::new(), Group { failed: affected, total: of })])
}

/// What nginx logged: these of all of those.
pub(crate) fn logged(
    facts: &Facts<'_>,
    is_of: impl Fn(&crate::diagnosis::UpstreamCell) -> bool,
    is_affected: impl Fn(&crate::diagnosis::UpstreamCell) -> bool,
) -> Places {
    let mut places = Places::new();
    for cell in facts.logged.iter().filter(|cell| is_of(cell)) {
        let Group { failed, total } = places.entry(cell.vantage.clone()).or_default();
        *total += cell.count;
        *failed += if is_affected(cell) { cell.count } else { 0 };
    }
    places
}

/// Ages around a timer's, in ms: under load one fires up to a second late.
pub(crate) type Ages = Vec<(u64, u64)>;

const EARLY: u64 = 100;
const LATE: u64 = 1000;

/// The ages around these.
pub(crate) fn around(clusters: impl Iterator<Item = (u64, u64)>) -> Ages {
    clusters.map(|(from, to)| (from.saturating_sub(EARLY), to.saturating_add(LATE))).collect()
}

/// The ages around those timers of both periods that are meant.
pub(super) fn around_timers(
    before: &[Timer<'_>],
    after: &[Timer<'_>],
    is_meant: fn(&Timer<'_>) -> bool,
) -> Ages {
    let both = before.iter().chain(after).filter(|timer| is_meant(timer));
    around(both.map(|timer| (timer.cluster.from, timer.cluster.to)))
}

/// How many of these are of such an age.
pub(crate) fn within(histogram: &Histogram, ages: &Ages) -> u64 {
    let is_within = |from: u64| ages.iter().any(|(young, old)| (*young..=*old).contains(&from));
    histogram.bins().iter().filter(|bin| is_within(bin.from)).map(|bin| bin.count).sum()
}

/// Failed handshakes of such ages, of all sightings.
pub(crate) fn failed_within(facts: &Facts<'_>, ages: &Ages) -> Places {
    let of_vantage = |row: &crate::analysis::VantageRow| {
        let endings = facts.correlated.ages.get(&row.vantage);
        let failed = endings.map_or(0, |endings| within(&endings.failed(), ages));
        (row.vantage.clone(), Group { failed, total: row.totals.total })
    };
    facts.sightings.by_vantage.iter().map(of_vantage).collect()
}

/// Lines that show all of this, of all lines.
pub(crate) fn showing(formats: &[(VariableSet, u64)], needs: &[Capability]) -> Group {
    let shows = |set: VariableSet| needs.iter().all(|need| need.is_given_by(set));
    let lines = |lines: &mut dyn Iterator<Item = &(VariableSet, u64)>| lines.map(|it| it.1).sum();
    Group {
        failed: lines(&mut formats.iter().filter(|(set, _)| shows(*set))),
        total: lines(&mut formats.iter()),
    }
}
