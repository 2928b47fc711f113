//! The library's report on a generated log equals what the generator meant to write.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::io::Cursor;
use std::num::NonZeroUsize;

use benches::generator::{Format, Profile, Recipe, generate};
use clap::ValueEnum;
use serde_json::Value;
use wslog::{Analyzer, ChunkSize, Options};

struct Logs {
    edge: Vec<u8>,
    inner: Vec<u8>,
    truth: Value,
}

fn logs(lines: u64, seed: u64, profile: Profile, format: Format) -> Logs {
    let (mut edge, mut inner) = (Vec::new(), Vec::new());
    let recipe = Recipe { lines, seed, profile, format };
    let truth = generate(&recipe, &mut edge, &mut inner).unwrap();
    Logs { edge, inner, truth: serde_json::to_value(truth).unwrap() }
}

fn report(logs: &Logs, threads: usize, chunk_size: usize, edge_first: bool) -> Value {
    let options = Options {
        threads: NonZeroUsize::new(threads),
        chunk_size: ChunkSize(NonZeroUsize::new(chunk_size).unwrap()),
        ..Options::default()
    };
    let mut inputs = [("edge.log", logs.edge.clone()), ("inner.log", logs.inner.clone())];
    if !edge_first {
        inputs.reverse();
    }
    let analyzer = inputs.into_iter().fold(Analyzer::new(options), |analyzer, (name, log)| {
        analyzer.reader(name, Cursor::new(log))
    });
    serde_json::to_value(analyzer.run().unwrap()).unwrap()
}

/// Every value of `truth` stands in `report` at the same place; `report` may say more.
#[track_caller]
fn assert_says(place: &str, truth: &Value, report: &Value) {
    match (truth, report) {
        (Value::Object(truth), Value::Object(report)) => {
            for (key, value) in truth {
                let found = report.get(key).unwrap_or(&Value::Null);
                assert_says(&format!("{place}.{key}"), value, found);
            }
        }
        (Value::Array(truth), Value::Array(report)) if truth.len() == report.len() => {
            for (index, (truth, report)) in truth.iter().zip(report).enumerate() {
                assert_says(&format!("{place}[{index}]"), truth, report);
            }
        }
        _ => assert_eq!(truth, report, "{place}"),
    }
}

#[test]
fn ok_a_million_lines_give_the_truth_however_they_are_read() {
    let logs = logs(1_000_000, 1, Profile::Mixed, Format::UpstreamlogKey);
    let expected = report(&logs, 1, 1 << 19, true);
    assert_says("truth", &logs.truth, &expected);
    for (threads, chunk_size, edge_first) in
        [(2, 1 << 19, false), (8, 1 << 16, true), (2, 1 << 22, true), (8, 12_345, false)]
    {
        let found = report(&logs, threads, chunk_size, edge_first);
        assert!(found == expected, "{threads} threads, chunks of {chunk_size}");
    }
}

#[test]
fn ok_every_format_and_profile_gives_the_truth() {
    for profile in [Profile::Mixed, Profile::Handshakes] {
        for &format in Format::value_variants() {
            let logs = logs(50_000, 7, profile, format);
            let name = format!("{profile:?} {format:?}");
            assert_says(&name, &logs.truth, &report(&logs, 2, 1 << 16, true));
        }
    }
}
