//! What is read in parts and merged is what is read at once, byte for byte.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use proptest::collection::vec;
use proptest::prelude::*;
use wslog::parse::NamedFormat;
use wslog::{
    Analyzer, Buckets, ByteRange, ChunkSize, Gathered, Input, Mark, Merger, Moment, Options,
    PartialError, Period, Wanted, frame_lens,
};

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)
}

/// The logs and captures below a folder of the test data.
fn inputs(folder: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let mut folders = vec![testdata(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_log = ["log", "gz", "pcap", "pcapng", "har"]
                .contains(&path.extension().unwrap_or_default().to_str().unwrap());
            match path.is_dir() {
                true => folders.push(path),
                false if is_log => paths.push(path),
                false => {}
            }
        }
    }
    paths.sort();
    paths
}

fn gather(inputs: impl IntoIterator<Item = Input>, options: &Options) -> Gathered {
    let analyzer = Analyzer::new(options.clone());
    inputs.into_iter().fold(analyzer, Analyzer::input).gather().unwrap()
}

/// The report and the traces, with everything that is in them.
fn told(gathered: &Gathered) -> String {
    let report = serde_json::to_string_pretty(&gathered.analysis()).unwrap();
    format!("{report}\n{:#?}", gathered.trace(&Wanted::Worst(50)))
}

#[track_caller]
fn assert_same(merged: &Gathered, whole: &Gathered) {
    let (merged, whole) = (told(merged), told(whole));
    let first = merged.lines().zip(whole.lines()).find(|(one, other)| one != other);
    assert!(merged == whole, "{first:?}");
}

fn merger(partials: &[Vec<u8>]) -> Result<Merger, PartialError> {
    let mut merger = Merger::new(Options::default());
    for (number, partial) in partials.iter().enumerate() {
        merger.reader(&format!("{number}.partial"), Cursor::new(partial))?;
    }
    Ok(merger)
}

fn merge(partials: &[Vec<u8>]) -> Result<Gathered, PartialError> {
    merger(partials)?.merge(false)
}

fn buckets(count: u16) -> Buckets {
    Buckets::new(count).unwrap()
}

#[test]
fn ok_files_that_are_read_apart() {
    let options = Options { beside_error_log: true, ..Options::default() };
    for folder in [
        "case",
        "way",
        "compare",
        "look-alikes",
        "rotated",
        "formats",
        "captures",
        "redact",
        "hostile",
        "error-log",
    ] {
        let paths = inputs(folder);
        let whole = gather(paths.iter().map(Input::file), &Options::default());
        let mut partials: Vec<_> = paths
            .iter()
            .map(|path| gather([Input::file(path)], &options).into_partials(buckets(3)).unwrap())
            .collect();
        assert_same(&merge(&partials).unwrap(), &whole);
        partials.reverse();
        let halves = partials.chunks(2).map(|some| merger(some).unwrap().partials().unwrap());
        assert_same(&merge(&halves.collect::<Vec<_>>()).unwrap(), &whole);
    }
}

/// The frames of all partials, those of one bucket together, each merged to one.
fn shuffled(partials: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut apart: Vec<Vec<Vec<u8>>> = Vec::new();
    for partial in partials {
        let mut rest = &partial[..];
        for (bucket, len) in frame_lens(partial).unwrap().into_iter().enumerate() {
            let (frame, behind) = rest.split_at(len);
            apart.resize(apart.len().max(bucket + 1), Vec::new());
            apart[bucket].push(frame.to_vec());
            rest = behind;
        }
    }
    apart.iter().rev().map(|frames| merger(frames).unwrap().partials().unwrap()).collect()
}

/// Lines of one format, of which some are handshakes, and some none of nginx's.
fn lines() -> impl Strategy<Value = String> {
    let keys = ["dGhlIHNhbXBsZSBub25jZQ==", "8+qDYeKJGFTWKB2ov4p5TA==", "-", "no key"];
    let line = (0..400_u32, 1..5_u8, 0..4_usize, prop::sample::select(keys.to_vec()), 0..4_u8);
    vec(line, 0..60).prop_map(|lines| {
        let line = |(second, node, way, key, end): (u32, u8, usize, &str, u8)| {
            let (protocol, status, upgrade) =
                [("1.1", 101, "websocket"), ("1.0", 499, "-"), ("1.0", 504, "-"), ("1.1", 200, "-")]
                    [way];
            let text = format!(
                "192.0.2.{node} - - [09/Mar/2018:16:{:02}:{:02} +0000] \"GET /ws/{way} HTTP/{protocol}\" \
                 {status} 0 \"-\" \"agent\" \"198.51.100.{node}\" 15206112{:02}.000 60.00{end} \"edge\" \
                 \"{upgrade}\" \"{key}\" \"10.0.0.9:80{node}\" \"{status}\" \"0.01{end}\" \"60.000\"",
                second / 60, second % 60, second % 100,
            );
            match end {
                0 if node == 1 => format!("{text} torn\n"),
                1 if node == 2 => "\n".to_owned(),
                _ => text + "\n",
            }
        };
        lines.into_iter().map(line).collect()
    })
}

fn moment(text: &str) -> Moment {
    Moment::parse(text, SystemTime::UNIX_EPOCH).unwrap()
}

/// What an error log says of such requests, and of others.
fn errors() -> impl Strategy<Value = String> {
    let what = ["reading response header from upstream", "proxying upgraded connection"];
    let line = (0..400_u32, 1..5_u8, 0..4_usize, prop::sample::select(what.to_vec()), 0..9_u8);
    vec(line, 0..40).prop_map(|lines| {
        let line = |(second, node, way, what, end): (u32, u8, usize, &str, u8)| {
            let (minute, second) = (second / 60, second % 60);
            let quote = if end == 0 { "" } else { "\"" };
            format!(
                "2018/03/09 16:{minute:02}:{second:02} [error] 1#1: *{end} upstream timed out (110: x) while \
                 {what}, client: 192.0.2.{node}, server: edge, request: \"GET /ws/{way} HTTP/1.{}\", \
                 upstream: \"http://10.0.0.9:80{node}/ws/{way}\", host: \"edge{quote}\n",
                u8::from(way == 0),
            )
        };
        lines.into_iter().map(line).collect()
    })
}

/// A log in parts, as files or as pipes that begin where they have to.
fn parts(path: &Path, cuts: &[u64], is_piped: bool) -> Vec<Input> {
    let log = fs::read(path).unwrap();
    let input = |range: ByteRange| {
        let start = usize::try_from(range.from().saturating_sub(1)).unwrap().min(log.len());
        let pipe = Cursor::new(log[start..].to_vec());
        let name = path.to_str().unwrap();
        let input = if is_piped { Input::reader(name, pipe) } else { Input::file(path) };
        input.within(range)
    };
    cuts.windows(2).map(|ends| input(ByteRange::new(ends[0], ends[1]).unwrap())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn ok_ranges_of_a_file_however_it_is_cut(
        log in lines(),
        errors in prop::option::of(errors()),
        since in prop::option::of(Just("2018-03-09 16:02")),
        mut cuts in vec(0..9000_u64, 0..4),
        count in 1..5_u16,
        chunk_size in 1..3000_usize,
        is_piped in any::<bool>(),
    ) {
        let options = Options {
            format: Some(NamedFormat::find("websocket").unwrap().compile().unwrap()),
            chunk_size: ChunkSize(chunk_size.try_into().unwrap()),
            period: Period { since: since.map(moment), until: None },
            ..Options::default()
        };
        let folder = tempfile::tempdir().unwrap();
        let mut paths = vec![folder.path().join("access.log")];
        fs::write(&paths[0], &log).unwrap();
        if let Some(errors) = &errors {
            paths.push(folder.path().join("error.log"));
            fs::write(&paths[1], errors).unwrap();
        }
        let other = testdata("way/inner.log");
        let whole = gather(paths.iter().chain([&other]).map(Input::file), &options);
        let options = Options { beside_error_log: errors.is_some(), ..options };
        cuts.extend([0, u64::MAX]);
        cuts.sort_unstable();
        cuts.dedup();
        let parts = paths.iter().flat_map(|path| parts(path, &cuts, is_piped));
        let mut partials: Vec<_> = parts
            .chain([Input::file(&other)])
            .map(|input| gather([input], &options).into_partials(buckets(count)).unwrap())
            .collect();
        assert_same(&merge(&partials).unwrap(), &whole);
        partials.reverse();
        assert_same(&merge(&shuffled(&partials)).unwrap(), &whole);
    }
}

#[test]
fn ok_the_same_lines_are_the_same_bytes_whatever_the_threads() {
    let bytes = |threads: usize| {
        let options = Options {
            threads: threads.try_into().ok(),
            chunk_size: ChunkSize(500.try_into().unwrap()),
            ..Options::default()
        };
        let paths = ["compare", "way", "look-alikes"].into_iter().flat_map(inputs);
        gather(paths.map(Input::file), &options).into_partials(buckets(3)).unwrap()
    };
    let one = bytes(1);
    for threads in 2..6 {
        assert!(bytes(threads) == one, "{threads} threads");
    }
}

fn partial(name: &str, range: Option<ByteRange>) -> Vec<u8> {
    let input = Input::file(testdata(name));
    let input = range.into_iter().fold(input, Input::within);
    gather([input], &Options::default()).into_partials(buckets(2)).unwrap()
}

#[track_caller]
fn assert_refused(merged: Result<Gathered, PartialError>, why: &str) {
    let error = merged.err().unwrap().to_string();
    assert!(error.contains(why), "{error}");
}

#[test]
fn err_what_is_no_whole_partial() {
    let whole = partial("case/access.log", None);
    assert_refused(merge(&[b"127.0.0.1 - - [09/Mar".to_vec()]), "0.partial: not written by wslog");
    assert_refused(merge(&[whole.clone(), Vec::new()]), "1.partial: cut short");
    assert_refused(merge(&[whole[..whole.len() - 1].to_vec()]), "0.partial: cut short");
    let mut flipped = whole.clone();
    flipped[100] ^= 1;
    assert_refused(merge(&[flipped]), "0.partial: damaged");
    let mut newer = whole.clone();
    newer[6] ^= 0x40;
    assert_refused(merge(&[newer]), "0.partial: written in version");
    let first = frame_lens(&whole).unwrap()[0];
    assert_refused(merge(&[whole[..first].to_vec()]), "0.partial: 1 parts that were written");
    assert_refused(merge(&[whole[first..].to_vec()]), "0.partial: 1 parts that were written");
}

#[test]
fn err_what_would_count_twice() {
    let whole = partial("case/access.log", None);
    assert_refused(
        merge(&[whole.clone(), whole.clone()]),
        "its bytes 0- are in 0.partial and in 1.partial",
    );
    let part = |from, to| partial("compare/before.log", ByteRange::new(from, to));
    assert_refused(
        merge(&[part(0, 500), part(300, 900)]),
        "before.log: its bytes 300-500 are in 0.partial and in 1.partial",
    );
    let otherwise = gather([Input::file(testdata("case/access.log"))], &Options::default());
    for other in [whole.clone(), otherwise.into_partials(Buckets::ONE).unwrap()] {
        let twice = merger(&[whole.clone(), other]).unwrap().merge(true).unwrap();
        assert_eq!(twice.analysis().input.lines, 8);
    }
}

/// A piped range of a log that begins with a line that shows no time, beside the one written after it.
#[test]
fn err_a_file_whose_place_in_its_log_nobody_knows() {
    let (options, log) = (given(), ["garbage\n", &older()].concat());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.log.1");
    let newer = folder.path().join("access.log");
    fs::write(&path, &log).unwrap();
    fs::copy(testdata("compare/after.log"), &newer).unwrap();
    let range = |from, to| ByteRange::new(from, to).unwrap();
    let partial = |input: Input| gather([input], &options).into_partials(Buckets::ONE).unwrap();
    let piped = |range: ByteRange| {
        let start = usize::try_from(range.from().saturating_sub(1)).unwrap();
        let pipe = Cursor::new(log.as_bytes()[start..].to_vec());
        partial(Input::reader(path.to_str().unwrap(), pipe).within(range))
    };
    let (front, newer_partial) = (piped(range(0, 8)), partial(Input::file(&newer)));
    let unknown = [front.clone(), piped(range(8, u64::MAX)), newer_partial.clone()];
    assert_refused(merge(&unknown), "access.log.1: no partial has all of its first lines");

    let whole = gather([Input::file(&newer), Input::file(&path)], &options);
    let known = partial(Input::file(&path).within(range(8, u64::MAX)));
    let mut partials = [front, known, newer_partial];
    for _ in 0..3 {
        assert_same(&merge(&partials).unwrap(), &whole);
        partials.rotate_left(1);
    }
    let beside_a_pipe = || {
        let pipe = Input::reader(path.to_str().unwrap(), Cursor::new(log.clone()));
        gather([pipe, Input::file(&newer)], &options)
    };
    let merged = merge(&[beside_a_pipe().into_partials(Buckets::ONE).unwrap()]).unwrap();
    assert_same(&merged, &beside_a_pipe());
}

fn given() -> Options {
    let websocket = NamedFormat::find("websocket").unwrap();
    Options { format: Some(websocket.compile().unwrap()), ..Options::default() }
}

fn older() -> String {
    fs::read_to_string(testdata("compare/before.log")).unwrap()
}

#[test]
fn err_a_pipe_that_ends_too_early_leaves_a_hole() {
    let log = older();
    let range = |from, to| ByteRange::new(from, to).unwrap();
    let pipe = Input::reader("a.log", Cursor::new(log.as_bytes()[..1000].to_vec()));
    let short = gather([pipe.within(range(0, 3000))], &given()).into_partials(Buckets::ONE);
    let rest = Input::reader("a.log", Cursor::new(log.as_bytes()[2999..].to_vec()));
    let rest = gather([rest.within(range(3000, u64::MAX))], &given()).into_partials(Buckets::ONE);
    let problems = merge(&[short.unwrap(), rest.unwrap()]).unwrap().analysis().problems;
    let next = 3000 + log[3000..].find('\n').unwrap() + 1;
    assert_eq!(
        problems[0].to_string(),
        format!("a.log: its bytes 1000 to {next} are in none of the partials")
    );
}

/// All of its range, and not the rest of the line that goes on behind it.
#[test]
fn err_a_pipe_that_ends_with_its_range() {
    let log = older();
    let range = |from, to| ByteRange::new(from, to).unwrap();
    let part = |bytes: &str, range| {
        let pipe = Input::reader("a.log", Cursor::new(bytes.as_bytes().to_vec()));
        gather([pipe.within(range)], &given()).into_partials(Buckets::ONE).unwrap()
    };
    let parts = [part(&log[..1000], range(0, 1000)), part(&log[999..], range(1000, u64::MAX))];
    let problems = merge(&parts).unwrap().analysis().problems;
    let next = 1000 + log[1000..].find('\n').unwrap() + 1;
    let expected = format!("a.log: its bytes 1000 to {next} are in none of the partials");
    assert_eq!(problems[0].to_string(), expected);
}

#[cfg(feature = "capture")]
#[test]
fn err_a_range_of_a_capture() {
    let capture = Input::file(testdata("captures/handshake.txt")).within(ByteRange::ALL);
    let problems = gather([capture], &Options::default()).problems();
    assert!(problems[0].to_string().contains("is a capture"), "{problems:?}");
}

#[test]
fn ok_a_range_behind_the_end_of_an_empty_file() {
    let empty = Input::file(testdata("hostile/empty.log")).within(ByteRange::new(9, 10).unwrap());
    let problems = gather([empty], &Options::default()).problems();
    assert!(!problems.iter().any(wslog::Problem::is_error), "{problems:?}");
}

#[test]
fn ok_a_frame_has_its_own_sources_alone() {
    let inputs = (0..200)
        .map(|number| Input::reader(&format!("{number}.log"), Cursor::new(older().into_bytes())));
    let partial = gather(inputs, &given()).into_partials(buckets(512)).unwrap();
    let (lens, sightings) = (frame_lens(&partial).unwrap(), 200 * 60);
    let (counted, kept) = lens.split_first().unwrap();
    assert!(counted / 200 < 700 && kept.iter().sum::<usize>() / sightings < 120, "{lens:?}");
}

#[test]
fn err_bytes_that_nobody_read_are_told() {
    let part = |from, to| partial("compare/before.log", ByteRange::new(from, to));
    let problems = merge(&[part(900, u64::MAX), part(0, 500)]).unwrap().analysis().problems;
    let told = problems[0].to_string();
    assert!(
        problems[0].is_error()
            && told.ends_with("its bytes 623 to 1033 are in none of the partials"),
        "{told}"
    );
}

#[test]
fn err_what_does_not_go_together() {
    let options = Options {
        mark: Mark { at: wslog::parse::Millis(30_000), ..Mark::default() },
        ..Options::default()
    };
    let other = gather([Input::file(testdata("way/edge.log"))], &options);
    let partials = [partial("case/access.log", None), other.into_partials(Buckets::ONE).unwrap()];
    assert_refused(merge(&partials), "1.partial: was made with mark 30.000 s");
}

#[test]
fn err_an_error_log_beside_what_was_not_read_for_it() {
    let (requests, errors) = ("error-log/access.log", "error-log/error.log");
    let both = [partial(requests, None), partial(errors, None)];
    assert_refused(
        merge(&both),
        "error.log: is an error log, whose lines may be about requests in 0.partial",
    );

    let options = |since: &str| Options {
        beside_error_log: true,
        period: Period { since: Some(moment(since)), until: None },
        ..Options::default()
    };
    let partials = |options: &Options| {
        let partial =
            |name| gather([Input::file(testdata(name))], options).into_partials(Buckets::ONE);
        [requests, errors].map(|name| partial(name).unwrap())
    };
    let by_an_instant = partials(&options("2018-03-01T00:00:00Z"));
    assert_refused(merge(&by_an_instant), "was read as if its clock showed UTC+00:00, and that");
    let since = options("2018-03-01T00:00:00Z");
    let log = fs::read_to_string(testdata(requests)).unwrap();
    let unknown = ["\n", &log].concat();
    let part = |bytes: &str, from, to| {
        let pipe = Input::reader("a.log", Cursor::new(bytes.as_bytes().to_vec()));
        let options = Options { format: given().format, ..since.clone() };
        let pipe = pipe.within(ByteRange::new(from, to).unwrap());
        gather([pipe], &options).into_partials(Buckets::ONE).unwrap()
    };
    let [_, errors_partial] = by_an_instant;
    let parts = [part(&unknown, 0, 1), part(&unknown, 1, u64::MAX), errors_partial];
    assert_refused(
        merge(&parts),
        "a.log: no partial has all of its first lines, which show the clock",
    );

    let by_the_logs_clock = options("2018-03-01 00:00");
    let whole =
        gather([requests, errors].map(|name| Input::file(testdata(name))), &by_the_logs_clock);
    assert_same(&merge(&partials(&by_the_logs_clock)).unwrap(), &whole);
    assert!(whole.analysis().error_log.unwrap().events.iter().any(|row| row.joined > 0));
}

/// Wherever it stands among inputs of other logs.
#[test]
fn ok_a_pipe_has_its_place_among_the_files_of_its_log() {
    let newer = "2018/03/09 18:00:00 [notice] 1#1: start\nnewer\n";
    // What a client can write many of, and what does not show when.
    let rest =
        "2018/03/09 16:00:00 [error] 1#1: *8 a, client: 192.0.2.9, client: 192.0.2.6, server: a, \
                request: \"GET / HTTP/1.1\", host: \"a\"\n"
            .repeat(256);
    for older in [
        "2018/03/09 17:00:00 [notice] 1#1: start\nolder\n".to_owned(),
        rest + "2018/03/09 17:00:00 [notice] 1#1: start\n",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = |name| folder.path().join(name);
        let (current, rotated) = (path("error.log"), path("error.log.1"));
        fs::write(&current, newer).unwrap();
        fs::write(&rotated, &older).unwrap();
        let other = testdata("case/access.log");
        let whole = gather([&other, &current, &rotated].map(Input::file), &Options::default());
        let pipe = || Input::reader(rotated.to_str().unwrap(), Cursor::new(older.clone()));
        let file = |path: &Path| Input::file(path);
        for processes in [
            vec![vec![pipe()], vec![file(&current)], vec![file(&other)]],
            vec![vec![pipe(), file(&other)], vec![file(&current)]],
        ] {
            let options = Options { beside_error_log: true, ..Options::default() };
            let partial = |inputs| gather(inputs, &options).into_partials(Buckets::ONE).unwrap();
            let partials: Vec<_> = processes.into_iter().map(partial).collect();
            assert_same(&merge(&partials).unwrap(), &whole);
        }
    }
}

/// A range that begins with the rest of a message, one of a line that cannot be read for sure, and one with
/// nothing but blank lines.
#[test]
fn ok_a_piped_range_of_an_error_log_that_begins_with_none_of_its_lines() {
    let first = "2018/03/09 17:00:00 [notice] 1#1: start\n";
    let rest = format!("stack traceback:\n\tin a\n\tin b\n{first}");
    let torn = "2018/03/09 17:00:00 [error] 1#1: *7 upstream timed out (110: x) while connecting to upstream, \
                client: 192.0.2.1, server: edge, request: \"GET /ws HTTP/1.1\", host: \"edge\n";
    let pieces = [first, &rest, torn, "\n\n"];
    let log = pieces.concat();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("error.log");
    fs::write(&path, &log).unwrap();
    let whole = gather([Input::file(&path)], &Options::default());
    assert_eq!(whole.analysis().input.ambiguous, 1);
    let ends = pieces.iter().scan(0, |end, piece| {
        *end += piece.len() as u64;
        Some(*end)
    });
    let cuts: Vec<u64> = [0].into_iter().chain(ends).collect();
    for options in [Options::default(), given()] {
        let parts = parts(&path, &cuts, true).into_iter();
        let partials: Vec<_> = parts
            .map(|input| gather([input], &options).into_partials(Buckets::ONE).unwrap())
            .collect();
        assert_same(&merge(&partials).unwrap(), &whole);
    }
}

#[test]
fn err_a_pipe_that_begins_in_the_middle_has_no_head_to_tell_its_format() {
    let range = ByteRange::new(10, 20).unwrap();
    let input = Input::reader("a.log", Cursor::new(b"x\n".repeat(50))).within(range);
    let problems = gather([input], &Options::default()).problems();
    assert!(problems[0].to_string().contains("its format has to be given"), "{problems:?}");
}
