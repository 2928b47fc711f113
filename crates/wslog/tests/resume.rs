//! A follower that goes on where another one was ends as one that never stopped.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use wslog::parse::Millis;
use wslog::{Analysis, Event, Follower, LogId, Mark, Options, StateError};

const WINDOW: Duration = Duration::from_secs(600);

fn log() -> Vec<u8> {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let read = |name: &str| fs::read(testdata.join(name)).unwrap();
    [read("case/access.log"), read("hostile/forged-tail.log"), read("case/access.log")].concat()
}

fn json(analysis: &Analysis) -> String {
    serde_json::to_string(analysis).unwrap()
}

fn resume(state: &[u8]) -> Result<Follower, StateError> {
    Follower::resume(state, Options::default(), WINDOW, |_| None)
}

fn follower() -> (Follower, LogId) {
    let mut follower = Follower::new(Options::default(), WINDOW);
    let log = follower.add_log("access.log");
    (follower, log)
}

/// What is told, and the analysis at the end, of a log whose follower is replaced after so many lines.
fn follow(log: &[u8], replaced_after: usize) -> (Vec<String>, String, String) {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_520_600_000);
    let (mut follower, id) = follower();
    let mut told = Vec::new();
    let mut tell = |event: Event| told.push(serde_json::to_string(&event).unwrap());
    for (number, line) in log.split_inclusive(|&byte| byte == b'\n').enumerate() {
        if number == replaced_after {
            follower = resume(&follower.state().unwrap()).unwrap();
        }
        follower.push(id, line, now, &mut tell);
    }
    let summary = follower.summary(now, |_| {});
    (told, json(&follower.analysis()), serde_json::to_string(&summary).unwrap())
}

#[test]
fn ok_it_ends_the_same_whenever_it_is_replaced() {
    let log = log();
    let lines = log.split_inclusive(|&byte| byte == b'\n').count();
    let whole = follow(&log, usize::MAX);
    assert!(whole.0.len() > 3);
    for replaced_after in 0..lines {
        assert!(follow(&log, replaced_after) == whole, "after {replaced_after} lines");
    }
}

#[test]
fn err_a_state_that_is_none_is_not_believed() {
    let (mut follower, id) = follower();
    follower.push(id, &log(), SystemTime::now(), |_| {});
    let state = follower.state().unwrap();
    assert!(resume(&state).is_ok());
    for place in [0, 5, 6, 8, 20, state.len() / 2, state.len() - 1] {
        let mut damaged = state.clone();
        damaged[place] ^= 1;
        assert!(resume(&damaged).is_err(), "byte {place}");
        assert!(resume(&state[..place]).is_err(), "{place} bytes");
    }
    let mark = Mark { at: Millis(30_000), ..Mark::default() };
    let other = Options { mark, ..Options::default() };
    let error = Follower::resume(&state, other, WINDOW, |_| None).err().unwrap();
    let error = error.to_string();
    assert!(error.contains("other options: format detected, mark 60.000 s"), "{error}");
    assert!(error.contains("now: format detected, mark 30.000 s"), "{error}");
    assert!(!error.contains('{'), "{error}");
}
