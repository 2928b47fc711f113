//! What became of each finding.

use crate::analysis::Analysis;
use crate::capability::Capability;
use crate::comparison::chance::{Least, Sight, least, sum, tables, tests, trend};
use crate::comparison::needed::needed;
use crate::comparison::{FindingChange, FindingSeen, Limit, MeasureChange, Rate, Trend, Verdict};
use crate::diagnosis::fisher::Group;
use crate::diagnosis::interval;
use crate::diagnosis::measure::{Compared, Measure, showing};
use crate::diagnosis::phrase::{probability, rounded};
use crate::diagnosis::{Facts, Finding, Number, Rule};

/// A finding of either period.
struct Candidate<'a> {
    rule: &'static Rule,
    before: Option<&'a Finding>,
    after: Option<&'a Finding>,
    measured: Vec<Measured>,
    sight: Sight,
}

/// A measure and what chance makes of it.
struct Measured {
    measure: Measure,
    least: Least,
    tests: usize,
    /// Whether a vantage point that both periods have has any affected.
    is_shared: bool,
}

/// Every finding of either period, the worst verdict first, then the most severe, then by name.
pub(super) fn findings(
    before: &Analysis,
    after: &Analysis,
    limits: &[Limit],
) -> Vec<FindingChange> {
    let facts = (&Facts::of(before), &Facts::of(after));
    let of = |analysis: &'_ Analysis, id: &str| {
        analysis.findings.iter().position(|finding| finding.id == id)
    };
    let candidate = |rule: &'static Rule| {
        let before = of(before, rule.id).and_then(|place| before.findings.get(place));
        let after = of(after, rule.id).and_then(|place| after.findings.get(place));
        if before.is_none() && after.is_none() {
            return None;
        }
        Some(Candidate::new(rule, before, after, facts))
    };
    let candidates: Vec<_> = Rule::all().iter().filter_map(candidate).collect();
    let tests = candidates.iter().flat_map(|it| &it.measured).map(|it| it.tests).sum();
    let mut changes: Vec<_> =
        candidates.iter().map(|candidate| candidate.change(facts, tests, limits)).collect();
    changes.sort_by_key(|change| (change.verdict, change.severity(), change.id));
    changes
}

impl FindingChange {
    /// How much it matters now, or did.
    fn severity(&self) -> Option<crate::diagnosis::Severity> {
        self.after.as_ref().or(self.before.as_ref()).map(|finding| finding.severity)
    }
}

impl<'a> Candidate<'a> {
    fn new(
        rule: &'static Rule,
        before: Option<&'a Finding>,
        after: Option<&'a Finding>,
        (was, is): (&Facts<'_>, &Facts<'_>),
    ) -> Candidate<'a> {
        let (measures, sight) = match rule.compared {
            Compared::Counted { needs, measures } => (measures(was, is), sight(needs, was, is)),
            Compared::Told(_) => (Vec::new(), Sight::EQUAL),
        };
        let measured = measures.into_iter().map(|measure| Measured::new(measure, sight)).collect();
        Candidate { rule, before, after, measured, sight }
    }

    fn change(
        &self,
        (was, is): (&Facts<'_>, &Facts<'_>),
        tests: usize,
        limits: &[Limit],
    ) -> FindingChange {
        let (verdict, reasons, needed) = match self.rule.compared {
            Compared::Told(told) => {
                let (verdict, reason) = told(was, is);
                self.held_back(verdict, vec![reason], limits)
            }
            Compared::Counted { .. } => self.counted(is, tests, limits),
        };
        FindingChange {
            id: self.rule.id,
            verdict,
            before: self.before.map(FindingSeen::of),
            after: self.after.map(FindingSeen::of),
            measures: self.measured.iter().map(|it| it.change(tests)).collect(),
            reasons,
            needed,
        }
    }

    /// What is told, unless something forbids to call it fixed.
    fn held_back(
        &self,
        verdict: Verdict,
        mut reasons: Vec<String>,
        limits: &[Limit],
    ) -> (Verdict, Vec<String>, Option<u64>) {
        let forbidding = limits.iter().find(|limit| limit.id.forbids_fixed());
        match (verdict, forbidding) {
            (Verdict::Fixed, Some(limit)) => {
                reasons.push(format!("Not called fixed: {}", limit.text));
                (Verdict::Better, reasons, None)
            }
            _ => (verdict, reasons, None),
        }
    }

    /// By counts that are held against chance.
    fn counted(
        &self,
        is: &Facts<'_>,
        tests: usize,
        limits: &[Limit],
    ) -> (Verdict, Vec<String>, Option<u64>) {
        let changes: Vec<MeasureChange> = self.measured.iter().map(|it| it.change(tests)).collect();
        let mut reasons: Vec<String> = changes.iter().map(MeasureChange::statement).collect();
        reasons.extend(self.moved());
        let is_any = |of: &[Trend]| changes.iter().any(|it| of.contains(&it.trend));
        let is_left = self.measured.iter().any(Measured::is_left);
        match (self.before, self.after) {
            (_, Some(_)) if is_any(&[Trend::Rose, Trend::Mixed]) => (Verdict::Worse, reasons, None),
            (_, Some(_)) if is_any(&[Trend::Fell]) => {
                reasons.push("Less than before, and still there.".into());
                (Verdict::Better, reasons, None)
            }
            (None, Some(_)) => {
                reasons.push(self.new_by_chance());
                (Verdict::Unchanged, reasons, None)
            }
            (Some(_), Some(_)) => {
                reasons.push("Still there.".into());
                (Verdict::Unchanged, reasons, None)
            }
            (_, None) if is_any(&[Trend::Fell]) && is_left => {
                reasons.push("Too little is left for a finding, but it is not gone.".into());
                (Verdict::Better, reasons, None)
            }
            (_, None) if is_any(&[Trend::Fell]) && !is_any(&[Trend::Rose, Trend::Mixed]) => {
                self.held_back(Verdict::Fixed, reasons, limits)
            }
            (_, None) => {
                let (reason, needed) = self.not_seen_again(is, tests);
                reasons.push(reason);
                (Verdict::Unchanged, reasons, needed)
            }
        }
    }

    /// That a timer is another now.
    fn moved(&self) -> Option<String> {
        let at = |finding: Option<&Finding>| match finding?.numbers.get("at_seconds") {
            Some(Number::Seconds(at)) => Some(*at),
            _ => None,
        };
        let (was, is) = (at(self.before)?, at(self.after)?);
        // Half a second is what the load makes of one timer.
        ((was - is).abs() > 0.5).then(|| {
            format!("The age moved from {was:.3} s to {is:.3} s: the timer is another, or longer.")
        })
    }

    fn new_by_chance(&self) -> String {
        match self.is_comparable() {
            true => "New, but that may be chance: it was too rare, or what was seen too little, to tell.",
            false => "New, at vantage points that only the later period shows.",
        }
        .into()
    }

    /// Whether any vantage point that both periods have has it.
    fn is_comparable(&self) -> bool {
        self.measured.iter().any(|it| it.is_shared)
    }

    /// Why its absence says little.
    fn not_seen_again(&self, is: &Facts<'_>, tests: usize) -> (String, Option<u64>) {
        if is.sightings.total == 0 {
            return ("The later period has no handshakes: nothing can be told.".into(), None);
        }
        if self.sight.after <= 0.0 {
            return ("The later period's lines cannot show it: nothing can be told.".into(), None);
        }
        if !self.is_comparable() {
            let text =
                "Not seen again, but it was at vantage points that the later period does not show.";
            return (text.into(), None);
        }
        let Some(first) = self.measured.first() else {
            return ("Not seen again.".into(), None);
        };
        if first.is_left() {
            return ("Not found again, but what it is made of is there as before.".into(), None);
        }
        let after = sum(&first.measure.after);
        let needed =
            needed(sum(&first.measure.before), tests).filter(|needed| *needed > after.total);
        let more = match needed {
            Some(needed) => format!("; about {needed} without it would do"),
            None => String::new(),
        };
        let text = format!(
            "Not seen again, which {} of the later period {} too few to call fixed{more}.",
            after.total,
            if after.total == 1 { "is" } else { "are" }
        );
        (text, needed)
    }
}

impl Measured {
    fn new(measure: Measure, sight: Sight) -> Measured {
        let tables = tables(&measure.before, &measure.after);
        Measured {
            least: least(&tables, sight),
            tests: tests(&tables),
            is_shared: tables.iter().any(|it| it.before.failed + it.after.failed > 0),
            measure,
        }
    }

    /// Whether the later period has some of it, that would not be there if nothing were wrong.
    fn is_left(&self) -> bool {
        !self.measure.has_background && sum(&self.measure.after).failed > 0
    }

    fn change(&self, tests: usize) -> MeasureChange {
        let (trend, p_value) = trend(self.least, tests);
        MeasureChange {
            what: self.measure.what,
            before: Rate::of(sum(&self.measure.before)),
            after: Rate::of(sum(&self.measure.after)),
            trend,
            p_value: rounded(p_value),
        }
    }
}

/// How much of what it takes each period's lines show, held against the other's.
fn sight(needs: &[Capability], was: &Facts<'_>, is: &Facts<'_>) -> Sight {
    let [was, is] = [was, is].map(|facts| share(showing(facts.formats, needs)));
    let against = |mine: Option<f64>, other: Option<f64>| match (mine, other) {
        (Some(mine), Some(other)) if mine < other => mine / other,
        _ => 1.0,
    };
    Sight { before: against(was, is), after: against(is, was) }
}

fn share(group: Group) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts of lines stay far below 2^53")]
    let share = group.failed as f64 / group.total as f64;
    (group.total > 0).then_some(share)
}

impl MeasureChange {
    fn statement(&self) -> String {
        let rate = |rate: Rate| match rate.of {
            0 => "0 of 0".to_owned(),
            total => interval::rate(Group { failed: rate.count, total }),
        };
        let became = match self.trend {
            Trend::Rose => "rose by more than chance",
            Trend::Fell => "fell by more than chance",
            Trend::Mixed => "rose at one vantage point and fell at another, by more than chance",
            Trend::Steady => "no change beyond chance",
        };
        format!(
            "{}: before {}, after {}; {became}, p = {}.",
            self.what,
            rate(self.before),
            rate(self.after),
            probability(self.p_value)
        )
    }
}

impl FindingSeen {
    fn of(finding: &Finding) -> FindingSeen {
        let at_seconds = match finding.numbers.get("at_seconds") {
            Some(Number::Seconds(at)) => Some(*at),
            _ => None,
        };
        FindingSeen { severity: finding.severity, title: finding.title.clone(), at_seconds }
    }
}
