//! What wslog finds in a run is what `verdicts.txt` says, and nothing else.

use std::collections::BTreeSet;
use std::path::PathBuf;

use wslog::parse::{LogFormat, NamedFormat};
use wslog::{Analyzer, Options};
use wslog_lab::scenario::Run;
use wslog_lab::topology::StoppedHop;

const VERDICTS: &str = include_str!("verdicts.txt");

/// The format that shows everything a finding is made of.
const FORMAT: &str = "websocket";

/// A finding about the format, not about what happened.
pub(crate) const ABOUT_THE_FORMAT: &str = "blind-spots";

/// A line of the file.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) scenario: &'static str,
    pub(crate) read: Read,
    pub(crate) findings: Vec<Expected>,
}

/// What wslog is given.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) format: &'static str,
    /// The hops whose logs there are; empty where those of all are there.
    pub(crate) hops: Vec<&'static str>,
    /// Whether what clients sent and received is there as well.
    pub(crate) with_capture: bool,
    /// Whether nginx's error logs are.
    with_error_logs: bool,
}

#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) id: &'static str,
    pub(crate) severity: &'static str,
    /// Whether who was first is a race.
    pub(crate) is_certain: bool,
}

/// All lines, in their order.
pub(crate) fn verdicts() -> Vec<Verdict> {
    let lines = VERDICTS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(verdict).collect()
}

fn verdict(line: &'static str) -> Verdict {
    let (scenario, findings) = line.split_once(": ").unwrap();
    let (scenario, words) = scenario.split_once(" (").unwrap_or((scenario, ""));
    let mut read =
        Read { format: FORMAT, hops: vec![], with_capture: false, with_error_logs: false };
    let words = words.trim_end_matches(')').split(", ").filter(|word| !word.is_empty());
    for word in words {
        match word {
            "capture" => read.with_capture = true,
            format if StoppedHop::formats().any(|known| known == format) => read.format = format,
            hop => read.hops.push(hop),
        }
    }
    let findings =
        if findings == "none" { vec![] } else { findings.split(", ").map(expected).collect() };
    Verdict { scenario, read, findings }
}

fn expected(finding: &'static str) -> Expected {
    let (id, severity) = finding.split_once(' ').unwrap();
    let certain = severity.trim_end_matches('?');
    Expected { id, severity: certain, is_certain: certain == severity }
}

pub(crate) fn check(run: &Run) {
    let scenario = run.truth().scenario.as_str();
    let verdicts = verdicts();
    let mine: Vec<_> = verdicts.iter().filter(|verdict| verdict.scenario == scenario).collect();
    assert!(!mine.is_empty(), "verdicts.txt has no line about {scenario}");
    for verdict in &mine {
        let found = found(run, &verdict.read);
        let (found, expected) = (named(&found), &verdict.findings);
        let is_there = |it: &Expected| found.contains(&format!("{} {}", it.id, it.severity));
        let missing: Vec<_> = expected.iter().filter(|it| it.is_certain && !is_there(it)).collect();
        let known =
            |name: &str| expected.iter().any(|it| name == format!("{} {}", it.id, it.severity));
        let others: Vec<_> = found.iter().filter(|name| !known(name)).collect();
        assert!(
            missing.is_empty() && others.is_empty(),
            "{scenario}, {:?}: {missing:?} not found, {others:?} found",
            verdict.read
        );
    }
    check_others(run, &mine);
}

/// Other formats, captures and error logs show more or less of the same: no other finding.
fn check_others(run: &Run, verdicts: &[&Verdict]) {
    let expected = verdicts.iter().flat_map(|verdict| &verdict.findings);
    let expected: BTreeSet<&str> = expected.map(|finding| finding.id).collect();
    let formats = StoppedHop::formats().filter(|&format| format != "sightings");
    let reads =
        formats.flat_map(|format| {
            [(false, false), (false, true), (true, true)].map(|(with_capture, with_error_logs)| {
                Read { format, hops: vec![], with_capture, with_error_logs }
            })
        });
    for read in reads {
        for (id, severity) in found(run, &read) {
            let scenario = &run.truth().scenario;
            assert!(expected.contains(id), "{scenario}, {read:?}: {id} {severity}");
        }
    }
}

fn named(found: &[(&'static str, String)]) -> BTreeSet<String> {
    found.iter().map(|(id, severity)| format!("{id} {severity}")).collect()
}

fn found(run: &Run, read: &Read) -> Vec<(&'static str, String)> {
    let is_read = |hop: &&StoppedHop| read.hops.is_empty() || read.hops.contains(&hop.name());
    let hops: Vec<_> = run.hops().iter().filter(is_read).collect();
    assert!(read.hops.is_empty() || hops.len() == read.hops.len(), "{read:?}");
    let mut inputs: Vec<PathBuf> =
        hops.iter().map(|hop| hop.access_log(read.format).path().to_owned()).collect();
    if read.with_error_logs {
        inputs.extend(hops.iter().map(|hop| hop.error_log()));
    }
    if read.with_capture {
        inputs.push(run.capture());
    }
    // Where wslog does not know the format by its name, it is told.
    let told = || StoppedHop::log_format(read.format).map(|it| LogFormat::from_config(it).unwrap());
    let format = if NamedFormat::find(read.format).is_some() { None } else { told() };
    let analyzer = Analyzer::new(Options { format, ..Options::default() });
    let analysis = inputs.into_iter().fold(analyzer, Analyzer::file).run().unwrap();
    let findings = analysis.findings.iter().filter(|finding| finding.id != ABOUT_THE_FORMAT);
    findings.map(|it| (it.id, format!("{:?}", it.severity).to_lowercase())).collect()
}
