//! What is counted, of whatever lines there are.

use std::io::Cursor;
use std::num::NonZeroUsize;

use proptest::prelude::*;
use wslog::parse::LogFormat;
use wslog::{Analysis, Analyzer, ChunkSize, Options};

use crate::log::{CLOSED, IDLE, LEFT, Request, TIMED_OUT, TUNNEL, analyze, beside, event_of, rows};

#[test]
fn ok_lines_of_an_error_log_are_no_requests() {
    let alone = beside(&[TUNNEL], &[]);
    let lines = [event_of(60, IDLE, &TUNNEL), "junk\n".into(), "\n".into()];
    let lines = [lines.as_slice(), &[event_of(61, IDLE, &TUNNEL)]].concat();
    let analysis = beside(&[TUNNEL], &lines);
    let source = &analysis.input.sources[1];
    assert!(source.is_error_log);
    assert_eq!((source.lines, source.parsed, source.malformed, source.blank), (4, 2, 1, 1));
    assert_eq!((source.formats[0].name.as_str(), source.formats[0].lines), ("error_log", 2));
    assert_eq!((analysis.input.lines, analysis.input.parsed), (5, 3));
    assert_eq!(analysis.requests.total, 1);
    let json = |analysis: &Analysis| {
        let mut json = serde_json::to_value(analysis).unwrap();
        for key in ["input", "error_log"] {
            json[key].take();
        }
        json.to_string()
    };
    assert_eq!(json(&analysis), json(&alone));
    assert_eq!(analysis.input.capabilities, alone.input.capabilities);
    assert_eq!(analysis.problems, []);
}

#[test]
fn ok_an_error_log_alone_is_no_mistake() {
    let log = event_of(60, IDLE, &TUNNEL) + &"stack traceback:\n".repeat(9);
    let log = event_of(60, TIMED_OUT, &TUNNEL).repeat(300) + &log;
    let analysis = analyze(Options::default(), &[("error.log", log)]);
    assert_eq!((analysis.problems, analysis.findings.len()), (vec![], 0));
    let counts = analysis.error_log.unwrap();
    let counts: Vec<_> = counts.events.iter().map(|row| (row.count, row.joined)).collect();
    assert_eq!(counts, [(1, 0), (300, 0)]);
    let none = analyze(Options::default(), &[("access.log", TUNNEL.line())]);
    assert!(none.error_log.is_none());
}

#[test]
fn ok_malformed_lines_are_written_with_those_of_other_logs() {
    let mut malformed = Vec::new();
    let error_log = event_of(60, IDLE, &TUNNEL).repeat(3) + "no line\n" + &"x".repeat(3000);
    let analysis = Analyzer::new(Options::default())
        .reader("access.log", Cursor::new(TUNNEL.line() + "junk\n"))
        .reader("error.log", Cursor::new(error_log))
        .malformed_to(&mut malformed)
        .run()
        .unwrap();
    let malformed = String::from_utf8(malformed).unwrap();
    let places: Vec<_> = malformed.lines().map(|line| line.get(..17).unwrap()).collect();
    assert_eq!(places, ["access.log:2:190:", "error.log:4:729:n", "error.log:5:737:x"]);
    assert_eq!(analysis.input.malformed, 3);
    let expected = "a line of an error log";
    assert!(analysis.input.malformed_reasons.iter().any(|reason| reason.expected == expected));
}

#[test]
fn ok_a_given_format_is_that_of_access_logs() {
    let given = |text: &str| {
        let format = Some(LogFormat::from_config(text).unwrap());
        let logs = [("error.log", event_of(60, IDLE, &TUNNEL))];
        analyze(Options { format, ..Options::default() }, &logs)
    };
    let strict = given("log_format a '$remote_addr \"$request\" $status $msec';");
    assert!(strict.input.sources[0].is_error_log);
    let loose = given("log_format a escape=none '$request';");
    assert!(!loose.input.sources[0].is_error_log);
    assert_eq!((loose.error_log.is_none(), loose.requests.total), (true, 1));
}

#[cfg(feature = "compression")]
#[test]
fn ok_a_compressed_error_log_is_one() {
    use std::io::Write;
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(event_of(60, IDLE, &TUNNEL).as_bytes()).unwrap();
    let analysis = Analyzer::new(Options::default())
        .reader("access.log", Cursor::new(TUNNEL.line()))
        .reader("error.log.1.gz", Cursor::new(gz.finish().unwrap()))
        .run()
        .unwrap();
    assert_eq!(rows(&analysis)[0].joined, 1);
}

#[test]
fn ok_the_first_events_are_kept_and_a_loss_is_told() {
    let last = Request { from: 3_000_000, to: 3_060_000, ..TUNNEL };
    let early = event_of(60, IDLE, &TUNNEL);
    let late = event_of(3060, IDLE, &last);
    let other = Request { client: "192.0.2.2", ..TUNNEL };
    let between = event_of(1000, IDLE, &other);
    for (count, expected) in [(65_534, (2, 0)), (65_535, (1, 1)), (140_000, (1, 74_466))] {
        let events = [late.clone(), between.repeat(count), early.clone()];
        let analysis = beside(&[TUNNEL, last], &events);
        let lost = analysis.error_log.as_ref().unwrap().lost;
        assert_eq!((rows(&analysis)[0].joined, lost), expected, "{count}");
        assert_eq!(rows(&analysis)[0].count, count as u64 + 2);
    }
}

/// Requests of a few clients, most of which are logged, and what an error log says of most.
fn mixed() -> (String, String) {
    let (mut requests, mut events) = (String::new(), String::new());
    for number in 0..200 {
        let client = ["192.0.2.1", "192.0.2.2", "192.0.2.3"][number % 3];
        let (what, status) =
            [(IDLE, 101), (TIMED_OUT, 504), (CLOSED, 502), (LEFT, 499)][number % 4];
        let from = i64::try_from(number).unwrap() * 1700;
        let request = Request { client, status, from, to: from + 9000, ..TUNNEL };
        if number % 7 > 0 {
            requests += &request.line();
        }
        if number % 5 > 0 {
            events += &event_of(request.to / 1000, what, &request);
        }
    }
    (requests, events + "junk\n\n")
}

#[test]
fn ok_threads_chunks_and_order_change_nothing() {
    let (requests, events) = mixed();
    let (front, back) = events.split_at(events.match_indices('\n').nth(60).unwrap().0 + 1);
    let mut logs = [
        ("access.log", requests),
        ("error.log.1", front.to_owned()),
        ("error.log", back.to_owned()),
    ];
    let options = |threads, size| Options {
        threads: NonZeroUsize::new(threads),
        chunk_size: ChunkSize(NonZeroUsize::new(size).unwrap()),
        ..Options::default()
    };
    let json = |analysis: Analysis| serde_json::to_string_pretty(&analysis).unwrap();
    let first = analyze(Options::default(), &logs);
    assert!(rows(&first).iter().any(|row| 0 < row.joined && row.joined < row.count));
    let expected = json(first);
    for (threads, size) in [(1, 1 << 20), (1, 1), (2, 100), (8, 1000)] {
        logs.reverse();
        assert_eq!(json(analyze(options(threads, size), &logs)), expected, "{threads}, {size}");
    }
}

/// Lines, and parts of lines, that may stand in an error log.
fn hostile() -> impl Strategy<Value = String> {
    let words = [
        "2018/03/09 17:01:00 [error] 1#1: *5 ",
        IDLE,
        ", client: 192.0.2.1",
        ", server: a",
        ", request: \"GET /ws/ HTTP/1.1\"",
        ", upstream: \"http://192.0.2.9:80/ws/\"",
        ", host: \"a\"",
        "\"",
        " while ",
        "\r\n",
        "\n",
        "\u{feff}",
        " ",
        "\0",
    ];
    let line = event_of(60, IDLE, &TUNNEL);
    let word =
        prop_oneof![prop::sample::select(words.to_vec()).prop_map(str::to_owned), Just(line)];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn ok_every_line_is_counted_whatever_it_is(text in hostile(), size in 1_usize..200) {
        let log = event_of(60, IDLE, &TUNNEL).repeat(50) + &text;
        let lines = log.strip_suffix('\n').unwrap_or(&log).split('\n').count() as u64;
        let logs = [("access.log", TUNNEL.line()), ("error.log", log)];
        let whole = analyze(Options::default(), &logs);
        let source = &whole.input.sources[1];
        prop_assert!(source.is_error_log);
        prop_assert_eq!(source.lines, lines);
        let counted: u64 = rows(&whole).iter().map(|row| row.count).sum();
        prop_assert_eq!(source.parsed, counted);
        prop_assert_eq!(lines, counted + source.malformed + source.ambiguous + source.blank);
        let chunk_size = ChunkSize(NonZeroUsize::new(size).unwrap());
        let cut = analyze(Options { chunk_size, ..Options::default() }, &logs);
        let json = |analysis: &Analysis| serde_json::to_string(analysis).unwrap();
        prop_assert_eq!(json(&cut), json(&whole));
    }
}
