//! A log that has markup, terminal sequences and formulas in every field: harmless wherever it goes. What a
//! browser makes of it is tested beside the HTML report.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

fn log() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/hostile/markup.log")
}

/// A report on the log, and on one whose very name is hostile.
fn report(form: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let named = folder.path().join("=cmd|' \u{1b}[31m<script>.log");
    fs::copy(log(), &named).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_wslog"));
    let output = command.args(["analyze", "--output", form]).arg(&named).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn ok_a_terminal_gets_no_sequence() {
    for form in ["text", "json", "markdown", "ndjson", "html", "csv"] {
        let report = report(form);
        let is_dangerous =
            |c: &char| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c);
        // A library that is shipped unchanged may hold what it likes, and a terminal is not its place.
        let report = report.split("<script>").next().unwrap();
        assert_eq!(report.chars().find(is_dangerous), None, "{form}");
    }
}

#[test]
fn ok_markup_is_text_in_markdown() {
    let report = report("markdown");
    for raw in ["<script", "<img", "<svg", "</title>", "\n@"] {
        assert!(!report.contains(raw), "{raw}");
    }
    assert!(report.contains("&lt;script&gt;"));
}

/// What Python's reader finds in it.
fn rows(csv: &str) -> Vec<Vec<String>> {
    const READ: &str = "import csv, json, sys; print(json.dumps(list(csv.reader(sys.stdin))))";
    let mut python = Command::new("python3");
    let python = python.args(["-c", READ]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = python.spawn().expect("python3 reads the CSV report");
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, csv.as_bytes()).unwrap();
    drop(stdin);
    serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn ok_a_spreadsheet_gets_no_formula_and_every_count() {
    let rows = rows(&report("csv"));
    let (header, rows) = rows.split_first().unwrap();
    assert_eq!(header.join(","), "vantage,remote_addr,protocol,status,outcome,count,near_mark");
    assert!(rows.iter().all(|row| row.len() == header.len()));
    for cell in rows.iter().flatten() {
        let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
        assert!(!is_formula, "{cell}");
    }
    let count = |row: &Vec<String>| row.get(5).unwrap().parse::<u64>().unwrap();
    let json: Value = serde_json::from_str(&report("json")).unwrap();
    assert_eq!(Some(rows.iter().map(count).sum()), json["sightings"]["total"].as_u64());
    assert!(rows.iter().any(|row| row[0].starts_with("'=cmd|")));
}

/// Names as long as lines allow, and as many as there are lines.
#[test]
fn ok_reports_for_people_are_of_bounded_size() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("a.log");
    let name = "<\u{202e}&".repeat(1_000);
    let line = |number: u64| {
        let second = 1_780_311_600 + number;
        let status = if number.is_multiple_of(3) { 101 } else { 499 };
        format!(
            "{{\"time\":\"{}\",\"msec\":{second}.000,\"remote_addr\":\"10.{}.{}.{}\",\"server_name\":\"{number}{name}\",\
             \"request\":\"GET /ws HTTP/1.{}\",\"status\":{status},\"request_time\":60.0{:02},\
             \"http_upgrade\":\"websocket\",\"upstream_addr\":\"{number}{name}:80\",\
             \"http_sec_websocket_key\":\"{:022}==\"}}\n",
            wslog::parse::Timestamp::new(i64::try_from(second * 1000).unwrap(), 0)
                .to_string()
                .replace(".000", ""),
            number >> 16 & 255,
            number >> 8 & 255,
            number & 255,
            number % 2,
            number % 50,
            number / 2 * 10,
        )
    };
    fs::write(&log, (0..2_000).map(line).collect::<String>()).unwrap();
    let length = |form: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wslog"));
        let output = command.args(["analyze", "--output", form]).arg(&log).output().unwrap();
        let report = String::from_utf8(output.stdout).unwrap();
        assert!(report.contains("2000 sightings"), "{form}");
        report.chars().count()
    };
    assert!(length("html") <= 1_500_000);
    assert!(length("markdown") <= 65_536);
}
