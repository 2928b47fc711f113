//! The report on the case is one screen, and its first lines answer what, since when, where, and what now.

use std::process::Command;

/// Lines of a window, and of the smallest one there is.
const SCREEN: usize = 50;
const SMALLEST: usize = 24;

#[test]
fn ok_the_case_fits() {
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/case");
    let mut wslog = Command::new(env!("CARGO_BIN_EXE_wslog"));
    let output = wslog.args(["analyze", "access.log"]).current_dir(log).output().unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = report.lines().collect();
    assert!(lines.len() <= SCREEN, "{report}");
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{report}");
    let first = lines[..SMALLEST].join("\n");
    for answer in [
        "arrive as HTTP/1.0 and die at the 60 s mark",
        "Since 2018-03-09T15:03:51.139+08:00",
        "At 10.0.20.11 1 of 2 nodes does it: 100.97.88.254",
        "What to do\n  The nodes' addresses",
        "guaranteed-performance tier",
    ] {
        assert!(first.contains(answer), "{answer}\n{first}");
    }
}
