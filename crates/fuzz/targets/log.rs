//! Any bytes are a log: every line of it is counted once, however it is cut and by whom it is read.
#![no_main]

use std::io::{Cursor, Read};
use std::num::NonZeroUsize;

use libfuzzer_sys::fuzz_target;
use wslog::{Analysis, Analyzer, ChunkSize, Options};

fuzz_target!(|data: &[u8]| {
    let Some((&size, log)) = data.split_first() else { return };
    let whole = analyze(log, 1, 1 << 20);
    let pieces = analyze(log, 2, 1 + usize::from(size));
    assert_eq!(text(&whole), text(&pieces), "chunks of {}", 1 + usize::from(size));
    accounts_for_every_line(&whole, log);
});

fn analyze(log: &[u8], threads: usize, chunk_size: usize) -> Analysis {
    let options = Options {
        threads: NonZeroUsize::new(threads),
        chunk_size: ChunkSize(NonZeroUsize::MIN.saturating_add(chunk_size - 1)),
        ..Options::default()
    };
    let log: Box<dyn Read + Send> = Box::new(Cursor::new(log.to_vec()));
    Analyzer::new(options).reader("log", log).run().expect("one input is not too many")
}

fn text(analysis: &Analysis) -> String {
    let json = serde_json::to_string(analysis).expect("an analysis is JSON");
    format!("{json}\n{:?}", analysis.problems)
}

fn accounts_for_every_line(analysis: &Analysis, log: &[u8]) {
    let input = &analysis.input;
    assert_eq!(input.lines, input.parsed + input.malformed + input.ambiguous + input.blank);
    assert_eq!(analysis.requests.total, input.parsed);
    assert!(analysis.sightings.total <= input.parsed);
    assert!(analysis.downgrades.near_mark <= analysis.downgrades.failed);
    assert!(analysis.downgrades.failed <= analysis.downgrades.total);
    if input.sources.iter().all(|source| source.compression.is_none()) {
        let lines = log.split_inclusive(|&byte| byte == b'\n').count();
        assert_eq!(input.lines, lines as u64);
    }
}
