//! A compressed log is the log it was made of; a damaged one is read as far as it goes.
#![no_main]

use std::io::{Cursor, Write};
use std::num::NonZeroUsize;

use libfuzzer_sys::fuzz_target;
use wslog::{Analysis, Analyzer, Options, ProblemKind};

fuzz_target!(|data: &[u8]| {
    let [choice, position, rest @ ..] = data else { return };
    let (magic, compress) = COMPRESSIONS[usize::from(choice % 4)];
    match choice / 4 % 4 {
        0 => is_the_same_log(&compress(rest), rest),
        1 => is_read_as_far_as_it_goes(compress(rest), *position, rest),
        2 => accounts_for_every_line(&analyze(flipped(compress(rest), *position))),
        _ => accounts_for_every_line(&analyze([magic, rest].concat())),
    }
});

type Compress = fn(&[u8]) -> Vec<u8>;

const COMPRESSIONS: [(&[u8], Compress); 4] = [
    (b"\x1f\x8b\x08", gz),
    (b"\x28\xb5\x2f\xfd", |text| zstd::encode_all(text, 1).expect("memory can be written")),
    (b"BZh9", bz2),
    (b"\xfd7zXZ\x00", xz),
];

fn gz(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let written = encoder.write_all(text).and_then(|()| encoder.finish());
    written.expect("memory can be written")
}

fn bz2(text: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    let written = encoder.write_all(text).and_then(|()| encoder.finish());
    written.expect("memory can be written")
}

fn xz(text: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 0);
    let written = encoder.write_all(text).and_then(|()| encoder.finish());
    written.expect("memory can be written")
}

fn analyze(log: Vec<u8>) -> Analysis {
    let options = Options { threads: NonZeroUsize::new(1), ..Options::default() };
    Analyzer::new(options).reader("log", Cursor::new(log)).run().expect("one input is not too many")
}

fn is_the_same_log(compressed: &[u8], text: &[u8]) {
    let twice = [compressed, compressed].concat();
    for (log, text) in [(compressed.to_vec(), text.to_vec()), (twice, [text, text].concat())] {
        let (found, expected) = (analyze(log), analyze(text));
        // Text can start like a compressed file.
        if expected.input.sources[0].compression.is_none() {
            assert_eq!(found.input.lines, expected.input.lines);
            assert_eq!(found.input.parsed, expected.input.parsed);
            assert_eq!(found.sightings.total, expected.sightings.total);
        }
        accounts_for_every_line(&found);
    }
}

fn is_read_as_far_as_it_goes(mut compressed: Vec<u8>, position: u8, text: &[u8]) {
    let end = compressed.len() * usize::from(position) / 256;
    compressed.truncate(end);
    let found = analyze(compressed);
    let lines = text.split_inclusive(|&byte| byte == b'\n').count();
    if found.input.sources[0].compression.is_some() {
        assert!(found.input.lines <= lines as u64);
        assert!(found.problems.iter().any(|p| matches!(p.kind, ProblemKind::Unreadable(_))));
    }
    accounts_for_every_line(&found);
}

fn flipped(mut compressed: Vec<u8>, position: u8) -> Vec<u8> {
    let at = compressed.len() * usize::from(position) / 256;
    if let Some(byte) = compressed.get_mut(at) {
        *byte ^= 1 << (position % 8);
    }
    compressed
}

fn accounts_for_every_line(analysis: &Analysis) {
    let input = &analysis.input;
    assert_eq!(input.lines, input.parsed + input.malformed + input.ambiguous + input.blank);
    assert_eq!(analysis.requests.total, input.parsed);
}
