//! Whatever a log comes in, it is the same log: compressed, cut off, rotated.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs;
use std::io::{BufReader, Cursor, Read, Write};
use std::path::Path;

use serde_json::Value;
use wslog::{Analysis, Analyzer, Input, NginxConf, Options, ProblemKind};

const LOG: &[u8] = include_bytes!("../../../testdata/formats/upstreamlog_key/every-outcome.log");

fn gz(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zst(text: &[u8]) -> Vec<u8> {
    zstd::encode_all(text, 3).unwrap()
}

fn bz2(text: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn xz(text: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 6);
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

type Compress = fn(&[u8]) -> Vec<u8>;
const COMPRESSIONS: [(&str, Compress); 4] = [("gz", gz), ("zst", zst), ("bz2", bz2), ("xz", xz)];

fn analyze(log: Vec<u8>) -> Analysis {
    Analyzer::new(Options::default()).reader("log", Cursor::new(log)).run().unwrap()
}

/// The whole report but for how the source is compressed.
fn report(analysis: &Analysis) -> Value {
    let mut report = serde_json::to_value(analysis).unwrap();
    report["input"]["sources"][0]["compression"].take();
    report
}

#[test]
fn ok_a_compressed_log_gives_the_same_report() {
    let plain = report(&analyze(LOG.to_vec()));
    let (head, tail) = LOG.split_at(LOG.len() / 3);
    for (name, compress) in COMPRESSIONS {
        for log in [compress(LOG), [compress(head), compress(tail)].concat()] {
            let analysis = analyze(log);
            assert_eq!(analysis.input.sources[0].compression, Some(name));
            assert_eq!(report(&analysis), plain, "{name}");
            assert!(analysis.problems.is_empty(), "{name}");
        }
    }
}

/// What a naive reader gets out of a damaged file before it gives up.
fn readable(name: &str, bytes: &[u8]) -> Vec<u8> {
    let reader: Box<dyn Read> = match name {
        "gz" => Box::new(flate2::read::MultiGzDecoder::new(bytes)),
        "zst" => Box::new(zstd::stream::read::Decoder::new(bytes).unwrap()),
        "bz2" => Box::new(bzip2::read::MultiBzDecoder::new(bytes)),
        _ => Box::new(liblzma::read::XzDecoder::new_multi_decoder(bytes)),
    };
    BufReader::new(reader).bytes().map_while(Result::ok).collect()
}

#[test]
fn err_a_log_cut_off_anywhere_is_read_as_far_as_it_goes() {
    let text: Vec<u8> =
        LOG.split_inclusive(|&byte| byte == b'\n').take(3).flatten().copied().collect();
    for (name, compress) in COMPRESSIONS {
        let two_members = [compress(&text), compress(&text)].concat();
        for end in 6..two_members.len() {
            if end == compress(&text).len() {
                continue;
            }
            let cut = &two_members[..end];
            let readable = readable(name, cut);
            let whole = readable.iter().filter(|&&byte| byte == b'\n').count() as u64;
            let torn = u64::from(!readable.is_empty() && !readable.ends_with(b"\n"));
            let analysis = analyze(cut.to_vec());
            let input = &analysis.input;
            assert_eq!((input.parsed, input.malformed), (whole, torn), "{name} cut at {end}");
            let is_told = matches!(analysis.problems[0].kind, ProblemKind::Unreadable(_));
            assert!(
                is_told,
                "{name} cut at {end} of {}: {:?}",
                compress(&text).len(),
                analysis.problems
            );
        }
    }
}

#[test]
fn ok_a_rotated_set_is_the_log_it_was_made_from() {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<&[u8]> = LOG.split_inclusive(|&byte| byte == b'\n').collect();
    let part = |from: usize, to: usize| lines[from..to].concat();
    let file = |name: &str, bytes: Vec<u8>| fs::write(folder.path().join(name), bytes).unwrap();
    file("access.log.2.gz", gz(&part(0, 15)));
    file("access.log.1", part(15, 30));
    file("access.log", part(30, lines.len()));
    file("error.log", b"no access log\n".to_vec());

    let whole = folder.path().join("whole");
    fs::create_dir(&whole).unwrap();
    fs::write(whole.join("access.log"), LOG).unwrap();

    let rotated = of_path(folder.path());
    let sources: Vec<_> = rotated.input.sources.iter().map(|source| &source.path).collect();
    assert!(sources[0].ends_with(".2.gz") && sources[1].ends_with(".1"), "{sources:?}");
    assert_eq!(counts(&rotated), counts(&of_path(&whole)));
}

fn of_path(path: &Path) -> Analysis {
    let inputs = Input::of_path(path).into_iter();
    inputs.fold(Analyzer::new(Options::default()), Analyzer::input).run().unwrap()
}

/// Every number of a report, without the places that it points to.
fn counts(analysis: &Analysis) -> Value {
    let mut report = serde_json::to_value(analysis).unwrap();
    for path in [
        "/input/sources",
        "/input/malformed_reasons",
        "/input/malformed_examples",
        "/downgrades/examples",
    ] {
        report.pointer_mut(path).unwrap().take();
    }
    for finding in report["findings"].as_array_mut().unwrap() {
        finding["examples"].take();
    }
    report
}

/// By default nginx's prefix is the folder above its configuration's.
#[test]
fn ok_relative_access_logs_start_from_the_prefix() {
    let prefix = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = prefix.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let conf = "http { access_log logs/access.log; access_log local.log; }";
    file("conf/nginx.conf", conf);
    file("conf/local.log", "");
    file("logs/access.log", "");
    let main = prefix.path().join("conf/nginx.conf");
    let dump = format!("# configuration file {}:\n{conf}\n", main.display());
    for conf in [NginxConf::read(&main), NginxConf::read_from("-", dump.as_bytes())] {
        let inputs = conf.unwrap().inputs(None).unwrap();
        let sizes: Vec<_> = inputs.iter().map(Input::size).collect();
        assert_eq!(sizes, [Some(0), Some(0)], "both files are found");
    }
}
