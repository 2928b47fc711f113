//! What is read back is what was written, and what no lines can have left is an error.

mod arbitrary;
mod whole;

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use crate::codec::frame::{self, Kind};
use crate::codec::{CodecError, wire};
use crate::fold::Fold;
use crate::input::buffer::Buffer;
use crate::input::chunk::{ChunkReader, Origin};
use crate::input::feed::{Holding, SourceInfo};
use crate::input::source::{FormatNames, LineKind, SourceFormats, begins_like_error_log};
use crate::options::Options;
use crate::partial::Partial;
use crate::paths::PathSeen;
use crate::summary::summarise;

type Log = (String, Vec<u8>);

fn collect(folder: &Path, logs: &mut Vec<Log>) {
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let is_log = path.extension().is_some_and(|extension| extension == "log");
        if path.is_dir() {
            collect(&path, logs);
        } else if is_log || path.ends_with("not-a-log.txt") {
            logs.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

fn logs() -> Vec<Log> {
    let mut logs = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata"), &mut logs);
    assert!(logs.len() > 20);
    logs
}

/// Two logs that leave something in every table: one that shows keys, one with paths alone.
fn rich_logs() -> [Log; 2] {
    let front = |request: &str, protocol: &str, status: u16| {
        let time = "09/Mar/2018:15:04:51 +0800";
        format!("1.2.3.4 - - [{time}] \"GET {request} HTTP/{protocol}\" {status} 0 \"-\" \"-\"")
    };
    let keyed = |protocol, status, time, key| {
        format!("{} \"-\" {time} \"{key}\"\n", front("/ws", protocol, status))
    };
    // A check that does not say who it is would be no candidate.
    let path = |path, protocol, status| {
        front(path, protocol, status).replace("\"-\" \"-\"", "\"-\" \"a\"") + "\n"
    };
    let key = "8+qDYeKJGFTWKB2ov4p5TA==";
    let keys = [
        keyed("1.0", 499, "59.999", key),
        keyed("1.1", 101, "61.000", key),
        keyed("1.0", 400, "0.001", "no key"),
        keyed("1.0", 101, "0.001", key),
        keyed("1.1", 200, "0.001", "-"),
        "\n1.2.3.4 is no line of it\n".to_owned(),
    ];
    let paths = [
        path("/ws", "1.0", 499),
        path("/ws", "1.1", 101),
        path("/never", "1.0", 404),
        path("/never", "1.1", 404),
    ];
    let log = |name: &str, lines: &[String]| (name.to_owned(), lines.concat().into_bytes());
    [log("keys.log", &keys), log("paths.log", &paths)]
}

fn all_logs() -> Vec<Log> {
    logs().into_iter().chain(rich_logs()).collect()
}

/// What the lines of a log are.
fn kind_of(log: &[u8]) -> (LineKind, Holding) {
    if begins_like_error_log(log) {
        let offset_minutes = 480;
        return (LineKind::Errors { offset_minutes }, Holding::ErrorLog { offset_minutes });
    }
    let formats = SourceFormats::detected(log).unwrap_or_else(SourceFormats::unknown);
    let names = FormatNames::from(&formats);
    (LineKind::Requests(formats), Holding::AccessLog(names))
}

/// A fold as logs are analyzed; captures are not read here.
fn fold<'o>(logs: &[Log], options: &'o Options) -> Fold<'o> {
    let has_error_log = logs.iter().any(|(_, log)| begins_like_error_log(log));
    Fold::new(options).beside_error_log(has_error_log)
}

/// The partials that so many readers are left with who read chunks of these logs in turn.
fn read(logs: &[Log], readers: usize, chunk_size: usize) -> (Vec<Partial>, Vec<SourceInfo>) {
    let options = Options::default();
    read_by((0..readers).map(|_| fold(logs, &options)).collect(), logs, chunk_size)
}

/// The partials of these folds that read chunks of these logs in turn.
fn read_by(
    mut folds: Vec<Fold<'_>>,
    logs: &[Log],
    chunk_size: usize,
) -> (Vec<Partial>, Vec<SourceInfo>) {
    let mut turn = 0;
    let mut sources = Vec::new();
    for ((name, log), source) in logs.iter().zip(0..) {
        let (kind, holding) = kind_of(log);
        let reader = Box::new(Cursor::new(log.clone()));
        let origin = Origin { source, set: source, vantage: None };
        let mut chunks = ChunkReader::new(reader, origin, chunk_size, (vec![], None));
        while let Some(chunk) = chunks.next(Buffer::default(), || 0) {
            let reader = turn % folds.len();
            folds[reader].lines(&chunk, &kind, |_, _, _, _| {});
            turn += 1;
        }
        let info = SourceInfo::new(name, source, name.clone());
        sources.push(SourceInfo { holding, ..info });
    }
    (folds.into_iter().map(Fold::into_partial).collect(), sources)
}

fn json(partial: &Partial, sources: &[SourceInfo]) -> String {
    told(partial, sources, &Options::default())
}

/// All that is told of a partial.
fn told(partial: &Partial, sources: &[SourceInfo], options: &Options) -> String {
    let mut partial = partial.clone();
    partial.make_room_for(sources.len());
    let analysis = summarise(&partial, sources, options);
    let json = serde_json::to_string(&analysis).unwrap();
    format!("{json}\n{:?} {:?}", analysis.problems, analysis.basis.first_logged_at)
}

fn encode(partial: &Partial) -> Vec<u8> {
    frame::seal(Kind::Partial, &wire::Partial::from(partial)).unwrap()
}

fn decode(file: &[u8]) -> Result<Partial, CodecError> {
    frame::open::<wire::Partial>(Kind::Partial, file)?.try_into()
}

fn there_and_back(partial: &Partial) -> Partial {
    let file = encode(partial);
    assert_eq!(encode(partial), file, "the same tables give other bytes");
    let back = decode(&file).unwrap();
    assert_eq!(encode(&back), file, "what was read is not what was written");
    back
}

fn merged(partials: &[Partial]) -> Partial {
    partials.iter().cloned().fold(Partial::default(), Partial::merge)
}

#[test]
fn ok_every_log_is_the_same_when_it_was_written_and_read() {
    for log in all_logs() {
        let (partials, sources) = read(std::slice::from_ref(&log), 1, 1 << 20);
        let back = there_and_back(&partials[0]);
        assert_eq!(json(&back, &sources), json(&partials[0], &sources), "{}", log.0);
    }
}

#[test]
fn ok_what_was_read_back_merges_like_what_was_written() {
    let (partials, sources) = read(&all_logs(), 3, 700);
    let back: Vec<_> = partials.iter().map(there_and_back).collect();
    let (whole, _) = read(&all_logs(), 1, 1 << 20);
    let expected = json(&merged(&partials), &sources);
    assert_eq!(json(&merged(&back), &sources), expected);
    assert_eq!(json(&there_and_back(&merged(&back)), &sources), expected);
    assert_eq!(json(&there_and_back(&merged(&whole)), &sources), expected);
}

/// What a follower does that goes on where another ended.
#[test]
fn ok_reading_goes_on_after_it_was_written_and_read() {
    let options = Options::default();
    for log in all_logs() {
        let (partials, sources) = read(std::slice::from_ref(&log), 1, 200);
        let (kind, _) = kind_of(&log.1);
        let mut partial = Fold::new(&options).into_partial();
        let mut chunks =
            ChunkReader::new(Box::new(Cursor::new(log.1)), Origin::default(), 200, (vec![], None));
        while let Some(chunk) = chunks.next(Buffer::default(), || 0) {
            let mut fold = Fold::resume(&options, there_and_back(&partial));
            fold.lines(&chunk, &kind, |_, _, _, _| {});
            partial = fold.into_partial();
        }
        assert_eq!(json(&partial, &sources), json(&partials[0], &sources), "{}", log.0);
    }
}

#[test]
fn ok_sightings_and_counts_can_stand_beside_their_partial() {
    let (partials, _) = read(&all_logs(), 1, 1 << 20);
    let partial = &partials[0];
    let tables = wire::Tables::of(partial);
    let mut malformed_keys = 0;
    for sighting in partial.store.sightings() {
        let wire = wire::Sighting::from(&sighting);
        let back = wire.into_sighting(tables).unwrap();
        assert_eq!(back.key_seen(), sighting.key_seen());
        assert_eq!(wire::Sighting::from(&back), wire);
        malformed_keys += u64::from(back.key_seen() == crate::sighting::KeySeen::Malformed);
        let nowhere = wire.into_sighting(wire::Tables::of(&Partial::default()));
        assert!(matches!(nowhere, Err(CodecError::Impossible(_))));
    }
    assert!(malformed_keys > 0, "no log has a malformed key");
    assert_eq!(malformed_keys, partial.counts.malformed_keys());
    let counts = wire::Counts::from(&partial.counts);
    let back = counts.clone().into_counts(tables).unwrap();
    assert_eq!(wire::Counts::from(&back), counts);
    assert!(counts.into_counts(wire::Tables::of(&Partial::default())).is_err());
}

#[test]
fn ok_the_small_logs_leave_something_in_every_table() {
    let Partial { sources, counts, store, paths, .. } = small_partial().0;
    assert_eq!(
        (counts.malformed_keys(), store.len(), counts.downgraded.ranked().count()),
        (1, 5, 3)
    );
    assert_eq!((sources[0].reasons.len(), sources[0].blank), (1, 1));
    let learnt = |PathSeen { upgraded, candidates }: &PathSeen| {
        let has_all = candidates.downgraded().is_some() && candidates.profile().is_some();
        (*upgraded, has_all, candidates.firsts().count())
    };
    let mut paths: Vec<_> = paths.kept.values().map(learnt).collect();
    paths.sort_unstable();
    assert_eq!(paths, [(false, true, 2), (true, true, 1)]);
}

/// A file is tried that was forged: if it can be read, it can be merged and summed up.
fn try_forged(payload: &[u8], sources: &[SourceInfo]) {
    if let Ok(partial) = decode(&frame::envelop(Kind::Partial, payload)) {
        let merged = partial.clone().merge(partial.clone()).merge(partial.clone());
        json(&merged, sources);
        there_and_back(&partial);
    }
}

/// A small partial with something in every table, and its sources.
pub(crate) fn small_partial() -> (Partial, Vec<SourceInfo>) {
    let (mut partials, sources) = read(&rich_logs(), 1, 1 << 20);
    (partials.remove(0), sources)
}

fn small_payload() -> (Vec<u8>, Vec<SourceInfo>) {
    let (partial, sources) = small_partial();
    (frame::payload(Kind::Partial, &encode(&partial)).unwrap().to_vec(), sources)
}

#[test]
fn err_or_ok_but_no_panic_whichever_byte_is_forged() {
    let (payload, sources) = small_payload();
    for at in 0..payload.len() {
        for bits in [1, 2, 4, 0x10, 0x40, 0x7f, 0x80, 0xff] {
            let mut forged = payload.clone();
            forged[at] ^= bits;
            try_forged(&forged, &sources);
        }
    }
}

proptest! {
    #[test]
    fn err_arbitrary_bytes_are_no_partial(payload in prop::collection::vec(any::<u8>(), 0..200)) {
        try_forged(&payload, &small_payload().1);
    }

    /// Few of its values are large, so that they are lengths and numbers of tables that exist.
    #[test]
    fn err_or_ok_but_no_panic_for_small_numbers(
        payload in prop::collection::vec(prop_oneof![8 => 0_u8..3, 1 => any::<u8>()], 0..200),
    ) {
        try_forged(&payload, &small_payload().1);
    }

    #[test]
    fn err_or_ok_but_no_panic_where_several_bytes_are_forged(
        forgeries in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (mut payload, sources) = small_payload();
        let len = payload.len();
        forgeries.iter().for_each(|(at, byte)| payload[at.index(len)] = *byte);
        try_forged(&payload, &sources);
    }
}

/// What an access log and an error log beside it leave, and where they were read.
fn payload_of_both() -> (Vec<u8>, Vec<SourceInfo>) {
    let beside = |(name, _): &Log| name.contains("/error-log/");
    let both: Vec<Log> = logs().into_iter().filter(beside).collect();
    assert_eq!(both.len(), 2);
    let (partials, sources) = read(&both, 1, 1 << 20);
    (frame::payload(Kind::Partial, &encode(&partials[0])).unwrap().to_vec(), sources)
}

proptest! {
    // Each of them takes 8 MB.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn err_or_ok_but_no_panic_where_an_error_log_is_forged(
        forgeries in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..3),
    ) {
        let (mut payload, sources) = payload_of_both();
        let len = payload.len();
        forgeries.iter().for_each(|(at, byte)| payload[at.index(len)] = *byte);
        try_forged(&payload, &sources);
    }
}
