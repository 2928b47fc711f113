//! The page of the documentation about scenarios and what is found in them. With `UPDATE_DOCS` set it
//! is written.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use wslog::Finding;
use wslog_lab::scenario::Scenario;

use crate::verdicts::{ABOUT_THE_FORMAT, Read, Verdict, verdicts};

#[test]
fn ok_every_scenario_has_its_verdict_in_its_order() {
    let mut told: Vec<_> = verdicts().iter().map(|verdict| verdict.scenario).collect();
    told.dedup();
    let all: Vec<_> = Scenario::all().map(Scenario::name).collect();
    assert_eq!(told, all);
    // Of each the first line is about all hops and the format that shows everything.
    for name in all {
        let verdicts = verdicts();
        let first = verdicts.iter().find(|verdict| verdict.scenario == name).unwrap();
        assert_eq!(read(&first.read), "", "{name}");
    }
}

/// A name that is misspelt would never be found.
#[test]
fn ok_every_finding_exists_and_has_a_scenario() {
    let known: BTreeSet<&str> = Finding::explanations().map(|it| it.id).collect();
    let told: BTreeSet<&str> =
        verdicts().iter().flat_map(|it| &it.findings).map(|finding| finding.id).collect();
    let unknown: Vec<_> = told.difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let unseen: Vec<_> = known.difference(&told).copied().collect();
    assert_eq!(unseen, UNSEEN);
    for verdict in verdicts() {
        for finding in verdict.findings {
            assert!(["critical", "warning", "info"].contains(&finding.severity), "{finding:?}");
        }
    }
}

/// Those that no scenario shows: the one that is not counted, and the one that needs several machines with
/// clocks of their own.
const UNSEEN: [&str; 2] = [ABOUT_THE_FORMAT, "clock-skew"];

#[test]
fn ok_the_page_is_what_is_checked() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scenarios.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), page);
}

fn page() -> String {
    let mut page = String::from(HEAD);
    let verdicts = verdicts();
    let findings: Vec<_> = Finding::explanations()
        .map(|it| it.id)
        .filter(|id| verdicts.iter().flat_map(|it| &it.findings).any(|finding| finding.id == *id))
        .collect();
    // Writing to a String does not fail.
    let _ = writeln!(page, "| scenario | {} |", findings.join(" | "));
    let _ = writeln!(page, "|---|{}", "---|".repeat(findings.len()));
    for verdict in &verdicts {
        let _ = writeln!(page, "| {} |", row(verdict, &findings).join(" | "));
    }
    page += "\n## What happens in them\n";
    for scenario in Scenario::all() {
        let minute = if scenario.is_slow() { " It takes a minute." } else { "" };
        let (name, sentence) = (scenario.name(), scenario.sentence());
        let _ = write!(page, "\n{}", wrapped(&format!("- **{name}**: {sentence}{minute}")));
    }
    page
}

const HEAD: &str = "\
# Scenarios, and what is found in them

Each scenario is played by real nginx and real clients; what `wslog analyze` then
finds in the logs has to be exactly this. An empty cell is as much of a test as a
full one: nothing is found there.

Read are the access logs of all nginx of a scenario in the format `websocket`;
where it says so, others, or the capture of what its clients sent and received as
well. `?` is a race: of two timers of one length either may be first. In every
other format, and with error logs and captures beside them, less may be found,
and nothing else. `blind-spots` is left out: it is about formats.

A balancer's nodes are nginx too, and their logs are read: what is a timer in
front to those behind it is a node's own.

";

fn row(verdict: &Verdict, findings: &[&str]) -> Vec<String> {
    let mut row = vec![format!("{}{}", verdict.scenario, read(&verdict.read))];
    row.extend(findings.iter().map(|id| {
        let finding = verdict.findings.iter().find(|finding| finding.id == *id);
        finding.map_or_else(String::new, |finding| {
            let mark = if finding.is_certain { "" } else { "?" };
            format!("{}{mark}", finding.severity)
        })
    }));
    row
}

/// What is read, where it is not what is always read.
fn read(read: &Read) -> String {
    let mut words = read.hops.clone();
    words.extend((read.format != "websocket").then_some(read.format));
    words.extend(read.with_capture.then_some("capture"));
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

/// Lines of at most 80 columns; all but the first are indented.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.len() + 1 + word.len() > 80 {
            let _ = writeln!(lines, "{line}");
            line = format!("  {word}");
        } else {
            line += if line.is_empty() { "" } else { " " };
            line += word;
        }
    }
    let _ = writeln!(lines, "{line}");
    lines
}
