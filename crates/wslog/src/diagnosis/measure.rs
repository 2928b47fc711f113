//! How much of a finding there is in each of two periods.

use std::collections::BTreeMap;

use statrs::function::beta::checked_beta_reg;
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
    pub(crate) counts: Counts,
    /// Whether what the later period has of it may be there although nothing is wrong.
    pub(crate) has_background: bool,
}

/// What a measure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counts {
    /// Handshakes that failed in one way: failing in another hides it.
    Failures,
    /// Handshakes by what shows however they end.
    Sightings,
    /// Something else, by its noun, which no way of telling handshakes changes.
    Others(&'static str),
}

impl Counts {
    /// What one of all is called.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Counts::Failures | Counts::Sightings => "sighting",
            Counts::Others(noun) => noun,
        }
    }
}

/// What chance makes at least as likely as this says little.
pub(crate) const DOUBT: f64 = 0.05;

impl Measure {
    /// Counts that each period tells for itself.
    pub(crate) fn of(
        counts: Counts,
        what: &'static str,
        (before, after): (&Facts<'_>, &Facts<'_>),
        count: impl Fn(&Facts<'_>) -> Places,
    ) -> Measure {
        Measure { what, before: count(before), after: count(after), counts, has_background: false }
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

/// Whether there are no more of these ages than the ages around let expect: those are there although no timer
/// fires, half as much again and two thirds of them old.
pub(crate) fn is_expected(histogram: &Histogram, ages: &Ages) -> bool {
    let around = ages.iter().map(|(young, old)| (young / 3 * 2, old.saturating_add(old / 2)));
    let around: Ages = around.collect();
    let (count, among) = (within(histogram, ages), within(histogram, &around));
    if count == 0 {
        return true;
    }
    #[expect(clippy::cast_precision_loss, reason = "ages and counts stay far below 2^53")]
    let (count, others, share) = (
        count as f64,
        among.saturating_sub(count) as f64,
        length(ages) as f64 / length(&around) as f64,
    );
    checked_beta_reg(count, others + 1.0, share).is_ok_and(|p| p >= DOUBT)
}

/// How many ms these ages are, those that several have once.
fn length(ages: &Ages) -> u64 {
    let mut ages = ages.clone();
    ages.sort_unstable();
    let mut reached = 0;
    let new = |(young, old): (u64, u64)| {
        let new = old.saturating_sub(young.max(reached));
        reached = reached.max(old);
        new
    };
    ages.into_iter().map(new).sum()
}

/// Failed handshakes at the ages of timers.
pub(crate) fn failed_at(
    what: &'static str,
    (before, after): (&Facts<'_>, &Facts<'_>),
    ages: &Ages,
) -> Measure {
    let count = |facts: &Facts<'_>| failed_within(facts, ages);
    let measure = Measure::of(Counts::Failures, what, (before, after), count);
    let mut endings = after.correlated.ages.values();
    Measure { has_background: endings.all(|it| is_expected(&it.failed(), ages)), ..measure }
}

/// Failed handshakes of such ages, of all sightings.
fn failed_within(facts: &Facts<'_>, ages: &Ages) -> Places {
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
