//! `blind-spots`: what the log's formats cannot show.
//!
//! Only where there are handshakes to be told about. A capability counts as missing for the lines
//! whose format lacks every variable that gives it.

use std::collections::{BTreeMap, BTreeSet};

use wslog_parse::NamedFormat;

use crate::capability::Capability;
use crate::comparison::Verdict;
use crate::diagnosis::measure::Compared;
use crate::diagnosis::phrase::{list, share};
use crate::diagnosis::{Affected, Facts, Finding, Number, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    id: "blind-spots",
    text: include_str!("blind_spots.md"),
    is_followed: true,
    finding,
    shown_by: |_| Vec::new(),
    compared: Compared::Told(compared),
};

/// Fewer than one in so many lines tell of no change.
const FEW: u64 = 20;

/// A format does not change by chance: what some line lacks is held against what some line lacked.
fn compared(before: &Facts<'_>, after: &Facts<'_>) -> (Verdict, String) {
    let missing = |facts: &Facts<'_>| -> BTreeSet<&str> {
        // A few lines in another format are no change: a key that is none makes one of a keyless format.
        let parsed: u64 = facts.formats.iter().map(|(_, lines)| lines).sum();
        let missing = Capability::ALL.iter();
        let missing = missing.filter(|it| lines_without(facts, **it) * FEW > parsed);
        missing.map(|capability| capability.name()).collect()
    };
    let (was, is) = (missing(before), missing(after));
    let list = |names: &mut dyn Iterator<Item = &&str>| -> String {
        let names: Vec<&str> = names.copied().collect();
        list(&names, names.len())
    };
    let lost = list(&mut is.difference(&was));
    let gained = list(&mut was.difference(&is));
    let kept = list(&mut is.iter());
    match (lost.is_empty(), gained.is_empty(), is.is_empty()) {
        _ if before.sightings.total == 0 => {
            (Verdict::Unchanged, "The earlier period has no handshake to be told about.".to_owned())
        }
        _ if after.sightings.total == 0 => {
            (Verdict::Unchanged, "The later period has no handshake to be told about.".to_owned())
        }
        (false, _, _) => (Verdict::Worse, format!("Some lines do not show any more: {lost}.")),
        (_, false, true) => (Verdict::Fixed, format!("Every line shows now: {gained}.")),
        (_, false, false) => (
            Verdict::Better,
            format!("Every line shows now: {gained}. Some still do not show: {kept}."),
        ),
        (true, true, _) => {
            (Verdict::Unchanged, format!("As before, some lines do not show: {kept}."))
        }
    }
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    if facts.sightings.total == 0 {
        return None;
    }
    let missing: Vec<(Capability, u64)> = Capability::ALL
        .iter()
        .map(|&capability| (capability, lines_without(facts, capability)))
        .filter(|(_, lines)| *lines > 0)
        .collect();
    if missing.is_empty() {
        return None;
    }
    let parsed = facts.formats.iter().map(|(_, lines)| lines).sum();
    let names: Vec<&str> = missing.iter().map(|(capability, _)| capability.name()).collect();
    let statement = |(capability, lines): &(Capability, u64)| {
        let variables: Vec<_> =
            capability.variables().iter().map(|v| format!("${}", v.name())).collect();
        let variables = variables.join(" or ");
        let lines = match *lines == parsed {
            true => "No line shows".to_owned(),
            false => format!("{} lines do not show", share(*lines, parsed)),
        };
        format!("{} ({lines} {variables}): {}.", capability.name(), capability.without())
    };
    let statements: Vec<_> = missing.iter().map(statement).collect();
    let counts =
        missing.iter().map(|(capability, lines)| (capability.name(), Number::Count(*lines)));
    Some(Finding {
        id: RULE.id,
        span: None,
        severity: Severity::Info,
        title: format!("Not every line shows {}", list(&names, names.len())),
        explanation: statements.join("\n"),
        affected: Affected {
            affected: missing.iter().map(|(_, lines)| *lines).max().unwrap_or_default(),
            of: parsed,
            unit: "lines",
        },
        numbers: counts.collect::<BTreeMap<_, _>>(),
        examples: Vec::new(),
        remedy: format!(
            "Log what is missing, for example with: `log_format {} '{}';` (`wslog formats` says what \
             each format shows).",
            NamedFormat::RECOMMENDED.name,
            NamedFormat::RECOMMENDED.log_format
        ),
    })
}

fn lines_without(facts: &Facts<'_>, capability: Capability) -> u64 {
    let lacking = facts.formats.iter().filter(|(variables, _)| !capability.is_given_by(*variables));
    lacking.map(|(_, lines)| lines).sum()
}
