//! What a name stands for: links, copies, other names of a file, logs that come.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::bench::{Bench, Lines, PATIENCE, line};

#[test]
fn ok_a_log_that_is_not_there_yet_or_goes_and_comes_back_is_followed() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    bench.start();
    bench.wait_for("state");
    bench.append(&lines.next(10));
    bench.expect(10);
    fs::remove_file(bench.path("access.log")).unwrap();
    thread::sleep(Duration::from_millis(100));
    bench.append(&lines.next(10));
    bench.expect(20);
}

#[test]
fn ok_a_name_that_comes_back_to_its_file_goes_on_in_it() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    bench.append(&lines.next(10));
    bench.start();
    bench.expect(10);
    bench.rename(1);
    bench.append(&lines.next(10));
    bench.expect(20);
    bench.rename(2);
    fs::rename(bench.path("access.log.1"), bench.path("access.log")).unwrap();
    bench.append(&lines.next(10));
    bench.expect(30);
}

/// `sed -i`, most editors: a copy takes the name, and may lack what came while it was made.
#[test]
fn ok_a_copy_that_takes_the_name_is_not_read_again() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    bench.append(&lines.next(10));
    bench.start();
    bench.expect(10);
    for _ in 0..3 {
        fs::copy(bench.path("access.log"), bench.path("copy")).unwrap();
        let mut old = OpenOptions::new().append(true).open(bench.path("access.log")).unwrap();
        old.write_all(lines.next(10).as_bytes()).unwrap();
        bench.expect(lines.0);
        fs::rename(bench.path("copy"), bench.path("access.log")).unwrap();
        bench.append(&lines.next(10));
        old.write_all(lines.next(10).as_bytes()).unwrap();
        bench.expect(lines.0);
    }
}

#[cfg(unix)]
#[test]
fn ok_a_link_that_goes_to_and_fro_is_read_on() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    // More than are kept open.
    for round in 0..2 {
        for file in 0..20 {
            let path = bench.path(&format!("{file}.txt"));
            let mut log = OpenOptions::new().append(true).create(true).open(&path).unwrap();
            log.write_all(lines.next(10).as_bytes()).unwrap();
            std::os::unix::fs::symlink(&path, bench.path("link")).unwrap();
            fs::rename(bench.path("link"), bench.path("access.log")).unwrap();
            if (round, file) == (0, 0) {
                bench.start();
            }
            bench.expect(lines.0);
        }
    }
}

/// Starts a follower of the whole folder, with a state.
fn follow_folder(bench: &mut Bench) {
    let follower = Command::new(env!("CARGO_BIN_EXE_wslog"))
        .args(["follow", "--output", "json", "--every", "100ms", "--state", "state"])
        .args(["--report", "report.json", "."])
        .current_dir(bench.folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(bench.path("stderr")).unwrap())
        .spawn();
    bench.follower = Some(follower.unwrap());
}

#[test]
fn ok_a_file_is_read_by_one_of_its_names() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    bench.append(&lines.next(10));
    fs::hard_link(bench.path("access.log"), bench.path("b-access.log")).unwrap();
    follow_folder(&mut bench);
    bench.expect(10);
    let told = fs::read_to_string(bench.path("stderr")).unwrap();
    assert!(told.contains("is the same file as"), "{told}");
    bench.append(&lines.next(10));
    bench.expect(20);
    // Now they are two.
    fs::remove_file(bench.path("b-access.log")).unwrap();
    fs::write(bench.path("b-access.log"), lines.next(10)).unwrap();
    bench.append(&lines.next(10));
    bench.expect(40);
}

#[test]
fn ok_a_log_that_is_renamed_to_another_log_is_not_read_again() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    bench.append(&lines.next(10));
    follow_folder(&mut bench);
    bench.expect(10);
    fs::rename(bench.path("access.log"), bench.path("aside-access.log")).unwrap();
    bench.append(&lines.next(10));
    bench.expect(20);
    bench.kill();
    fs::rename(bench.path("access.log"), bench.path("beside-access.log")).unwrap();
    let mut renamed = OpenOptions::new().append(true).open(bench.path("beside-access.log"));
    renamed.as_mut().unwrap().write_all(lines.next(10).as_bytes()).unwrap();
    follow_folder(&mut bench);
    bench.expect(30);
    let told = fs::read_to_string(bench.path("stderr")).unwrap();
    assert!(!told.contains("lost"), "{told}");
}

#[test]
fn ok_a_new_log_that_is_rotated_at_once_is_read() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    bench.append(&lines.next(10));
    follow_folder(&mut bench);
    bench.expect(10);
    for is_down in [false, true] {
        if is_down {
            bench.kill();
        }
        let name = format!("new-{is_down}.log");
        fs::write(bench.path(&name), lines.next(10)).unwrap();
        fs::rename(bench.path(&name), bench.path(&format!("{name}.1"))).unwrap();
        fs::write(bench.path(&name), lines.next(10)).unwrap();
        if is_down {
            follow_folder(&mut bench);
        }
        bench.expect(lines.0);
    }
}

/// As kubelet does: the log's name is a link, and the file it leads to is rotated where that is.
#[cfg(unix)]
#[test]
fn ok_a_link_is_followed_to_where_its_file_is_rotated() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    fs::create_dir(bench.path("pod")).unwrap();
    let pod = bench.path("pod/0.log");
    fs::write(&pod, lines.next(10)).unwrap();
    std::os::unix::fs::symlink(&pod, bench.path("access.log")).unwrap();
    bench.start();
    bench.expect(10);
    for is_down in [false, true] {
        if is_down {
            bench.kill();
        }
        bench.append(&lines.next(10));
        let rotated = format!("pod/0.log.2026030{}-120000", u8::from(is_down));
        fs::rename(&pod, bench.path(&rotated)).unwrap();
        fs::write(&pod, lines.next(10)).unwrap();
        if is_down {
            bench.start();
        }
        bench.expect(lines.0);
    }
}

/// A new log in a followed folder is seen at once, also a moment after another change.
#[test]
fn ok_new_logs_in_a_folder_are_read_as_they_come() {
    let mut bench = Bench::new();
    let follower = Command::new(env!("CARGO_BIN_EXE_wslog"))
        .args(["follow", "--output", "ndjson", "--every", "0"])
        .arg(bench.folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let follower = bench.follower.insert(follower.unwrap());
    let (sender, events) = mpsc::channel();
    let stdout = BufReader::new(follower.stdout.take().unwrap());
    thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|l| sender.send(l)));
    thread::sleep(Duration::from_millis(300));
    for number in 0..5 {
        fs::write(bench.path("other.txt"), "").unwrap();
        thread::sleep(Duration::from_millis(30));
        let name = format!("{number}-access.log");
        fs::write(bench.path(&name), line(4)).unwrap();
        let is_it =
            |event: &String| event.starts_with("{\"event\":\"handshake\"") && event.contains(&name);
        while !is_it(&events.recv_timeout(PATIENCE).unwrap()) {}
        fs::remove_file(bench.path(&name)).unwrap();
    }
}
