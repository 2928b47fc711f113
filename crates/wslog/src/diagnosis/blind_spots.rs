//! `blind-spots`: what the log's formats cannot show.
//!
//! Only where there are handshakes to be told about. A capability counts as missing for the lines
//! whose format lacks every variable that gives it.

use std::collections::BTreeMap;

use wslog_parse::NamedFormat;

use crate::capability::Capability;
use crate::diagnosis::phrase::share;
use crate::diagnosis::{Facts, Finding, Number, Rule, Severity};

pub(super) const RULE: Rule =
    Rule { id: "blind-spots", text: include_str!("blind_spots.md"), is_followed: true, finding };

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
        severity: Severity::Info,
        title: "The log does not show everything that could be told".into(),
        explanation: statements.join("\n"),
        numbers: counts.collect::<BTreeMap<_, _>>(),
        examples: Vec::new(),
        remedy: format!(
            "Log what is missing, for example with: log_format {} '{}'; (`wslog formats` says what \
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
