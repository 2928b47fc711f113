//! Following a file that really grows, through a real `tail`.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// Far more than it takes; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

fn case_lines() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/case/access.log");
    fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

fn spawn_reader(child: &mut Child) -> Receiver<String> {
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in stdout.lines() {
            if sender.send(line.unwrap()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// The next handshake that is told of; findings come and go between them.
fn next_handshake(events: &Receiver<String>, patience: Duration) -> Option<String> {
    let until = Instant::now() + patience;
    while let Ok(line) = events.recv_timeout(until.saturating_duration_since(Instant::now())) {
        if line.contains(" HTTP/1.") && line.contains(" -> ") {
            return Some(line);
        }
    }
    None
}

fn wslog() -> Command {
    let mut wslog = Command::new(env!("CARGO_BIN_EXE_wslog"));
    wslog.args(["follow", "-"]).stdout(Stdio::piped());
    wslog
}

#[test]
fn ok_each_failure_is_told_as_its_line_comes_and_ctrl_c_gives_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.log");
    let mut log = File::create(&path).unwrap();
    let mut tail = Command::new("tail")
        .args(["-n", "+1", "-F"])
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut child = wslog().stdin(tail.stdout.take().unwrap()).spawn().unwrap();
    let events = spawn_reader(&mut child);

    let lines = case_lines();
    // The 101 comes first: from then on its path is known to be one of WebSockets.
    for (line, told) in [(1, None), (0, Some("60.000 s")), (2, Some("36.755 s"))] {
        writeln!(log, "{}", lines[line]).unwrap();
        if let Some(told) = told {
            let event = next_handshake(&events, PATIENCE).unwrap();
            assert!(event.contains(told) && event.contains("downgrade"), "{event}");
        }
    }
    // An unfinished line is held back until its end comes.
    let (start, rest) = lines[3].split_at(200);
    write!(log, "{start}").unwrap();
    assert_eq!(next_handshake(&events, Duration::from_millis(300)), None);
    writeln!(log, "{rest}").unwrap();
    let event = next_handshake(&events, PATIENCE).unwrap();
    assert!(event.contains("key 8+qDYeKJGFTWKB2ov4p5TA=="), "{event}");

    interrupt(&child);
    assert!(child.wait().unwrap().success());
    tail.kill().unwrap();
    tail.wait().unwrap();
    let report: Vec<String> = events.iter().collect();
    assert!(report.iter().any(|line| line.contains("CRITICAL http10-downgrade")), "{report:?}");
    assert!(report.iter().any(|line| line.contains("4 lines, all parsed")), "{report:?}");
}

#[test]
fn ok_a_closed_output_ends_it_quietly() {
    let mut child = wslog().stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    for _ in 0..3 {
        for line in case_lines() {
            // It may be gone already, which is the point.
            let _ = writeln!(stdin, "{line}");
        }
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
    let mut complaint = String::new();
    child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    assert_eq!(complaint, "");
}

fn interrupt(child: &Child) {
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

/// Events that nobody reads hold it up, and with it whoever writes the lines.
#[test]
fn ok_a_second_ctrl_c_ends_it_whoever_holds_it_up() {
    let mut child = wslog().stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let (sender, written) = mpsc::channel();
    thread::spawn(move || {
        let lines = case_lines().join("\n") + "\n";
        while stdin.write_all(lines.as_bytes()).is_ok() && sender.send(()).is_ok() {}
    });
    while written.recv_timeout(Duration::from_secs(1)).is_ok() {}
    interrupt(&child);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(child.try_wait().unwrap(), None);
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn ok_ctrl_c_ends_it_though_lines_keep_coming() {
    let mut child = wslog().stdin(Stdio::piped()).spawn().unwrap();
    let events = spawn_reader(&mut child);
    let mut stdin = child.stdin.take().unwrap();
    thread::spawn(move || {
        let lines = case_lines().join("\n") + "\n";
        while stdin.write_all(lines.as_bytes()).is_ok() {}
    });
    next_handshake(&events, PATIENCE).unwrap();
    interrupt(&child);
    assert!(child.wait().unwrap().success());
    assert!(events.iter().any(|line| line.contains("CRITICAL http10-downgrade")));
}

#[test]
fn ok_a_log_that_comes_into_a_named_folder_has_the_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_wslog"))
        .args(["follow", "--output", "ndjson", "--every", "100ms", "--vantage"])
        .arg(format!("front={}", folder.path().display()))
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let events = spawn_reader(&mut child);
    // The first summary: following has begun.
    assert!(events.recv_timeout(PATIENCE).unwrap().contains("\"summary\""));
    fs::write(folder.path().join("access.log"), case_lines()[3].clone() + "\n").unwrap();
    let until = Instant::now() + PATIENCE;
    let told = loop {
        let event = events.recv_timeout(until.saturating_duration_since(Instant::now())).unwrap();
        if event.contains("\"event\":\"handshake\"") {
            break event;
        }
    };
    assert!(told.contains("\"vantage\":\"front\""), "{told}");
    interrupt(&child);
    assert!(child.wait().unwrap().success());
}
