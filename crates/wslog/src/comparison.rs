//! Two periods side by side: what rose, what fell, and whether that is more than chance.
//!
//! `docs/compare.md` says how, with the formulas and the reasons for every threshold.

mod chance;
mod doubts;
mod findings;
mod limits;
mod needed;
mod outcomes;
mod period;

use serde::Serialize;
use wslog_parse::{Protocol, Timestamp};

use crate::analysis::{Analysis, display, display_option};
use crate::diagnosis::fisher::Group;
use crate::diagnosis::interval::interval;
use crate::diagnosis::{SIGNIFICANCE, Severity};
use crate::period::Period;
use crate::websocket::mark::Mark;
use crate::websocket::outcome::Outcome;

/// Version of the JSON structure.
const SCHEMA_VERSION: u32 = 1;

/// Two analyses held against each other.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// Version of this structure as JSON: keys may be added, never renamed or removed.
    pub schema_version: u32,
    /// Version of the library that made it.
    pub wslog_version: &'static str,
    /// A change is more than chance where `p_value` is below this.
    pub significance: f64,
    /// The age that `near_mark` is about.
    pub mark: Mark,
    /// The earlier period.
    pub before: ComparedPeriod,
    /// The later one.
    pub after: ComparedPeriod,
    /// How many sightings failed, of all.
    pub failures: FailureChange,
    /// Every finding of either period: the worst verdict first, then the most severe, then by name.
    pub findings: Vec<FindingChange>,
    /// By protocol, then outcome.
    pub outcomes: Vec<OutcomeChange>,
    /// What has to be known before any of it is believed.
    pub limits: Vec<Limit>,
}

/// One of the two periods.
#[derive(Clone, Debug, Serialize)]
pub struct ComparedPeriod {
    /// The sources read, in the order of the report.
    pub sources: Vec<String>,
    /// What was asked for.
    pub period: Period,
    /// When the first request in it was logged, by the logs' own clocks.
    #[serde(serialize_with = "display_option")]
    pub first_logged_at: Option<Timestamp>,
    /// When the last request in it was logged.
    #[serde(serialize_with = "display_option")]
    pub last_logged_at: Option<Timestamp>,
    /// From the one to the other, in seconds.
    pub seconds: Option<f64>,
    /// Lines of all sources, those outside the period as well.
    pub lines: u64,
    /// Lines that gave an entry.
    pub parsed: u64,
    /// Lines that do not fit their format.
    pub malformed: u64,
    /// Lines that could be read in several ways.
    pub ambiguous: u64,
    /// Lines with nothing in them.
    pub blank: u64,
    /// Parsed lines that were not logged in the period.
    pub outside_period: u64,
    /// What the lines can show at all: the names of [`Capability`](crate::Capability), in its order.
    pub capabilities: Vec<&'static str>,
    /// Handshakes: sightings joined by their keys.
    pub handshakes: u64,
    /// All sightings.
    pub sightings: u64,
    /// Sightings answered 101.
    pub established: u64,
    /// The others.
    pub failed: u64,
    /// Those that failed near the mark.
    pub near_mark: u64,
    /// Sightings at HTTP/1.0.
    pub http10: u64,
}

/// A share that was counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// How many.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// The share, from 0 to 1; none of nothing.
    pub rate: Option<f64>,
    /// Where Wilson's interval of 95 % begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
}

/// What became of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Trend {
    /// Higher than before, by more than chance.
    Rose,
    /// Lower than before, by more than chance.
    Fell,
    /// Higher at one vantage point and lower at another, both by more than chance.
    Mixed,
    /// No more different than chance makes it.
    Steady,
    /// Not to be told: the periods count different things.
    Unknown,
}

/// What became of the failures.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FailureChange {
    /// Failed sightings of all, before.
    pub before: Rate,
    /// The same, after.
    pub after: Rate,
    /// What became of it.
    pub trend: Trend,
    /// The probability of such a change by chance, corrected for the number of comparisons.
    pub p_value: f64,
}

/// What became of the sightings of one protocol that ended in one way.
#[derive(Clone, Debug, Serialize)]
pub struct OutcomeChange {
    /// The protocol.
    #[serde(serialize_with = "display")]
    pub protocol: Protocol,
    /// How they ended.
    pub outcome: Outcome,
    /// How many of all sightings, before.
    pub before: Rate,
    /// The same, after.
    pub after: Rate,
    /// What became of it.
    pub trend: Trend,
    /// The probability of such a change by chance, corrected for the number of comparisons.
    pub p_value: f64,
}

/// Whether it is fixed; the worst comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// New, or more than before, by more than chance.
    Worse,
    /// No more different than chance makes it, or not to be told.
    Unchanged,
    /// Less than before by more than chance, and not known to be over.
    Better,
    /// It was there, it is gone, and that is more than chance.
    Fixed,
}

/// What became of a finding.
#[derive(Clone, Debug, Serialize)]
pub struct FindingChange {
    /// Its stable name.
    pub id: &'static str,
    /// What became of it.
    pub verdict: Verdict,
    /// The finding before; none where there was none.
    pub before: Option<FindingSeen>,
    /// The finding after; none where there is none.
    pub after: Option<FindingSeen>,
    /// The counts it is judged by, the most telling first; none where it is judged by what is there.
    pub measures: Vec<MeasureChange>,
    /// Why that is the verdict, a statement each.
    pub reasons: Vec<String>,
    /// How many sightings without it, or whatever is counted, would be enough to call it fixed; where it
    /// was not seen again and they were too few.
    pub needed: Option<u64>,
}

/// A finding of one period.
#[derive(Clone, Debug, Serialize)]
pub struct FindingSeen {
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub title: String,
    /// The age at which a timer fires, in seconds; of several timers, that of the strongest.
    pub at_seconds: Option<f64>,
}

/// What became of something that is counted.
#[derive(Clone, Debug, Serialize)]
pub struct MeasureChange {
    /// What is counted.
    pub what: &'static str,
    /// Before.
    pub before: Rate,
    /// After.
    pub after: Rate,
    /// What became of it.
    pub trend: Trend,
    /// The probability of such a change by chance, corrected for the number of comparisons.
    pub p_value: f64,
}

/// Something that limits what the comparison can say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// Its stable name.
    pub id: LimitId,
    /// What it is, for people.
    pub text: String,
}

/// The kinds of [`Limit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LimitId {
    /// One period has no handshakes. Nothing is called fixed.
    NoHandshakes,
    /// A source was read on both sides without a moment that parts them. Nothing is called fixed.
    SameSource,
    /// The periods overlap. Nothing is called fixed.
    Overlap,
    /// The later period is the earlier one. Nothing is called fixed.
    Order,
    /// The later period is much shorter. Nothing is called fixed.
    Short,
    /// More handshakes fail than before. Nothing is called fixed.
    FailuresRose,
    /// When requests were logged is not known of both, so neither is whether the periods overlap.
    Untimed,
    /// The lines of one side show less.
    ShowsLess,
    /// One side infers handshakes from their path that the other tells by key or Upgrade: what counts them is
    /// held against nothing.
    Inferred,
    /// The vantage points are not the same.
    VantagePoints,
    /// What is called more than chance takes handshakes for independent, and an outage or the tries of one
    /// client are one event.
    Independence,
    /// All vantage points together tell another story than each for itself.
    Mix,
    /// Handshakes are seen at several vantage points.
    Hops,
}

/// Holds two periods against each other.
pub fn compare(before: &Analysis, after: &Analysis) -> Comparison {
    let is_alike = limits::is_alike(before, after);
    let failures = outcomes::failures(before, after, is_alike);
    let mut limits = limits::limits(before, after, &failures);
    let findings = findings::findings(before, after, &limits);
    limits.extend(limits::independence(&failures, &findings));
    Comparison {
        schema_version: SCHEMA_VERSION,
        wslog_version: env!("CARGO_PKG_VERSION"),
        significance: SIGNIFICANCE,
        mark: after.mark,
        before: period::period(before),
        after: period::period(after),
        failures,
        findings,
        outcomes: outcomes::outcomes(before, after, is_alike),
        limits,
    }
}

impl Comparison {
    /// Whether anything got worse.
    pub fn is_worse(&self) -> bool {
        let is_worse = |finding: &FindingChange| finding.verdict == Verdict::Worse;
        matches!(self.failures.trend, Trend::Rose | Trend::Mixed)
            || self.findings.iter().any(is_worse)
    }
}

impl LimitId {
    /// Whether nothing is called fixed where it holds.
    pub fn forbids_fixed(self) -> bool {
        use LimitId::{FailuresRose, NoHandshakes, Order, Overlap, SameSource, Short};
        matches!(self, NoHandshakes | SameSource | Overlap | Order | Short | FailuresRose)
    }
}

impl Trend {
    /// The word for it, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Trend::Rose => "rose",
            Trend::Fell => "fell",
            Trend::Mixed => "mixed",
            Trend::Steady => "steady",
            Trend::Unknown => "unknown",
        }
    }
}

impl Verdict {
    /// The word for it, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Worse => "worse",
            Verdict::Unchanged => "unchanged",
            Verdict::Better => "better",
            Verdict::Fixed => "fixed",
        }
    }
}

impl Rate {
    /// So many of so many.
    pub(crate) fn of(group: Group) -> Rate {
        let (low, high) = interval(group);
        #[expect(clippy::cast_precision_loss, reason = "counts of lines stay far below 2^53")]
        let rate = (group.total > 0).then(|| group.failed as f64 / group.total as f64);
        let rate = rate.map(nine_decimals);
        let (low, high) = (nine_decimals(low), nine_decimals(high));
        Rate { count: group.failed, of: group.total, rate, low, high }
    }
}

/// As many as anybody reads.
fn nine_decimals(share: f64) -> f64 {
    (share * 1e9).round() / 1e9
}
