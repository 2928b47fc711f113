//! `--redact`: nothing of the log's own reaches a report, and the verdict stays.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const FORMS: [&str; 6] = ["text", "json", "markdown", "html", "csv", "ndjson"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/redact")
}

fn analyze(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wslog"));
    command.arg("analyze").args(args).current_dir(folder()).output().unwrap()
}

fn report(args: &[&str]) -> String {
    String::from_utf8(analyze(args).stdout).unwrap()
}

/// Every address, key, user, query, agent, referrer, host and room in the log.
fn secrets() -> Vec<String> {
    let secrets = fs::read_to_string(folder().join("secrets.txt")).unwrap();
    secrets.lines().map(str::to_owned).collect()
}

/// Its log beside the same seen by another nginx, and by a capture.
const INPUTS: [&str; 3] = ["access.log", "inner.log", "captures/192.0.2.250.txt"];

#[test]
fn ok_no_form_of_the_report_holds_a_secret() {
    let log = INPUTS.map(|input| fs::read_to_string(folder().join(input)).unwrap()).concat();
    let secrets = secrets();
    assert!(secrets.len() > 100);
    assert_eq!(secrets.iter().find(|it| !log.contains(*it)), None, "not in the log");
    for form in FORMS {
        let args = [&["--output", form][..], &INPUTS].concat();
        let plain = report(&args);
        let redacted = report(&[&["--redact"][..], &args].concat());
        let held = |report: &str| secrets.iter().filter(|it| report.contains(*it)).count();
        assert_ne!(held(&plain), 0, "{form}");
        let left: Vec<_> = secrets.iter().filter(|it| redacted.contains(*it)).collect();
        assert!(left.is_empty(), "{form}: {left:?}\n{redacted}");
    }
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&report(&[&["--output", "json"][..], args, &INPUTS].concat())).unwrap()
}

#[test]
fn ok_counts_verdicts_and_hops_stay() {
    let [plain, redacted] = [json(&[]), json(&["--redact"])];
    for place in [
        "/requests",
        "/timeline",
        "/ages/bins",
        "/sightings/by_protocol_status",
        "/handshakes/total",
        "/handshakes/keys_seen_more_than_once",
        "/downgrades/proven",
        "/input/lines",
    ] {
        assert_eq!(plain.pointer(place), redacted.pointer(place), "{place}");
    }
    let findings = |report: &Value| {
        let all = report["findings"].as_array().unwrap();
        let told = |it: &Value| [&it["id"], &it["severity"], &it["numbers"]].map(Value::to_string);
        all.iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(findings(&plain), findings(&redacted));
    let nodes = |report: &Value| {
        let all = report["sightings"]["nodes"].as_array().unwrap();
        let mut counts: Vec<_> =
            all.iter().map(|it| [&it["total"], &it["failed"]].map(Value::to_string)).collect();
        counts.sort();
        counts
    };
    assert_eq!(nodes(&plain), nodes(&redacted));
    assert!(plain["downgrades"]["proven"].as_u64() > Some(0));
    assert_eq!(plain["redaction"], Value::Null);
    assert!(redacted["redaction"].as_array().unwrap().len() > 3);
}

#[test]
fn ok_one_original_has_one_pseudonym_in_one_report_and_another_in_the_next() {
    let of =
        |report: &Value| report["downgrades"]["located"][0]["before"].as_str().unwrap().to_owned();
    let [one, other] = [json(&["--redact"]), json(&["--redact"])];
    assert!(of(&one).starts_with("addr-"));
    let vantages = one["sightings"]["by_vantage"].as_array().unwrap();
    assert!(vantages.iter().any(|row| row["vantage"] == of(&one)));
    assert_ne!(of(&one), of(&other));
}

#[test]
fn err_lines_as_they_are_do_not_go_with_it() {
    let output = analyze(&["--redact", "--malformed", "-", "access.log"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--malformed"));
}

#[test]
fn ok_who_asks_for_a_key_that_is_nowhere_is_told_where_was_looked() {
    let log = folder().join("access.log");
    let complaint = |redact: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wslog"));
        let command = command.arg("trace").args(redact).arg("AAAAAAAAAAAAAAAAAAAAAA==").arg(&log);
        String::from_utf8(command.output().unwrap().stderr).unwrap()
    };
    assert!(complaint(&[]).contains("was in none of: "));
    assert_eq!(complaint(&["--redact"]), complaint(&[]));
}
