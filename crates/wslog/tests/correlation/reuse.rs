//! Keys that come again.

use wslog::{Analysis, Example};

use crate::log::{Log, gather, key, key_of};

const SAMPLE: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const HOUR: i64 = 3_600_000;

fn edge() -> Log {
    Log::new("edge.log", "10.0.0.2", "app:80")
}

/// How many keys were reused, and whether the report says so.
fn reused(analysis: &Analysis) -> u64 {
    let is_told = analysis.findings.iter().any(|finding| finding.id == "key-reused");
    assert_eq!(is_told, analysis.handshakes.keys_reused > 0);
    analysis.handshakes.keys_reused
}

fn of(log: Log) -> u64 {
    reused(&gather(vec![log]).analysis())
}

#[test]
fn ok_the_sample_nonce_an_hour_apart_proves_nothing_and_is_told() {
    let front = Log::new("a.log", "10.0.0.1", "10.0.0.2:80").request(0, (0, 60), ("1.1", 101));
    let back = edge().request(0, (HOUR, HOUR + 60), ("1.0", 499));
    for together in [true, false] {
        let (mut front, mut back) = (front.clone(), back.clone());
        if together {
            // One log has both.
            front.text += &back.text;
            back.text.clear();
        }
        for log in [&mut front, &mut back] {
            log.text = log.text.replace(&key_of(0), SAMPLE);
        }
        let analysis = gather(vec![front, back]).analysis();
        assert_eq!((reused(&analysis), analysis.downgrades.proven), (1, 0));
        let reuse = analysis.findings.iter().find(|finding| finding.id == "key-reused").unwrap();
        let lines = reuse.examples.iter().map(|example| match example {
            Example::Sighting(sighting) => sighting.line,
            Example::Line(line) => line.line,
        });
        assert_eq!(lines.collect::<Vec<_>>(), if together { [1, 2] } else { [1, 1] });
    }
}

#[test]
fn ok_what_is_under_way_at_one_time_is_one_request() {
    let front = Log::new("a.log", "10.0.0.1", "10.0.0.2:80").request(0, (0, 9000), ("1.1", 101));
    let tried_twice =
        edge().request(0, (1, 4000), ("1.1", 502)).request(0, (4000, 9000), ("1.1", 101));
    let analysis = gather(vec![front, tried_twice.clone()]).analysis();
    assert_eq!((reused(&analysis), analysis.handshakes.retries), (0, 1));
    assert_eq!(analysis.handshakes.paths[0].count, 1);
    // The second try begins when the first has ended, whether the one who tries is seen or not.
    assert_eq!(of(tried_twice), 0);
}

#[test]
fn ok_only_a_clock_can_tell_that_a_request_had_ended() {
    let at = |from| {
        edge().request(0, (0, 100), ("1.1", 400)).request(0, (from, from + 100), ("1.1", 101))
    };
    assert_eq!(of(at(1_100)), 0);
    assert_eq!(of(at(1_101)), 1);
    // Two clocks may differ by hours.
    let elsewhere = |from| {
        let front = Log::new("a.log", "10.0.0.1", "app:80").request(0, (0, 100), ("1.1", 400));
        let back = edge().request(0, (from, from + 100), ("1.1", 400));
        reused(&gather(vec![front, back]).analysis())
    };
    assert_eq!(elsewhere(36_000_000), 0);
}

#[test]
fn ok_what_somebody_may_have_tried_again_is_not_told() {
    let after = |status, gap: i64| {
        let log = edge().request(0, (0, 100), ("1.1", status));
        of(log.request(0, (100 + gap, 200 + gap), ("1.1", 101)))
    };
    for status in [499, 502, 504, 429] {
        assert_eq!((after(status, 60_000), after(status, 300_001)), (0, 1));
    }
    for status in [101, 200, 400, 426] {
        assert_eq!((after(status, 1_000), after(status, 1_001)), (0, 1));
    }
    // A try that failed does not hide an answer before it.
    let log = edge().request(0, (0, 100), ("1.1", 101)).request(0, (600, 700), ("1.1", 502));
    assert_eq!(of(log.request(0, (1_500, 1_600), ("1.1", 101))), 1);
}

#[test]
fn ok_a_key_that_is_sent_for_ever_is_told() {
    let log = (0..100).fold(edge(), |log, _| log.request(0, (0, 60_000), ("1.0", 499)));
    let gathered = gather(vec![log]);
    let analysis = gathered.analysis();
    assert_eq!(reused(&analysis), 1);
    assert_eq!(analysis.handshakes.paths.iter().map(|path| path.count).sum::<u64>(), 100);
    assert_eq!(key(0).to_string(), key_of(0));
}
