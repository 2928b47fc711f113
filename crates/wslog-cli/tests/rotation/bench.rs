//! A log, and a follower of it that may be killed.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Far more than it takes; a test that waits this long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

/// Numbers that look random and are the same every time.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// The lines of a log: every one a handshake with a key of its own, a quarter of them downgraded.
pub(crate) struct Lines(pub(crate) u64);

impl Lines {
    pub(crate) fn next(&mut self, count: u64) -> String {
        let lines = self.0..self.0 + count;
        self.0 += count;
        lines.map(line).collect()
    }
}

pub(crate) fn line(number: u64) -> String {
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

pub(crate) fn base64(bytes: &[u8; 16]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = u128::from_be_bytes(*bytes);
    let digit = |shift: u32| char::from(ALPHABET[usize::try_from(bits >> shift & 63).unwrap()]);
    let mut text: String = (0..21).map(|place| digit(122 - 6 * place)).collect();
    text.push(char::from(ALPHABET[usize::try_from(bits << 4 & 63).unwrap()]));
    text + "=="
}

/// A log in a folder of its own, and a follower that may be killed.
pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) follower: Option<Child>,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        Bench { folder: tempfile::tempdir().unwrap(), follower: None }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn start(&mut self) {
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

    pub(crate) fn kill(&mut self) {
        let mut follower = self.follower.take().unwrap();
        follower.kill().unwrap();
        follower.wait().unwrap();
    }

    pub(crate) fn wait_for(&self, name: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.path(name).exists() {
            assert!(Instant::now() < until, "no {name}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn lines(&self) -> Option<u64> {
        self.report()?["input"]["lines"].as_u64()
    }

    pub(crate) fn report(&self) -> Option<Value> {
        serde_json::from_slice(&fs::read(self.path("report.json")).ok()?).ok()
    }

    /// Waits until so many lines were counted, and no more.
    pub(crate) fn expect(&self, lines: u64) {
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

    pub(crate) fn state_len(&self) -> u64 {
        fs::metadata(self.path("state")).unwrap().len()
    }

    /// Waits until so many lines, a hundred at least, were counted and written to the state, which was
    /// so long without them.
    pub(crate) fn expect_in_state(&self, lines: u64, len_without: u64) {
        self.expect(lines);
        let until = Instant::now() + PATIENCE;
        // Besides them only the time is told, in a few bytes.
        while self.state_len() < len_without + 1000 {
            assert!(Instant::now() < until, "the state is not written");
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn append(&self, text: &str) {
        let mut log = OpenOptions::new().append(true).create(true).open(self.path("access.log"));
        log.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    pub(crate) fn rename(&self, number: u64) {
        fs::rename(self.path("access.log"), self.path(&format!("access.log.{number}"))).unwrap();
    }

    pub(crate) fn compress(&self, number: u64) {
        let path = self.path(&format!("access.log.{number}"));
        assert!(Command::new("gzip").arg(path).status().unwrap().success());
    }

    pub(crate) fn copy_and_truncate(&self, number: u64) {
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
