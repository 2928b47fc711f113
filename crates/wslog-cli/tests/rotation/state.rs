//! The state, and whoever else would write it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::bench::{Bench, Lines, PATIENCE};

/// Runs a follower with a state file to its end, which is told on standard error.
fn refused(folder: &Path, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_wslog"))
        .args(["follow", "--state", "state"])
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn err_a_state_of_something_else_is_told_and_left_alone() {
    let mut bench = Bench::new();
    bench.append(&Lines(0).next(10));
    bench.start();
    bench.expect(10);
    bench.kill();
    let (folder, state) = (bench.folder.path(), fs::read(bench.path("state")).unwrap());
    fs::write(bench.path("other.log"), "").unwrap();
    let log = bench.path("access.log").display().to_string();
    for (args, told) in [
        (&["other.log"][..], "is of another log"),
        (&[&log, "--mark", "30s"], "other options"),
        (&["-"], "standard input"),
    ] {
        let error = refused(folder, args);
        assert!(error.contains(told), "{error}");
        assert!(fs::read(bench.path("state")).unwrap() == state, "{told}");
    }
    let mut damaged = state.clone();
    damaged[state.len() / 2] ^= 1;
    for (bytes, told) in
        [(&damaged[..], "damaged"), (&state[..99], "cut short"), (b"x", "not written by wslog")]
    {
        fs::write(bench.path("state"), bytes).unwrap();
        let error = refused(folder, &[&log]);
        assert!(error.contains(told), "{error}");
        assert!(fs::read(bench.path("state")).unwrap() == bytes, "{told}");
    }
}

#[test]
fn ok_a_state_that_cannot_be_written_is_told_once_and_following_goes_on() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    bench.append(&lines.next(10));
    bench.start();
    bench.expect(10);
    // Where the next one is drafted there is no room for it.
    fs::create_dir(bench.path("state.wslog-draft")).unwrap();
    let told = |bench: &Bench| fs::read_to_string(bench.path("stderr")).unwrap();
    let until = Instant::now() + PATIENCE;
    while !told(&bench).contains("the old one stays") {
        assert!(Instant::now() < until, "{}", told(&bench));
        thread::sleep(Duration::from_millis(20));
    }
    bench.append(&lines.next(10));
    bench.expect(20);
    thread::sleep(Duration::from_secs(2));
    assert_eq!(told(&bench).matches("the old one stays").count(), 1);
    // What was counted meanwhile is counted again from the old state, and not twice.
    bench.kill();
    fs::remove_dir(bench.path("state.wslog-draft")).unwrap();
    bench.start();
    bench.expect(20);
}

#[cfg(unix)]
#[test]
fn err_a_log_that_cannot_be_read_at_a_restart_costs_no_place() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    bench.append(&lines.next(20));
    bench.start();
    bench.expect(20);
    bench.kill();
    // A link to itself, as after a slip of the hand.
    fs::rename(bench.path("access.log"), bench.path("aside")).unwrap();
    std::os::unix::fs::symlink(bench.path("access.log"), bench.path("access.log")).unwrap();
    let log = bench.path("access.log").display().to_string();
    let error = refused(bench.folder.path(), &[&log]);
    assert!(error.contains("cannot be read"), "{error}");
    fs::remove_file(bench.path("access.log")).unwrap();
    fs::rename(bench.path("aside"), bench.path("access.log")).unwrap();
    bench.append(&lines.next(10));
    bench.start();
    bench.expect(30);
}

#[test]
fn err_no_file_is_written_that_something_else_is_in() {
    let bench = Bench::new();
    bench.append(&Lines(0).next(10));
    fs::write(bench.path("report.json.new"), "a stranger's").unwrap();
    let folder = bench.folder.path();
    let before = fs::read(bench.path("access.log")).unwrap();
    for (args, told) in [
        (&["access.log", "--report", "./access.log"][..], "--report ./access.log: is an input"),
        (&["access.log", "--out", "access.log"], "--out access.log: is an input"),
        (&[".", "--report", "access.log"], "--report access.log: is an input"),
        (&["later.log", "--report", "later.log"], "--report later.log: is an input"),
        (&["access.log", "--report", "state"], "--state state: is the file of --report"),
    ] {
        let error = refused(folder, args);
        assert!(error.contains(told), "{error}");
    }
    assert!(fs::read(bench.path("access.log")).unwrap() == before);
    assert_eq!(fs::read(bench.path("report.json.new")).unwrap(), b"a stranger's");
}

#[test]
fn err_a_state_is_one_followers_alone() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    bench.append(&lines.next(10));
    bench.start();
    bench.expect(10);
    let log = bench.path("access.log").display().to_string();
    let error = refused(bench.folder.path(), &[&log]);
    assert!(error.contains("another wslog writes it"), "{error}");
    bench.kill();
    bench.append(&lines.next(10));
    bench.start();
    bench.expect(20);
}
