//! `wslog merge` of what `wslog analyze --partial` wrote: the report of one process.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)
}

fn wslog(folder: &Path, args: &[&str], stdin: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wslog"));
    command.args(args).current_dir(folder).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Whoever has read enough closes it.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

#[track_caller]
fn done(folder: &Path, args: &[&str], stdin: &[u8]) -> Vec<u8> {
    let output = wslog(folder, args, stdin);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[track_caller]
fn assert_refused(output: &Output, why: &str) {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert!(complaint.contains(why), "{complaint}");
}

/// A folder with the logs of two hops, one of them compressed.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let edge = fs::read(testdata("way/edge.log")).unwrap();
    let gz = File::create(folder.path().join("edge.log.gz")).unwrap();
    let mut gz = flate2::write::GzEncoder::new(gz, flate2::Compression::fast());
    gz.write_all(&edge).unwrap();
    gz.finish().unwrap();
    fs::copy(testdata("way/inner.log"), folder.path().join("inner.log")).unwrap();
    folder
}

const FORMS: [&str; 6] = ["text", "json", "markdown", "html", "csv", "ndjson"];

#[test]
fn ok_the_report_is_that_of_one_process() {
    let folder = folder();
    let folder = folder.path();
    let flags = ["--mark", "30s", "--format", "websocket"];
    let analyze = |more: &[&str], stdin: &[u8]| {
        done(folder, &[&["analyze"], &flags[..], more].concat(), stdin)
    };
    let inner = fs::read(folder.join("inner.log")).unwrap();
    analyze(&["--partial", "a.partial", "--buckets", "4", "edge.log.gz"], b"");
    analyze(&["--partial", "b.partial", "--buckets", "4", "--range", "0-300", "inner.log"], b"");
    let piped =
        ["--stdin-name", "inner.log", "--range", "300-", "--buckets", "4", "--partial", "-"];
    let piped = analyze(&[&piped[..], &["-"]].concat(), &inner[299..]);
    fs::write(folder.join("c.partial"), &piped).unwrap();
    for form in FORMS {
        let whole = analyze(&["--output", form, "edge.log.gz", "inner.log"], b"");
        let merge = ["merge", "--output", form];
        let merged =
            done(folder, &[&merge[..], &["c.partial", "b.partial", "a.partial"]].concat(), b"");
        assert!(merged == whole, "{form}");
        done(folder, &["merge", "--partial", "both.partial", "a.partial", "c.partial"], b"");
        let merged = done(folder, &[&merge[..], &["b.partial", "both.partial"]].concat(), b"");
        assert!(merged == whole, "{form}, by way of another partial");
    }
    let by_pipe =
        done(folder, &["merge", "--output", "csv", "a.partial", "b.partial", "-"], &piped);
    assert_eq!(by_pipe, analyze(&["--output", "csv", "edge.log.gz", "inner.log"], b""));
}

#[test]
fn ok_an_error_log_that_another_process_reads() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for log in ["access.log", "error.log"] {
        fs::copy(testdata("error-log").join(log), folder.join(log)).unwrap();
    }
    let partial = |to: &str, more: &[&str]| {
        done(folder, &[&["analyze", "--partial", to], more].concat(), b"");
    };
    partial("errors.partial", &["error.log"]);
    partial("requests.partial", &["access.log"]);
    partial("asked.partial", &["--beside-error-log", "access.log"]);
    let whole = done(folder, &["analyze", "access.log", "error.log"], b"");
    assert_eq!(done(folder, &["merge", "errors.partial", "asked.partial"], b""), whole);
    assert_refused(
        &wslog(folder, &["merge", "errors.partial", "requests.partial"], b""),
        "about requests in requests.partial: analyze that again with --beside-error-log",
    );
}

#[test]
fn ok_what_is_merged_can_be_redacted_and_failed_on() {
    let folder = folder();
    let folder = folder.path();
    done(folder, &["analyze", "--partial", "all.partial", "edge.log.gz", "inner.log"], b"");
    let redacted = done(folder, &["merge", "--redact", "--output", "json", "all.partial"], b"");
    let redacted = String::from_utf8(redacted).unwrap();
    assert!(!redacted.contains("192.0.2.11") && redacted.contains("http10-downgrade"));
    let output = wslog(folder, &["merge", "--fail-on", "critical", "all.partial"], b"");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn err_what_cannot_be_merged_is_told_with_its_name() {
    let folder = folder();
    let folder = folder.path();
    done(folder, &["analyze", "--partial", "all.partial", "edge.log.gz", "inner.log"], b"");
    let merge = |more: &[&str]| wslog(folder, &[&["merge"], more].concat(), b"");
    assert_refused(&merge(&["all.partial", "inner.log"]), "inner.log: not written by wslog");
    assert_refused(&merge(&["none.partial"]), "none.partial: cannot be read");
    assert_refused(&merge(&["all.partial", "all.partial"]), "would count twice");
    let twice = wslog(folder, &["merge", "--allow-overlap", "all.partial", "all.partial"], b"");
    assert!(twice.status.success());
    let whole = fs::read(folder.join("all.partial")).unwrap();
    fs::write(folder.join("half.partial"), &whole[..whole.len() / 2]).unwrap();
    assert_refused(&merge(&["half.partial"]), "half.partial: cut short");
}

#[test]
fn err_a_name_for_what_nobody_read() {
    let folder = folder();
    let folder = folder.path();
    let vantage = ["--vantage", "edge=edge.log", "--vantage", "inner=inner.log"];
    fs::copy(folder.join("inner.log"), folder.join("edge.log")).unwrap();
    let partials = ["edge", "inner"].map(|name| {
        let (log, to) = (format!("{name}.log"), format!("{name}.partial"));
        done(folder, &[&["analyze", "--partial", &to, &log], &vantage[..]].concat(), b"");
        to
    });
    let merge = |some: &[&str]| wslog(folder, &[&["merge"], some].concat(), b"");
    assert!(merge(&[&partials[0], &partials[1]]).status.success());
    assert_refused(&merge(&[&partials[0]]), "--vantage inner=inner.log: there is no such input");
    let twice = ["analyze", "--partial", "a", "edge.log", "--vantage", "other=edge.log"];
    assert_refused(&wslog(folder, &[&twice, &vantage[..]].concat(), b""), "give it one name");
}

#[test]
fn err_parts_that_cannot_be_read_as_such() {
    let folder = folder();
    let folder = folder.path();
    let analyze = |more: &[&str]| wslog(folder, &[&["analyze"], more].concat(), b"x\ny\nz\n");
    assert_refused(&analyze(&["--range", "0-9", "edge.log.gz"]), "can only be read as a whole");
    let both = ["--range", "0-9", "edge.log.gz", "inner.log"];
    assert_refused(&analyze(&both), "there has to be one input");
    assert_refused(&analyze(&["--range", "9-9", "inner.log"]), "expected FROM-TO");
    assert_refused(&analyze(&["--range", "5-", "-"]), "its format has to be given");
    assert_refused(&analyze(&["--stdin-name", "a", "inner.log"]), "not among the inputs");
    assert_refused(&analyze(&["--buckets", "2", "inner.log"]), "--partial");
    assert_refused(&analyze(&["--partial", "a", "--redact", "inner.log"]), "cannot be used with");
}
