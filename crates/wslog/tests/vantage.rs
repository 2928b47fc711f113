//! When one name is several vantage points.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::io::Cursor;

use wslog::{Analyzer, Options};

/// A handshake with one key that ends this many seconds after noon and took ten.
fn line(end: u64) -> String {
    let (hour, minute, second) = (12 + end / 3600, end / 60 % 60, end % 60);
    let msec = 1_767_268_800 + end;
    format!(
        "[01/Jan/2026:{hour:02}:{minute:02}:{second:02} +0000] 10.0.0.2 - - - edge to: \
         10.0.0.9:80: GET /ws/ HTTP/1.1 upstream_response_time 10.000 msec {msec}.000 \
         request_time 10.000 status 101 client - a dGhlIHNhbXBsZSBub25jZQ==\n"
    )
}

fn vantages(one: &[u64], other: &[u64]) -> Vec<String> {
    let log = |ends: &[u64]| Cursor::new(ends.iter().map(|end| line(*end)).collect::<String>());
    let analyzer = Analyzer::new(Options::default());
    let analyzer = analyzer.reader("one.log", log(one)).reader("other.log", log(other));
    let analysis = analyzer.run().unwrap();
    assert_eq!(analysis.input.parsed, analysis.input.lines);
    assert_eq!(analysis.sightings.total, (one.len() + other.len()) as u64);
    analysis.sightings.by_vantage.into_iter().map(|row| row.vantage).collect()
}

#[test]
fn ok_a_key_under_way_in_two_sets_at_once_splits_their_name() {
    let split = ["edge@one.log", "edge@other.log"];
    assert_eq!(vantages(&[100], &[105]), split);
    assert_eq!(vantages(&[100], &[110]), split);
    let many: Vec<u64> = (0..50).map(|use_number| 100 + use_number * 60).collect();
    assert_eq!(vantages(&many, &[105]), split);
    assert_eq!(vantages(&many, &[100 + 49 * 60 + 5]), split);
}

#[test]
fn ok_a_key_used_again_later_does_not() {
    assert_eq!(vantages(&[100], &[111]), ["edge"]);
    assert_eq!(vantages(&[100], &[3600]), ["edge"]);
}
