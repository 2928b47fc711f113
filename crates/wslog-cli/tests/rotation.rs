//! What happens to logs on real machines: whatever is done to the files, and however often the
//! follower is killed, every line is counted once.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Far more than it takes; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(15);

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// The lines of a log: every one a handshake with a key of its own, a quarter of them downgraded.
struct Lines(u64);

impl Lines {
    fn next(&mut self, count: u64) -> String {
        let lines = self.0..self.0 + count;
        self.0 += count;
        lines.map(line).collect()
    }
}

fn line(number: u64) -> String {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&number.to_be_bytes());
    let key = base64(&key);
    let (protocol, status) = if number.is_multiple_of(4) { ("1.0", 499) } else { ("1.1", 101) };
    let seconds = 1_520_579_091 + number / 1000;
    let clock = seconds - 1_520_553_600;
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    let millis = number % 1000;
    format!(
        "[09/Mar/2018:{:02}:{minute:02}:{second:02} +0800] 10.0.0.{} - - - 10.0.21.11 to: \
         127.0.0.1:80: GET /ws HTTP/{protocol} upstream_response_time 0.1 msec \
         {seconds}.{millis:03} request_time 60.000 status {status} client - curl {key}\n",
        hour + 8,
        number % 50,
    )
    .replace("time 0.1 ", "time 0.100 ")
}

fn base64(bytes: &[u8; 16]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = u128::from_be_bytes(*bytes);
    let digit = |shift: u32| char::from(ALPHABET[usize::try_from(bits >> shift & 63).unwrap()]);
    let mut text: String = (0..21).map(|place| digit(122 - 6 * place)).collect();
    text.push(char::from(ALPHABET[usize::try_from(bits << 4 & 63).unwrap()]));
    text + "=="
}

/// A log in a folder of its own, and a follower that may be killed.
struct Bench {
    folder: tempfile::TempDir,
    follower: Option<Child>,
}

impl Bench {
    fn new() -> Bench {
        Bench { folder: tempfile::tempdir().unwrap(), follower: None }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn start(&mut self) {
        let follower = Command::new(env!("CARGO_BIN_EXE_wslog"))
            .args(["follow", "--output", "json", "--every", "100ms"])
            .args([Path::new("--state"), &self.path("state")])
            .args([Path::new("--report"), &self.path("report.json")])
            .arg(self.path("access.log"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(self.path("stderr")).unwrap())
            .spawn();
        self.follower = Some(follower.unwrap());
    }

    fn kill(&mut self) {
        let mut follower = self.follower.take().unwrap();
        follower.kill().unwrap();
        follower.wait().unwrap();
    }

    fn wait_for(&self, name: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.path(name).exists() {
            assert!(Instant::now() < until, "no {name}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn lines(&self) -> Option<u64> {
        self.report()?["input"]["lines"].as_u64()
    }

    fn report(&self) -> Option<Value> {
        serde_json::from_slice(&fs::read(self.path("report.json")).ok()?).ok()
    }

    /// Waits until so many lines were counted, and no more.
    fn expect(&self, lines: u64) {
        let until = Instant::now() + PATIENCE;
        while self.lines() != Some(lines) {
            let told = fs::read_to_string(self.path("stderr")).unwrap();
            assert!(
                Instant::now() < until,
                "{:?} of {lines} lines; {}",
                self.lines(),
                &told[..told.len().min(2000)]
            );
            thread::sleep(Duration::from_millis(20));
        }
        thread::sleep(Duration::from_millis(300));
        assert_eq!(self.lines(), Some(lines), "more lines than were written");
        let report = self.report().unwrap();
        assert_eq!(report["sightings"]["total"], lines);
        assert_eq!(report["downgrades"]["total"], lines.div_ceil(4));
        assert_eq!(report["input"]["malformed"], 0);
    }

    fn append(&self, text: &str) {
        let mut log = OpenOptions::new().append(true).create(true).open(self.path("access.log"));
        log.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn rename(&self, number: u64) {
        fs::rename(self.path("access.log"), self.path(&format!("access.log.{number}"))).unwrap();
    }

    fn compress(&self, number: u64) {
        let path = self.path(&format!("access.log.{number}"));
        assert!(Command::new("gzip").arg(path).status().unwrap().success());
    }

    fn copy_and_truncate(&self, number: u64) {
        let log = self.path("access.log");
        fs::copy(&log, self.path(&format!("access.log.{number}"))).unwrap();
        OpenOptions::new().write(true).open(&log).unwrap().set_len(0).unwrap();
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if let Some(follower) = &mut self.follower {
            let _ = follower.kill();
            let _ = follower.wait();
        }
    }
}

#[test]
fn ok_every_line_is_counted_once_across_rotations_and_kills() {
    let mut bench = Bench::new();
    let (mut dice, mut lines) = (Dice(88_172_645_463_325_252), Lines(0));
    bench.append(&lines.next(10));
    bench.start();
    bench.wait_for("state");
    for rotation in 1..=100 {
        for _ in 0..=dice.below(4) {
            let count = 1000 + dice.below(5000);
            let text = lines.next(count);
            // Torn anywhere, as a reader may see it.
            let (front, rest) = text.split_at(usize::try_from(dice.below(1000)).unwrap());
            bench.append(front);
            if dice.below(3) == 0 {
                thread::sleep(Duration::from_millis(dice.below(15)));
            }
            bench.append(rest);
            if dice.below(4) == 0 {
                bench.kill();
                bench.start();
            }
        }
        let is_down = dice.below(3) == 0;
        if is_down {
            bench.kill();
        }
        match dice.below(4) {
            0 => bench.copy_and_truncate(rotation),
            1 => {
                bench.rename(rotation);
                bench.append("");
                bench.compress(rotation);
            }
            2 => {
                // Written to under its new name, as nginx does until it is told.
                bench.rename(rotation);
                let old = bench.path(&format!("access.log.{rotation}"));
                let mut old = OpenOptions::new().append(true).open(old).unwrap();
                bench.append(&lines.next(100));
                old.write_all(lines.next(100).as_bytes()).unwrap();
            }
            _ => {
                bench.rename(rotation);
                thread::sleep(Duration::from_millis(dice.below(20)));
            }
        }
        if is_down {
            bench.append(&lines.next(50));
            bench.start();
        }
    }
    bench.append(&lines.next(10));
    bench.expect(lines.0);
    let mut told = String::new();
    File::open(bench.path("stderr")).unwrap().read_to_string(&mut told).unwrap();
    assert!(!told.contains("lost"), "{told}");
}

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
fn ok_a_first_line_of_more_than_a_megabyte_holds_nothing_up() {
    let mut bench = Bench::new();
    bench.append(&("x".repeat(1_200_000) + "\n" + &Lines(0).next(20)));
    bench.start();
    let until = Instant::now() + PATIENCE;
    while bench.lines() != Some(21) {
        assert!(Instant::now() < until, "{:?} lines", bench.lines());
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(bench.report().unwrap()["sightings"]["total"], 20);
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

/// One member of a compressed log, as nginx writes it.
fn member(folder: &Path, text: &str) -> Vec<u8> {
    fs::write(folder.join("member"), text).unwrap();
    let gzip = Command::new("gzip").arg("-c").arg(folder.join("member")).output().unwrap();
    assert!(gzip.status.success());
    gzip.stdout
}

#[test]
fn ok_a_damaged_member_hides_nothing_behind_it() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    let folder = bench.folder.path().to_owned();
    let [first, torn, last] = [10, 10, 10].map(|count| member(&folder, &lines.next(count)));
    lines.0 -= 10;
    fs::write(bench.path("access.log"), [&first[..], &torn[..torn.len() / 2], &last].concat())
        .unwrap();
    bench.start();
    // The ten lines of the torn one, numbers 10 to 19, are lost.
    let until = Instant::now() + PATIENCE;
    while bench.lines() != Some(20) {
        assert!(Instant::now() < until, "{:?} lines", bench.lines());
        thread::sleep(Duration::from_millis(20));
    }
    let told = fs::read_to_string(bench.path("stderr")).unwrap();
    assert!(told.contains("is damaged"), "{told}");
    bench.rename(1);
    fs::write(bench.path("access.log"), member(&folder, &lines.next(20))).unwrap();
    while bench.lines() != Some(40) {
        assert!(Instant::now() < until, "{:?} lines", bench.lines());
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn ok_a_copy_may_be_written_over_the_one_before() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    bench.append(&lines.next(10));
    bench.start();
    bench.expect(10);
    for _ in 0..5 {
        bench.append(&lines.next(20));
        thread::sleep(Duration::from_millis(50));
        bench.copy_and_truncate(1);
        thread::sleep(Duration::from_millis(50));
    }
    bench.append(&lines.next(10));
    bench.expect(lines.0);
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

#[test]
fn ok_a_damaged_rotated_log_is_told_of_and_keeps_no_other_from_being_read() {
    let mut bench = Bench::new();
    let mut lines = Lines(0);
    bench.append(&lines.next(10));
    bench.start();
    bench.expect(10);
    bench.kill();
    bench.append(&lines.next(4000));
    bench.rename(1);
    bench.compress(1);
    let path = bench.path("access.log.1.gz");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    bench.append(&lines.next(10));
    bench.start();
    let until = Instant::now() + PATIENCE;
    let told = || fs::read_to_string(bench.path("stderr")).unwrap();
    while !told().contains("cannot be read whole") || bench.lines().is_none_or(|lines| lines < 21) {
        assert!(Instant::now() < until, "{:?} lines; {}", bench.lines(), told());
        thread::sleep(Duration::from_millis(20));
    }
    // The last ten lines, the first ten, and what is left of those between.
    let found = bench.lines().unwrap();
    assert!((21..4020).contains(&found), "{found}");
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
