//! Captures and error logs where an access log was expected, and captures that come through a pipe.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Far more than it takes; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// The header of a pcap without packets.
const PCAP: &[u8] = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0";

const HAR: &str = r#"{"log":{"version":"1.2","creator":{"name":"a test"},"entries":[]}}"#;

const CASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/case/access.log");

fn wslog(args: &[&str], folder: &Path) -> Child {
    let mut wslog = Command::new(env!("CARGO_BIN_EXE_wslog"));
    wslog.args(args).current_dir(folder);
    wslog.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn interrupt(child: &Child) {
    signal(child, "INT");
}

fn signal(child: &Child, name: &str) {
    let (name, id) = (format!("-{name}"), child.id().to_string());
    assert!(Command::new("kill").args([name, id]).status().unwrap().success());
}

/// Waits for the end, but not for ever.
fn ended(child: &mut Child) -> ExitStatus {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap()
}

fn output(mut child: Child) -> Output {
    let status = ended(&mut child);
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    child.stdout.take().unwrap().read_to_end(&mut stdout).unwrap();
    child.stderr.take().unwrap().read_to_end(&mut stderr).unwrap();
    Output { status, stdout, stderr }
}

const CAPTURE: &str = "is a capture, and has no lines to follow; `wslog analyze` reads it";

const ERRORS: &str =
    "is an error log, which shows no handshakes; `wslog analyze` reads it beside access logs";

#[track_caller]
fn assert_refused(output: &Output, name: &str) {
    assert_told(output, name, CAPTURE);
}

#[track_caller]
fn assert_told(output: &Output, name: &str, told: &str) {
    let complaint = String::from_utf8_lossy(&output.stderr);
    let told = format!("{name}: {told}");
    assert!(complaint.contains(&told), "{complaint}");
    assert!(!complaint.contains("fits no known format"), "{complaint}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn err_a_capture_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.pcap"), PCAP).unwrap();
    fs::write(folder.path().join("a.har"), HAR).unwrap();
    for name in ["a.pcap", "a.har"] {
        assert_refused(&output(wslog(&["follow", name], folder.path())), name);
    }
    let mut child = wslog(&["follow", "-"], folder.path());
    // Whoever writes goes on.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(PCAP).unwrap();
    assert_refused(&output(child), "-");
    drop(stdin);
}

#[test]
fn err_an_error_log_is_not_followed() {
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/error-log/error.log");
    let folder = tempfile::tempdir().unwrap();
    assert_told(&output(wslog(&["follow", log], folder.path())), log, ERRORS);
    let mut child = wslog(&["follow", "-"], folder.path());
    // In pieces, the first of which tells nothing.
    let mut stdin = child.stdin.take().unwrap();
    for piece in fs::read(log).unwrap().chunks(20).take(5) {
        stdin.write_all(piece).unwrap();
        stdin.flush().unwrap();
    }
    assert_told(&output(child), "-", ERRORS);
    drop(stdin);
}

#[test]
fn err_an_error_log_that_comes_later_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = wslog(&["follow", "later.log"], folder.path());
    thread::sleep(Duration::from_millis(500));
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/error-log/error.log");
    fs::copy(log, folder.path().join("later.log")).unwrap();
    thread::sleep(Duration::from_millis(1500));
    interrupt(&child);
    drop(child.stdin.take());
    let complaint = String::from_utf8_lossy(&output(child).stderr).into_owned();
    let told =
        "later.log: is an error log, which has one format; it is analyzed beside access logs";
    assert!(complaint.contains(told), "{complaint}");
}

#[test]
fn err_a_capture_does_not_stop_the_log_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.pcap"), PCAP).unwrap();
    fs::copy(CASE, folder.path().join("access.log")).unwrap();
    let args = ["follow", "a.pcap", "access.log", "-"];
    let mut child = wslog(&args, folder.path());
    drop(child.stdin.take());
    thread::sleep(Duration::from_secs(1));
    interrupt(&child);
    let output = output(child);
    assert!(String::from_utf8_lossy(&output.stdout).contains("8+qDYeKJGFTWKB2ov4p5TA=="));
    assert_refused(&output, "a.pcap");
}

#[test]
fn ok_ctrl_c_leaves_a_pipe_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = wslog(&["analyze", "-"], folder.path());
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&fs::read(CASE).unwrap()).unwrap();
    thread::sleep(Duration::from_secs(1));
    interrupt(&child);
    thread::sleep(Duration::from_millis(200));
    assert_eq!(child.try_wait().unwrap(), None);
    drop(stdin);
    let output = output(child);
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("4 sightings"));
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn ok_sigterm_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = wslog(&["analyze", "-"], folder.path());
    let stdin = child.stdin.take().unwrap();
    thread::sleep(Duration::from_secs(1));
    signal(&child, "TERM");
    assert_eq!(ended(&mut child).code(), None);
    drop(stdin);
}

#[test]
fn ok_a_second_ctrl_c_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = wslog(&["analyze", "-"], folder.path());
    let stdin = child.stdin.take().unwrap();
    thread::sleep(Duration::from_secs(1));
    interrupt(&child);
    let mut stderr = child.stderr.take().unwrap();
    let mut told = [0; 16];
    stderr.read_exact(&mut told).unwrap();
    assert_eq!(&told, b"wslog: waiting f");
    interrupt(&child);
    assert_eq!(ended(&mut child).code(), Some(130));
    drop(stdin);
}
