//! A real nginx as the oracle of the parser: it logs the same requests in several formats side by
//! side, and what is read back must be what was sent and what the client saw.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

mod case;
mod forger;
mod formats;
mod headers;
mod honest;
mod reading;
mod site;
mod truth;
mod zoo;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use wslog::{Analysis, Analyzer, Mark, Options};
use wslog_parse::{Formats, LineError, Millis, detect};

use crate::case::Case;
use crate::formats::{FORMATS, Written};
use crate::reading::{Reading, differences};
use crate::site::{PATIENCE_OF_SOON, Site};
use crate::truth::Truth;

/// How many disagreements a failing test shows for each way to read each log.
const EXAMPLES: usize = 2;

/// What each log holds for each request, in the order of the requests.
struct Record {
    truths: Vec<Truth>,
    logs: BTreeMap<&'static str, Vec<Vec<u8>>>,
}

fn record(site: &mut Site, cases: impl Iterator<Item = Case>) -> Record {
    let truths: Vec<_> = cases.map(|case| site.drive(case)).collect();
    let lines = |name| site.log(name).wait_for_lines(truths.len()).unwrap();
    let logs: BTreeMap<_, _> =
        FORMATS.iter().map(|format| (format.name, lines(format.name))).collect();
    for (name, lines) in &logs {
        assert_eq!(lines.len(), truths.len(), "{name}: one line for each request");
    }
    Record { truths, logs }
}

/// What was found when logs were held against the truth.
#[derive(Debug, Default)]
struct Findings {
    /// Where parser and nginx disagree, with the line.
    wrong: Vec<String>,
    /// Lines read strictly by their format that were left undecided.
    ambiguous: usize,
}

/// Holds every line of a log against the truth.
fn hold(record: &Record, formats: &Formats, reading: Reading) -> Findings {
    let mut parser = formats.parser();
    let mut findings = Findings::default();
    for (truth, line) in record.truths.iter().zip(&record.logs[reading.log.name]) {
        let found = match parser.parse(line) {
            Ok(entry) => differences(truth, &entry, reading),
            Err(LineError::Ambiguous(_)) if truth.may_be_ambiguous(reading.log) => {
                findings.ambiguous += 1;
                continue;
            }
            Err(error) => vec![error.to_string()],
        };
        if !found.is_empty() {
            let how = if reading.is_detected { "detected" } else { "given" };
            let (place, found, line) = (truth.name(), found.join("\n  "), line.escape_ascii());
            let log = reading.log.name;
            findings.wrong.push(format!("{log}, {how}: {place}\n  {found}\n  {line}"));
        }
    }
    findings
}

/// Holds every log, read by its own text, and as it is detected where its format is a known one.
/// Returns how many lines were left undecided.
fn hold_all(record: &Record) -> usize {
    let mut undecided = 0;
    let mut wrong = Vec::new();
    for &log in FORMATS {
        let strict = hold(record, &log.compile().into(), Reading { log, is_detected: false });
        undecided += strict.ambiguous;
        wrong.push(strict.wrong);
        if log.is_detectable {
            let lines = record.logs[log.name].iter().map(Vec::as_slice);
            let formats = detect(lines).unwrap().formats;
            wrong.push(hold(record, &formats, Reading { log, is_detected: true }).wrong);
        }
    }
    let count: usize = wrong.iter().map(Vec::len).sum();
    let first: Vec<_> = wrong.into_iter().flat_map(|log| log.into_iter().take(EXAMPLES)).collect();
    assert_eq!(
        count,
        0,
        "lines in which parser and nginx disagree, among them:\n{}",
        first.join("\n")
    );
    undecided
}

/// Every status that occurs, in order.
fn statuses(record: &Record) -> Vec<u16> {
    let statuses: BTreeSet<_> = record.truths.iter().map(Truth::status).collect();
    statuses.into_iter().collect()
}

#[test]
fn ok_honest_requests_are_read_back_exactly() {
    let mut site = Site::start();
    let record = record(&mut site, honest::cases());
    assert_eq!(statuses(&record), [101, 200, 403, 404, 426, 499, 502, 504]);
    let upstreams =
        |truth: &Truth| String::from_utf8_lossy(truth.logged("upstream_addr")).into_owned();
    for separator in [", ", " : "] {
        assert!(record.truths.iter().any(|truth| upstreams(truth).contains(separator)));
    }
    assert_eq!(hold_all(&record), 0, "lines left undecided");
}

#[test]
fn ok_strange_requests_and_headers_are_read_back_exactly() {
    let mut site = Site::start();
    let record = record(&mut site, zoo::cases().chain(headers::cases()));
    let statuses = statuses(&record);
    assert!([101, 400, 408, 414, 499].iter().all(|s| statuses.contains(s)), "{statuses:?}");
    assert!(record.truths.len() >= 60, "{}", record.truths.len());
    assert_eq!(hold_all(&record), 0, "lines left undecided");
}

#[test]
fn ok_forged_lines_are_read_right_or_not_at_all() {
    let mut site = Site::start();
    let record = record(&mut site, forger::cases());
    assert!(record.truths.len() >= 60, "{}", record.truths.len());
    let ambiguous = hold_all(&record);
    // Most forgeries are seen through: what is left imitates a refused request.
    let unquoted = FORMATS.iter().filter(|format| format.is_unquoted()).count();
    let lines = unquoted * record.truths.len();
    assert!(ambiguous * 4 < lines, "{ambiguous} of {lines}");
}

/// An `error_page` gives a refused request another status, or an upstream server: neither is proof
/// that a request was served.
#[test]
fn ok_forged_lines_of_a_site_with_error_pages_are_read_right_or_not_at_all() {
    for error_page in ["error_page 400 =302 https://edge.example/oops;", "error_page 400 /ws/oops;"]
    {
        let mut site = Site::start_with(error_page);
        let record = record(&mut site, forger::cases());
        hold_all(&record);
    }
}

/// No text in these cases imitates a line, and no key has a space, which only quotes could hold
/// together: so no format has an excuse.
#[test]
fn ok_each_format_tells_the_same_story() {
    let mut site = Site::start();
    let cases = honest::cases().chain(zoo::cases()).chain(headers::cases());
    let key = |case: &Case| case.value("Sec-WebSocket-Key").unwrap_or_default();
    let record = record(&mut site, cases.filter(|case| !key(case).contains(&b' ')));
    let analyses = ["upstreamlog_key", "main_ws", "json"].map(|name| analyze(&site, name));
    let expected = story_of(&record.truths);
    for analysis in &analyses {
        let name = &analysis.input.sources[0].path;
        assert_eq!(analysis.input.parsed, record.truths.len() as u64, "{name}");
        assert_eq!(story_in(analysis), expected, "{name}");
        assert!(analysis.downgrades.near_mark > 0, "{name}");
        assert_eq!(analysis.sightings.by_rule, analyses[0].sightings.by_rule, "{name}");
        assert_eq!(keys(analysis), keys(&analyses[0]), "{name}");
        assert_eq!(near_mark(analysis), near_mark(&analyses[0]), "{name}");
    }
    knows_what_it_cannot_know(&analyze(&site, "combined"), &record.truths);
}

fn analyze(site: &Site, name: &str) -> Analysis {
    let log = File::open(site.log(name).path()).unwrap();
    let mark = Mark { at: Millis(PATIENCE_OF_SOON), tolerance: Millis(300) };
    let format = Some(Written::find(name).compile());
    let options = Options { format, mark, ..Options::default() };
    Analyzer::new(options).reader(name, log).run().unwrap()
}

/// What is counted by key.
fn keys(analysis: &Analysis) -> [u64; 4] {
    let handshakes = &analysis.handshakes;
    [
        handshakes.total,
        handshakes.distinct_keys,
        handshakes.keys_seen_more_than_once,
        handshakes.malformed_keys,
    ]
}

fn near_mark(analysis: &Analysis) -> (u64, Vec<u64>) {
    let rows = analysis.sightings.by_protocol_status.iter().map(|row| row.near_mark);
    (analysis.downgrades.near_mark, rows.collect())
}

/// `combined` has neither key nor duration: outcomes are counted by protocol all the same.
fn knows_what_it_cannot_know(combined: &Analysis, truths: &[Truth]) {
    let mut expected = BTreeMap::new();
    for truth in truths {
        *expected.entry((truth.protocol().to_owned(), truth.status())).or_default() += 1;
    }
    let rows = combined.requests.by_protocol_status.iter();
    let counted: BTreeMap<(String, u16), u64> =
        rows.map(|row| ((row.protocol.to_string(), row.status.code()), row.count)).collect();
    assert_eq!(counted, expected);
    assert_eq!(near_mark(combined).0, 0);
    let blind = combined.findings.iter().find(|finding| finding.id == "blind-spots").unwrap();
    let told = &blind.explanation;
    for variable in ["$http_sec_websocket_key", "$request_time"] {
        assert!(told.contains(variable), "{told}");
    }
}

/// Sightings by protocol and status, then downgrades and failed ones among them.
#[derive(Debug, Default, PartialEq)]
struct Story {
    sightings: BTreeMap<(String, u16), u64>,
    downgrades: u64,
    failed: u64,
}

fn story_of(truths: &[Truth]) -> Story {
    let mut story = Story::default();
    for truth in truths.iter().filter(|truth| truth.key_is_valid().is_some()) {
        let cell = (truth.protocol().to_owned(), truth.status());
        *story.sightings.entry(cell).or_default() += 1;
        if truth.protocol() == "HTTP/1.0" {
            story.downgrades += 1;
            story.failed += u64::from(truth.status() != 101);
        }
    }
    story
}

fn story_in(analysis: &Analysis) -> Story {
    let rows = analysis.sightings.by_protocol_status.iter();
    Story {
        sightings: rows
            .map(|row| ((row.protocol.to_string(), row.status.code()), row.count))
            .collect(),
        downgrades: analysis.downgrades.total,
        failed: analysis.downgrades.failed,
    }
}
