//! The same input gives the same bytes, however it is cut, read and ordered.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use wslog::parse::{Protocol, Timestamp};
use wslog::{
    Analysis, Analyzer, ChunkSize, Event, Finding, Follower, Input, Moment, Options, Period,
};

fn logs() -> Vec<(String, Vec<u8>)> {
    fn collect(folder: &Path, logs: &mut Vec<(String, Vec<u8>)>) {
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                collect(&path, logs);
            } else if path.extension().is_some_and(|extension| extension == "log") {
                logs.push((path.display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    let mut logs = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata"), &mut logs);
    assert!(logs.len() > 20);
    logs
}

fn options(threads: usize, chunk_size: usize) -> Options {
    Options {
        threads: NonZeroUsize::new(threads),
        chunk_size: ChunkSize(NonZeroUsize::new(chunk_size).unwrap()),
        ..Options::default()
    }
}

fn json(analysis: &Analysis) -> String {
    format!("{:#}\n{:?}", serde_json::to_value(analysis).unwrap(), analysis.problems)
}

fn analyze(logs: &[(String, Vec<u8>)], options: Options) -> (String, String) {
    let mut malformed = Vec::new();
    let mut analyzer = Analyzer::new(options).malformed_to(&mut malformed);
    for (name, log) in logs {
        analyzer = analyzer.reader(name, std::io::Cursor::new(log.clone()));
    }
    let analysis = json(&analyzer.run().unwrap());
    (analysis, String::from_utf8_lossy(&malformed).into_owned())
}

/// Lines are read in full where an error log may be among the inputs, and no further than need be else.
#[test]
fn ok_an_input_that_is_not_there_changes_no_finding() {
    let line = |second: u32, path: &str, status: u16, key: char| {
        format!(
            "[09/Mar/2018:15:07:{second:02} +0000] 10.0.0.2 - - - edge to: 10.1.0.1:80: GET {path} HTTP/1.1 \
             upstream_response_time 0.002 msec {}.034 request_time 0.002 status {status} \
             client - agent {}w==\n",
            1_520_608_020 + second,
            key.to_string().repeat(21)
        )
    };
    let refused = (0..12).map(|second| {
        let key = char::from(b'a' + u8::try_from(second).unwrap());
        match second % 2 {
            0 => line(27 + second, "/ws/6", 426, key),
            _ => line(27 + second, "/live", 101, key),
        }
    });
    let told = ("refused.log".to_owned(), refused.collect::<String>().into_bytes());
    let findings = |inputs: &mut dyn Iterator<Item = Input>| {
        let analysis = inputs.fold(Analyzer::new(Options::default()), Analyzer::input);
        serde_json::to_string_pretty(&analysis.run().unwrap().findings).unwrap()
    };
    let mut named = false;
    for (name, log) in logs().into_iter().chain([told]) {
        let input = || Input::reader(&name, std::io::Cursor::new(log.clone()));
        let alone = findings(&mut [input()].into_iter());
        named |= alone.contains("/ws/6");
        assert_eq!(
            findings(&mut [input(), Input::file("no/such.log")].into_iter()),
            alone,
            "{name}"
        );
    }
    assert!(named);
}

#[test]
fn ok_threads_chunks_and_order_change_nothing() {
    let mut logs = logs();
    let expected = analyze(&logs, Options::default());
    assert!(expected.1.lines().count() > 10, "few malformed lines");
    for (threads, chunk_size) in [(1, 1 << 20), (2, 1), (8, 1), (8, 100), (3, 1000), (2, 1 << 14)] {
        logs.reverse();
        let found = analyze(&logs, options(threads, chunk_size));
        assert!(found == expected, "{threads} threads, chunks of {chunk_size}");
    }
}

/// Analyzes files by their names, which all threads read at once.
fn analyze_files(logs: &[(String, Vec<u8>)], options: Options) -> String {
    let analyzer = logs.iter().fold(Analyzer::new(options), |all, (name, _)| all.file(name));
    json(&analyzer.run().unwrap())
}

#[test]
fn ok_files_that_all_threads_read_are_what_one_reader_gives() {
    let mut logs = logs();
    let (expected, _) = analyze(&logs, Options::default());
    for (threads, chunk_size) in [(1, 1 << 20), (2, 1), (8, 100), (3, 1000), (2, 1 << 14)] {
        logs.reverse();
        let found = analyze_files(&logs, options(threads, chunk_size));
        assert!(found == expected, "{threads} threads, blocks of {chunk_size}");
    }
}

/// Follows a log that comes in pieces: the analysis, and the lines of the handshakes told of.
fn follow<'p>(
    name: &str,
    options: Options,
    pieces: impl IntoIterator<Item = &'p [u8]>,
) -> (Analysis, Vec<u64>) {
    let mut follower = Follower::new(options, Duration::from_secs(600));
    let log = follower.add_log(name);
    let mut lines = Vec::new();
    let mut tell = |event| match event {
        Event::Handshake(event) => lines.push(event.sighting.line),
        Event::Finding(_) => {}
    };
    let now = SystemTime::now();
    pieces.into_iter().for_each(|bytes| follower.push(log, bytes, now, &mut tell));
    follower.end(log, now, &mut tell);
    (follower.analysis(), lines)
}

#[test]
fn ok_following_a_log_in_pieces_ends_like_analyzing_it() {
    for (name, log) in logs() {
        let expected = Analyzer::new(Options::default())
            .input(Input::reader(&name, std::io::Cursor::new(log.clone())))
            .run()
            .unwrap();
        // Some findings take all handshakes, which are not kept for as long as a log is followed.
        let followed = || Finding::explanations().filter(|it| it.is_followed);
        if expected.error_log.is_some() {
            // No error log is followed.
            continue;
        }
        for piece in [1, 7, 1000, usize::MAX] {
            let pieces = log.chunks(piece.min(log.len().max(1)));
            let (found, mut lines) = follow(&name, Options::default(), pieces);
            let before = lines.len();
            let cites = |finding: &Finding| {
                finding.id == "http10-downgrade" || finding.id == "log-injection"
            };
            // Of what is followed the handshakes are not kept: neither to be cited, nor their times.
            let uncited = |mut analysis: Analysis| {
                analysis.findings.retain(|finding| followed().any(|it| it.id == finding.id));
                let others = analysis.findings.iter_mut().filter(|finding| !cites(finding));
                others.for_each(|finding| {
                    finding.examples.clear();
                    finding.span = None;
                });
                analysis.handshakes.latencies.clear();
                analysis.handshakes.clients.clear();
                json(&without_charts(analysis))
            };
            assert_eq!(
                uncited(found.clone()),
                uncited(expected.clone()),
                "{name} in pieces of {piece}"
            );
            let rows = found.sightings.by_protocol_status.iter();
            let told =
                rows.filter(|row| row.outcome.is_failed() || row.protocol == Protocol::HTTP_10);
            assert_eq!(lines.len() as u64, told.map(|row| row.count).sum::<u64>(), "{name}");
            lines.sort_unstable();
            lines.dedup();
            assert_eq!(lines.len(), before, "{name}: an event was told twice");
        }
    }
}

/// What is followed keeps too few sightings for them.
fn without_charts(mut analysis: Analysis) -> Analysis {
    (analysis.timeline, analysis.ages) = (None, None);
    analysis
}

/// Longer than any line a reader keeps.
const OVERLONG: usize = (16 << 20) + 100;

#[test]
fn ok_an_overlong_line_costs_itself_alone() {
    let (_, case) = logs().into_iter().find(|(name, _)| name.ends_with("case/access.log")).unwrap();
    let log = [&case[..], &vec![b'x'; OVERLONG], b"\n", &case].concat();
    let analyzer = Analyzer::new(Options::default());
    let expected = analyzer.reader("log", std::io::Cursor::new(log.clone())).run().unwrap();
    let input = &expected.input;
    assert_eq!((input.lines, input.parsed, input.malformed), (9, 8, 1));
    assert_eq!(input.sources[0].bytes, log.len() as u64);
    let expected = json(&without_charts(expected));
    for piece in [1 << 16, log.len()] {
        let (found, _) = follow("log", Options::default(), log.chunks(piece));
        assert_eq!(json(&found), expected, "pieces of {piece}");
    }
}

/// A line that is too long is so wherever it is cut off, with a return there as well.
#[test]
fn ok_an_overlong_line_is_one_at_any_chunk_size() {
    let front = "[09/Mar/2018:15:04:51 +0800] 1.2.3.4 - - - s to: -: GET / HTTP/1.1 \
                 upstream_response_time - msec 1520579091.139 request_time 0.001 status 200 client - ";
    let mut log = front.as_bytes().to_vec();
    log.resize(16 << 20, b'x');
    log.extend_from_slice(b"\r");
    log.resize(OVERLONG, b'x');
    log.push(b'\n');
    for chunk_size in [1 << 19, 64 << 20] {
        let analyzer = Analyzer::new(options(1, chunk_size));
        let analyzer = analyzer.reader("log", std::io::Cursor::new(log.clone()));
        let input = analyzer.run().unwrap().input;
        assert_eq!((input.parsed, input.malformed), (0, 1), "chunks of {chunk_size}");
    }
}

/// Of requests that failed before their path showed a 101 the latest are told of, in whatever pieces
/// the log comes.
#[test]
fn ok_candidates_are_told_of_in_any_pieces() {
    let line = |path: &str, status: u16| {
        let time = "09/Mar/2018:15:04:51 +0800";
        format!("1.2.3.4 - - [{time}] \"GET {path} HTTP/1.1\" {status} 0 \"-\" \"-\"\n")
    };
    let others = line("/x", 404).repeat(5000);
    let told_first = [line("/ws", 499), line("/ws", 101), others.clone()].concat();
    let told_late = [line("/ws", 499), others, line("/ws", 499), line("/ws", 101)].concat();
    for (log, expected) in [(told_first, vec![1]), (told_late, vec![5002])] {
        for piece in [1000, log.len()] {
            let pieces = log.as_bytes().chunks(piece);
            let (found, lines) = follow("log", Options::default(), pieces);
            assert_eq!(lines, expected, "pieces of {piece}");
            assert_eq!(found.sightings.total, 1 + log.matches(" 499 ").count() as u64);
        }
    }
}

/// A 101 that was not logged in the period asked for confirms what was.
#[test]
fn ok_candidates_are_confirmed_from_outside_the_period() {
    let line = |time: &str, status: u16| {
        format!(
            "1.2.3.4 - - [09/Mar/2018:{time} +0800] \"GET /ws HTTP/1.1\" {status} 0 \"-\" \"-\"\n"
        )
    };
    let log = [line("15:04:51", 499), line("16:04:51", 101)].concat();
    let until = Moment::Instant(Timestamp::new(1_520_580_000_000, 480));
    let period = Period { since: None, until: Some(until) };
    let options = Options { period, ..Options::default() };
    let (found, lines) = follow("log", options, [log.as_bytes()]);
    assert_eq!((lines, found.sightings.total), (vec![1], 1));
}

#[test]
fn ok_several_logs_count_what_each_counts() {
    let logs = logs();
    let whole = Analyzer::new(Options::default());
    let whole = logs.iter().fold(whole, |analyzer, (name, log)| {
        analyzer.reader(name, std::io::Cursor::new(log.clone()))
    });
    let whole = whole.run().unwrap().input;
    let mut lines = (0, 0, 0, 0, 0);
    for source in &whole.sources {
        assert_eq!(
            source.lines,
            source.parsed + source.malformed + source.ambiguous + source.blank,
            "{}",
            source.path
        );
        lines.0 += source.lines;
        lines.1 += source.parsed;
        lines.2 += source.malformed;
        lines.3 += source.ambiguous;
        lines.4 += source.blank;
    }
    assert_eq!(lines, (whole.lines, whole.parsed, whole.malformed, whole.ambiguous, whole.blank));
    let newlines: u64 = logs
        .iter()
        .map(|(_, log)| {
            let ends = log.iter().filter(|&&byte| byte == b'\n').count() as u64;
            ends + u64::from(log.last().is_some_and(|&byte| byte != b'\n'))
        })
        .sum();
    assert_eq!(whole.lines, newlines);
}
