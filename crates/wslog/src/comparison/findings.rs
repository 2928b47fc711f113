//! What became of each finding.

use crate::analysis::Analysis;
use crate::capability::Capability;
use crate::comparison::chance::{Least, Sight, UNKNOWN, least, sum, tables, tests, trend};
use crate::comparison::doubts::doubt;
use crate::comparison::needed::needed;
use crate::comparison::outcomes::failed;
use crate::comparison::{
    FindingChange, FindingSeen, Limit, LimitId, MeasureChange, Rate, Trend, Verdict,
};
use crate::diagnosis::fisher::Group;
use crate::diagnosis::interval;
use crate::diagnosis::measure::{Compared, Counts, Measure, Places, showing};
use crate::diagnosis::phrase::{counted, probability, rounded};
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
    /// Whether both periods count the same.
    is_alike: bool,
}

/// What a verdict is given by, beside the finding itself.
struct Case<'a> {
    is: &'a Facts<'a>,
    was: &'a Facts<'a>,
    /// What failed in each period.
    failed: [Places; 2],
    limits: &'a [Limit],
    /// How many tests are made of all findings.
    tests: usize,
}

/// A verdict, the reasons for it, and how many would be enough to call it fixed.
type Judged = (Verdict, Vec<String>, Option<u64>);

/// Every finding of either period, the worst verdict first, then the most severe, then by name.
pub(super) fn findings(
    before: &Analysis,
    after: &Analysis,
    limits: &[Limit],
) -> Vec<FindingChange> {
    let (was, is) = (Facts::of(before), Facts::of(after));
    let is_alike = !limits.iter().any(|limit| limit.id == LimitId::Inferred);
    let of = |analysis: &'_ Analysis, id: &str| {
        analysis.findings.iter().position(|finding| finding.id == id)
    };
    let candidate = |rule: &'static Rule| {
        let before = of(before, rule.id).and_then(|place| before.findings.get(place));
        let after = of(after, rule.id).and_then(|place| after.findings.get(place));
        if before.is_none() && after.is_none() {
            return None;
        }
        Some(Candidate::new(rule, (before, after), (&was, &is), is_alike))
    };
    let candidates: Vec<_> = Rule::all().iter().filter_map(candidate).collect();
    let tests = candidates.iter().flat_map(|it| &it.measured).map(|it| it.tests).sum();
    let failed = [before, after].map(failed);
    let case = Case { is: &is, was: &was, failed, limits, tests };
    let mut changes: Vec<_> = candidates.iter().map(|candidate| candidate.change(&case)).collect();
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
        (before, after): (Option<&'a Finding>, Option<&'a Finding>),
        (was, is): (&Facts<'_>, &Facts<'_>),
        is_alike: bool,
    ) -> Candidate<'a> {
        let (measures, sight) = match rule.compared {
            Compared::Counted { needs, measures } => (measures(was, is), sight(needs, was, is)),
            Compared::Told(_) => (Vec::new(), Sight::EQUAL),
        };
        let measured = |measure| Measured::new(measure, sight, is_alike);
        let measured = measures.into_iter().map(measured).collect();
        Candidate { rule, before, after, measured, sight }
    }

    fn change(&self, case: &Case<'_>) -> FindingChange {
        let (verdict, reasons, needed) = match self.rule.compared {
            Compared::Told(told) => {
                let (verdict, reason) = told(case.was, case.is);
                self.held_back(verdict, vec![reason], case)
            }
            Compared::Counted { .. } => self.counted(case),
        };
        FindingChange {
            id: self.rule.id,
            verdict,
            before: self.before.map(FindingSeen::of),
            after: self.after.map(FindingSeen::of),
            measures: self.measured.iter().map(|it| it.change(case.tests)).collect(),
            reasons,
            needed,
        }
    }

    /// What is told, unless something speaks against calling it fixed.
    fn held_back(&self, verdict: Verdict, mut reasons: Vec<String>, case: &Case<'_>) -> Judged {
        let fallen = self.measured.iter().filter(|it| it.change(case.tests).trend == Trend::Fell);
        let doubt = || doubt(case.limits, &case.failed, fallen.map(|it| &it.measure));
        match (verdict == Verdict::Fixed).then(doubt).flatten() {
            Some(doubt) => {
                reasons.push(format!("Not called fixed: {doubt}"));
                (Verdict::Better, reasons, None)
            }
            None => (verdict, reasons, None),
        }
    }

    /// By counts that are held against chance.
    fn counted(&self, case: &Case<'_>) -> Judged {
        let changes: Vec<MeasureChange> =
            self.measured.iter().map(|it| it.change(case.tests)).collect();
        let mut reasons: Vec<String> = changes.iter().map(MeasureChange::statement).collect();
        reasons.extend(self.moved());
        let is_any = |of: &[Trend]| changes.iter().any(|it| of.contains(&it.trend));
        let (has_risen, has_fallen) =
            (is_any(&[Trend::Rose, Trend::Mixed]), is_any(&[Trend::Fell]));
        let mut because = |verdict, reason: &str| {
            reasons.push(reason.to_owned());
            (verdict, std::mem::take(&mut reasons), None)
        };
        match (self.before, self.after) {
            _ if is_any(&[Trend::Unknown]) => because(
                Verdict::Unchanged,
                "Nothing can be told: the two periods tell handshakes in different ways.",
            ),
            (_, Some(_)) if has_risen => (Verdict::Worse, reasons, None),
            (_, Some(_)) if has_fallen => match self.graver() {
                Some(reason) => because(Verdict::Unchanged, reason),
                None => because(Verdict::Better, "Less than before, and still there."),
            },
            (None, Some(_)) => because(Verdict::Unchanged, self.new_by_chance()),
            (Some(_), Some(_)) => because(Verdict::Unchanged, "Still there."),
            (_, None) if has_fallen && self.measured.iter().any(Measured::is_left) => {
                because(Verdict::Better, "Too little is left for a finding, but it is not gone.")
            }
            (_, None) if has_fallen && !has_risen => self.held_back(Verdict::Fixed, reasons, case),
            (_, None) => {
                let (reason, needed) = self.not_seen_again(case);
                reasons.push(reason);
                (Verdict::Unchanged, reasons, needed)
            }
        }
    }

    /// That it matters more than before, however often it is counted.
    fn graver(&self) -> Option<&'static str> {
        match (self.before, self.after?) {
            (None, _) => {
                Some("Not called better: less is counted than before, but the finding is new.")
            }
            (Some(before), after) if after.severity < before.severity => {
                Some("Not called better: less is counted than before, but it is graver.")
            }
            _ => None,
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

    fn new_by_chance(&self) -> &'static str {
        match self.is_comparable() {
            true => {
                "New, but that may be chance: it was too rare, or what was seen too little, to tell."
            }
            false => "New, at vantage points that only the later period shows.",
        }
    }

    /// Whether any vantage point that both periods have has it.
    fn is_comparable(&self) -> bool {
        self.measured.iter().any(|it| it.is_shared)
    }

    /// Why its absence says little.
    fn not_seen_again(&self, case: &Case<'_>) -> (String, Option<u64>) {
        if case.is.sightings.total == 0 {
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
        let [before, after] = [&first.measure.before, &first.measure.after].map(sum);
        if is_as_before(before, after) {
            let text = "Not found again, but what it counts is there as before: it only stands out no \
                        more.";
            return (text.into(), None);
        }
        let needed = needed(before, case.tests).filter(|needed| *needed > after.total);
        let more = match needed {
            Some(needed) => format!("; about {needed} without it would do"),
            None => String::new(),
        };
        let text = format!(
            "Not seen again, which {} of the later period {} too few to call fixed{more}.",
            counted(after.total, first.measure.counts.noun()),
            if after.total == 1 { "is" } else { "are" }
        );
        (text, needed)
    }
}

impl Measured {
    fn new(measure: Measure, sight: Sight, is_alike: bool) -> Measured {
        let tables = tables(&measure.before, &measure.after);
        let is_alike = is_alike || matches!(measure.counts, Counts::Others(_));
        Measured {
            least: least(&tables, sight),
            tests: if is_alike { tests(&tables) } else { 0 },
            is_alike,
            is_shared: tables.iter().any(|it| it.before.failed + it.after.failed > 0),
            measure,
        }
    }

    /// Whether the later period has some of it, that would not be there if nothing were wrong.
    fn is_left(&self) -> bool {
        !self.measure.has_background && sum(&self.measure.after).failed > 0
    }

    fn change(&self, tests: usize) -> MeasureChange {
        let (trend, p_value) = if self.is_alike { trend(self.least, tests) } else { UNKNOWN };
        MeasureChange {
            what: self.measure.what,
            before: Rate::of(sum(&self.measure.before)),
            after: Rate::of(sum(&self.measure.after)),
            trend,
            p_value: rounded(p_value),
        }
    }
}

/// Whether there is at least half as much of it.
fn is_as_before(before: Group, after: Group) -> bool {
    let [was, is] = [(after.total, before.failed), (before.total, after.failed)]
        .map(|(total, failed)| u128::from(total) * u128::from(failed));
    is > 0 && 2 * is >= was
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
            Trend::Unknown => "counted in different ways",
        };
        let p = match self.trend {
            Trend::Unknown => String::new(),
            _ => format!(", p = {}", probability(self.p_value)),
        };
        format!(
            "{}: before {}, after {}; {became}{p}.",
            self.what,
            rate(self.before),
            rate(self.after)
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
