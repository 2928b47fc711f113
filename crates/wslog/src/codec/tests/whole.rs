//! Nothing is lost on the way from one machine to another.

use proptest::prelude::*;
use regex::bytes::Regex;
use wslog_parse::Timestamp;

use super::arbitrary::logs;
use super::{Log, encode, fold, merged, read_by, there_and_back, told};
use crate::fingerprint::fingerprint_of_numbers;
use crate::fold::Fold;
use crate::input::feed::SourceInfo;
use crate::options::Options;
use crate::partial::Partial;
use crate::path_shape::PathShape;
use crate::period::{Moment, Period};
use crate::sighting::Position;
use crate::targets::Target;
use crate::websocket::handshake::Rule;

/// Ways to read and judge: as they are, by a path, and a part of the time alone.
fn options(which: u8) -> Options {
    let at =
        |minutes: i64| Moment::Instant(Timestamp::new((1_520_586_000 + 60 * minutes) * 1000, 0));
    match which {
        0 => Options::default(),
        1 => Options {
            websocket_path: Some(Regex::new("^/ws").unwrap()),
            targets: true,
            ..Options::default()
        },
        _ => Options {
            period: Period { since: Some(at(2)), until: Some(at(8)) },
            ..Options::default()
        },
    }
}

/// Pieces of the logs, each of which has gone from one machine to another, in another order.
fn sent(pieces: &[Partial], first: usize) -> Vec<Partial> {
    let mut back: Vec<_> = pieces.iter().map(there_and_back).collect();
    back.rotate_left(first % pieces.len());
    back
}

/// Where all sightings are, and by which rule each is one.
fn rules(partial: &Partial) -> Vec<(Position, Rule)> {
    let sightings = partial.store.sightings().chain(partial.paths.inferred().copied());
    let mut rules: Vec<_> = sightings.map(|it| (it.position(), it.rule())).collect();
    rules.sort_unstable_by_key(|(position, _)| *position);
    rules
}

/// Of each target its path, and how many ends it has.
fn targets(partial: &Partial) -> Vec<(Vec<u8>, usize)> {
    let (targets, _) = partial.targets.parts();
    let ends = |target: &Target| (target.path.to_vec(), target.ends(true).count());
    targets.map(ends).collect()
}

/// What paths are called, which few reports tell.
fn names(partial: &Partial) -> Vec<(PathShape, Vec<u8>)> {
    partial.path_names.iter().map(|(shape, path)| (shape, path.to_vec())).collect()
}

fn readers<'o>(count: usize, logs: &[Log], options: &'o Options) -> Vec<Fold<'o>> {
    (0..count).map(|_| fold(logs, options).keeping_candidates(true)).collect()
}

fn whole(logs: &[Log], options: &Options) -> (Partial, Vec<SourceInfo>) {
    let (mut partials, sources) = read_by(readers(1, logs, options), logs, 1 << 20);
    (partials.remove(0), sources)
}

proptest! {
    #[test]
    fn ok_a_report_is_the_same_when_its_partial_was_written(logs in logs(), which in 0_u8..3) {
        let options = options(which);
        let (partial, sources) = whole(&logs, &options);
        let back = there_and_back(&partial);
        prop_assert_eq!(targets(&back), targets(&partial));
        prop_assert_eq!(names(&back), names(&partial));
        prop_assert_eq!(told(&back, &sources, &options), told(&partial, &sources, &options));
        prop_assert_eq!(rules(&back), rules(&partial));
    }

    #[test]
    fn ok_a_report_is_the_same_when_its_pieces_were_written(
        logs in logs(),
        which in 0_u8..3,
        count in 1..5_usize,
        chunk_size in 200..2000_usize,
        first in 0..5_usize,
    ) {
        let options = options(which);
        let (partial, sources) = whole(&logs, &options);
        let (pieces, _) = read_by(readers(count, &logs, &options), &logs, chunk_size);
        let all = sent(&pieces, first).into_iter().reduce(Partial::merge).unwrap();
        prop_assert_eq!(told(&all, &sources, &options), told(&partial, &sources, &options));
        prop_assert_eq!(rules(&all), rules(&partial));
        let from_nothing = merged(&sent(&pieces, first + 1));
        prop_assert_eq!(told(&from_nothing, &sources, &options), told(&partial, &sources, &options));
    }
}

/// A log of so many handshakes with a key each, of so many clients by several ways.
fn handshakes(count: u64) -> Log {
    let line = |number: u64| {
        let hash = |part: u64| fingerprint_of_numbers(&[number, part]);
        let key = [hash(0).to_le_bytes(), hash(1).to_le_bytes()].concat();
        let key = data_encoding::BASE64.encode(&key);
        let (node, server, client) = (hash(2) % 8, hash(3) % 6, hash(4) % 250);
        let (status, age, header) = match hash(5) % 10 {
            0 => (499, 60_000, "-".to_owned()),
            1 => (504, 60_000 + hash(6) % 5, "-".to_owned()),
            _ => (101, hash(6) % 3_600_000, format!("0.{:03}", hash(7) % 50)),
        };
        let millis = 1_520_586_000_000 + number * 700 + hash(8) % 100;
        let age = format!("{}.{:03}", age / 1000, age % 1000);
        let msec = format!("{}.{:03}", millis / 1000, millis % 1000);
        let second = millis / 1000 % 86_400 + 8 * 3600;
        let (day, second) = (9 + second / 86_400, second % 86_400);
        let clock = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
        format!(
            "192.0.2.{node} - - [{day:02}/Mar/2018:{clock} +0800] \"GET /ws/?room={} HTTP/1.1\" {status} 0 \"-\" \
             \"Mozilla/5.0\" \"198.51.100.{client}\" {msec} {age} \"edge\" \"websocket\" \"{key}\" \
             \"10.0.0.{server}:80\" \"{status}\" \"{header}\" \"{age}\"\n",
            hash(9) % 1000
        )
    };
    ("access.log".to_owned(), (0..count).map(line).collect::<String>().into_bytes())
}

/// Of 64 bytes in memory 33 are left.
#[test]
fn ok_a_sighting_takes_few_bytes() {
    const COUNT: u64 = 20_000;
    let logs = [handshakes(COUNT)];
    let options = Options::default();
    let (mut partials, _) = read_by(vec![Fold::new(&options)], &logs, 1 << 16);
    let partial = partials.remove(0);
    assert_eq!(partial.store.len() as u64, COUNT);
    let each = encode(&partial).len() as u64 / COUNT;
    assert!(each <= 40, "{each} bytes each");
    assert!(partial.store.sightings().all(|sighting| sighting.client().is_known()));
    there_and_back(&partial);
}

/// What answers in captures say is in no log.
#[cfg(feature = "capture")]
#[test]
fn ok_captures_go_from_one_machine_to_another() {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let files = ["case/access.log", "captures/case.txt", "captures/answer-of-another.txt"];
    let analyzer = files.iter().fold(crate::Analyzer::default(), |analyzer, file| {
        let bytes = std::fs::read(data.join(file)).unwrap();
        analyzer.reader(file, std::io::Cursor::new(bytes))
    });
    let gathered = analyzer.gather().unwrap();
    let back = there_and_back(&gathered.partial);
    let json = |partial| told(partial, &gathered.sources, &gathered.options);
    assert_eq!(json(&back), json(&gathered.partial));
    assert!(back.accepts.examples().count() > 0);
    assert_eq!(rules(&back), rules(&gathered.partial));
}
