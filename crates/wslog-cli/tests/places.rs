//! What is written where: no input and no earlier report is ever lost to a mistake.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output, Stdio};

const CASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/case/access.log");

fn wslog(folder: &Path, args: &[&str], stdin: Option<File>) -> Output {
    let stdin = stdin.map_or_else(Stdio::null, Stdio::from);
    let mut command = Command::new(env!("CARGO_BIN_EXE_wslog"));
    command.arg("analyze").args(args).current_dir(folder).stdin(stdin).output().unwrap()
}

/// A folder with the case's log in it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(CASE, folder.path().join("a.log")).unwrap();
    folder
}

#[track_caller]
fn assert_refused(output: &Output, why: &str) {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert!(complaint.contains(why), "{complaint}");
}

#[test]
fn err_a_report_never_overwrites_what_it_is_made_of() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    fs::hard_link(path("a.log"), path("hard.log")).unwrap();
    std::os::unix::fs::symlink("a.log", path("soft.log")).unwrap();
    for out in ["a.log", "./a.log", "hard.log", "soft.log"] {
        for flag in ["--out", "--malformed"] {
            assert_refused(&wslog(folder.path(), &[flag, out, "a.log"], None), "is an input");
        }
        let stdin = Some(File::open(path("a.log")).unwrap());
        assert_refused(&wslog(folder.path(), &["--out", out], stdin), "is an input");
    }
    assert_eq!(fs::read(path("a.log")).unwrap(), fs::read(CASE).unwrap());
}

#[test]
fn err_an_earlier_report_is_kept_until_all_places_are_open() {
    let folder = folder();
    let report = folder.path().join("report.txt");
    fs::write(&report, "precious").unwrap();
    let args = ["--out", "report.txt", "--malformed", "no/such/folder/x", "a.log"];
    assert_refused(&wslog(folder.path(), &args, None), "cannot be written");
    assert_eq!(fs::read(&report).unwrap(), b"precious");
    let args = ["--out", "report.txt", "--malformed", "report.txt", "a.log"];
    assert_refused(&wslog(folder.path(), &args, None), "is the file of --out");
    assert_eq!(fs::read(&report).unwrap(), b"precious");
    assert!(wslog(folder.path(), &["--out", "report.txt", "a.log"], None).status.success());
    assert!(fs::read_to_string(&report).unwrap().starts_with("4 sightings"));
}

#[test]
fn ok_one_file_under_several_names_is_read_once() {
    let folder = folder();
    std::os::unix::fs::symlink("a.log", folder.path().join("soft.log")).unwrap();
    let output = wslog(folder.path(), &["a.log", "./a.log", "soft.log"], None);
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("4 sightings of 4"));
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(complaint.matches("given more than once").count(), 2, "{complaint}");
    assert!(output.status.success());
}

#[test]
fn err_nobody_reading_the_report_does_not_hide_an_error() {
    let folder = folder();
    let mut child = Command::new(env!("CARGO_BIN_EXE_wslog"))
        .args(["analyze", "--output", "json", "a.log", "missing.log"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_refused(&child.wait_with_output().unwrap(), "missing.log: No such file");
}
