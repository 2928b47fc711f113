//! What vantage points are called, and when one name is several of them.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::io::Cursor;

use wslog::{Analyzer, Follower, Input, Options, VantageName};

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
    assert_eq!(vantages(&[100], &[109]), split);
    // As a retry begins when the first try is over.
    assert_eq!(vantages(&[100], &[110]), ["edge"]);
    let many: Vec<u64> = (0..50).map(|use_number| 100 + use_number * 60).collect();
    assert_eq!(vantages(&many, &[105]), split);
    assert_eq!(vantages(&many, &[100 + 49 * 60 + 5]), split);
}

#[test]
fn ok_a_key_used_again_later_does_not() {
    assert_eq!(vantages(&[100], &[111]), ["edge"]);
    assert_eq!(vantages(&[100], &[3600]), ["edge"]);
}

#[test]
fn ok_a_file_that_is_called_like_an_nginx_is_another() {
    let analyzer = Analyzer::new(Options::default())
        .reader("b.log", Cursor::new(line(100)))
        .reader("edge", Cursor::new(combined("/ws/")));
    assert_eq!(by_vantage(analyzer), ["edge 1", "edge@edge 1"]);
}

fn named(text: &str) -> VantageName {
    VantageName::parse(text).unwrap()
}

fn by_vantage(analyzer: Analyzer<'_>) -> Vec<String> {
    let rows = analyzer.run().unwrap().sightings.by_vantage;
    rows.into_iter().map(|row| format!("{} {}", row.vantage, row.totals.total)).collect()
}

/// A line of a format that logs nothing of its nginx.
fn combined(request: &str) -> String {
    let path = format!("GET {request} HTTP/1.1");
    format!("10.0.0.2 - - [01/Jan/2026:12:00:00 +0000] \"{path}\" 101 0 \"-\" \"curl\"\n")
}

#[test]
fn ok_a_name_that_was_given_comes_before_what_the_line_tells() {
    let one = || Cursor::new(line(100));
    let input = |name: &str| Input::reader("one.log", one()).at_vantage(name);
    let analyzer = || Analyzer::new(Options::default()).reader("b.log", Cursor::new(combined("/")));
    assert_eq!(by_vantage(analyzer().reader("one.log", one())), ["b.log 1", "edge 1"]);
    assert_eq!(by_vantage(analyzer().input(input("front"))), ["b.log 1", "front 1"]);
    assert_eq!(by_vantage(analyzer().input(input(""))), ["b.log 1", "edge 1"]);

    let vantages = vec![named("back=b.log"), named("front=one.log"), named("none=one.log")];
    let options = Options { vantages, ..Options::default() };
    for chunk in [1, 1 << 20] {
        let chunk_size = wslog::ChunkSize(std::num::NonZeroUsize::new(chunk).unwrap());
        let analyzer = Analyzer::new(Options { chunk_size, ..options.clone() });
        let analyzer =
            analyzer.reader("one.log.1", one()).reader("one.log", Cursor::new(line(900)));
        let analyzer = analyzer.reader("b.log", Cursor::new(combined("/")));
        assert_eq!(by_vantage(analyzer), ["back 1", "front 2"]);
    }
    let analyzer = Analyzer::new(options).input(input("own"));
    assert_eq!(by_vantage(analyzer), ["own 1"], "an input's own name is the nearest");
}

/// A failed handshake that only a 101 on its path, which may come later, makes one.
#[test]
fn ok_what_is_inferred_is_seen_where_it_was_said_to_be() {
    let failed = combined("/ws").replace(" 101 ", " 504 ");
    let log = Cursor::new(failed + &combined("/ws"));
    let analyzer = Analyzer::new(Options::default());
    let analyzer = analyzer.input(Input::reader("a.log", log).at_vantage("front"));
    assert_eq!(by_vantage(analyzer), ["front 2"]);
}

#[test]
fn ok_one_name_given_to_two_logs_is_one_vantage_point_unless_a_key_was_in_both_at_once() {
    let vantages = vec![named("front=one.log"), named("front=other.log")];
    let names = |end: u64| {
        let analyzer = Analyzer::new(Options { vantages: vantages.clone(), ..Options::default() });
        let analyzer = analyzer.reader("one.log", Cursor::new(line(100)));
        by_vantage(analyzer.reader("other.log", Cursor::new(line(end))))
    };
    assert_eq!(names(3600), ["front 2"]);
    assert_eq!(names(105), ["front@one.log 1", "front@other.log 1"]);
}

#[cfg(feature = "capture")]
#[test]
fn ok_a_capture_is_called_what_it_was_said_to_be() {
    let heads = || Cursor::new(&include_bytes!("../../../testdata/captures/case.txt")[..]);
    let analyzer = Analyzer::new(Options::default());
    assert_eq!(by_vantage(analyzer.reader("case.txt", heads())), ["capture:case.txt 1"]);
    let vantages = vec![named("laptop=case.txt")];
    let analyzer = Analyzer::new(Options { vantages, ..Options::default() });
    assert_eq!(by_vantage(analyzer.reader("case.txt", heads())), ["laptop 1"]);
}

#[test]
fn ok_a_followed_log_has_its_name_and_keeps_it() {
    let options = |names: &[&str]| Options {
        vantages: names.iter().map(|name| named(name)).collect(),
        ..Options::default()
    };
    let (window, now) = (std::time::Duration::from_secs(60), std::time::SystemTime::now());
    let mut follower = Follower::new(options(&["front=one.log"]), window);
    let log = follower.add_log("one.log");
    follower.push(log, line(100).as_bytes(), now, |_| {});
    let state = follower.state().unwrap();
    let resume = |names: &[&str]| Follower::resume(&state, options(names), window, |_| None);
    let mut follower = resume(&["front=one.log"]).unwrap();
    follower.push(log, line(900).as_bytes(), now, |_| {});
    let rows = follower.analysis().sightings.by_vantage;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].vantage.as_str(), rows[0].totals.total), ("front", 2));
    for other in [&[][..], &["back=one.log"], &["front=one.log", "back=other.log"]] {
        assert!(resume(other).is_err(), "{other:?}");
    }
}
