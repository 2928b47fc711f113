//! Pasted heads: each text in `pasted/` becomes what the file beside it says.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use wslog::capture::{CaptureErrorKind, Exchange, Kind, MAX_HEAD, Summary, Undecoded};

use crate::{get, read, read_as, undecoded};

/// What is fixed by an expected file.
fn told(exchanges: &[Exchange], summary: &Summary) -> String {
    let mut told = String::new();
    for exchange in exchanges {
        let request = &exchange.request;
        let (method, target) = (request.method.escape_ascii(), request.target.escape_ascii());
        writeln!(told, "{} {method} {target} {}", exchange.byte, request.protocol).unwrap();
        for key in exchange.key() {
            writeln!(told, "  key {key:?} accept {:?}", exchange.accept()).unwrap();
        }
        writeln!(told, "  {} fields", request.headers.0.len()).unwrap();
        if let Some(answer) = &exchange.answer {
            let reason = answer.reason.escape_ascii();
            let fields = answer.headers.0.len();
            writeln!(told, "  {} {} {reason}, {fields} fields", answer.protocol, answer.status)
                .unwrap();
        }
        if let Some(at) = exchange.answered_at {
            writeln!(told, "  answered {at}").unwrap();
        }
    }
    for (what, count) in undecoded(summary) {
        writeln!(told, "{what} {count}").unwrap();
    }
    told
}

#[test]
fn every_text_becomes_what_is_expected_of_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/capture/pasted");
    let mut texts = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            let text = fs::read_to_string(&path).unwrap();
            let expected = fs::read_to_string(path.with_extension("expected")).unwrap();
            let (exchanges, summary) = read(text.as_bytes());
            if std::env::var_os("BLESS").is_some() {
                fs::write(path.with_extension("expected"), told(&exchanges, &summary)).unwrap();
                continue;
            }
            assert_eq!(told(&exchanges, &summary), expected, "{}", path.display());
            // The ends of lines make no difference, places apart.
            let (others, _) = read(text.replace('\n', "\r\n").as_bytes());
            let bare = |mut exchange: Exchange| {
                exchange.byte = 0;
                exchange
            };
            let [exchanges, others] = [exchanges, others].map(|it| it.into_iter().map(bare));
            assert!(exchanges.eq(others), "{}", path.display());
            texts += 1;
        }
    }
    assert!(texts >= 15);
}

#[test]
fn a_place_is_where_the_request_begins() {
    let text = "\u{feff}# note\n\n   > GET /a HTTP/1.1\n   > Host: a\n\nGET /b HTTP/1.1\nHost: b\n";
    let (exchanges, summary) = read(text.as_bytes());
    let places: Vec<_> = exchanges.iter().map(|it| usize::try_from(it.byte).unwrap()).collect();
    let expected = [text.find("GET /a").unwrap(), text.find("GET /b").unwrap()];
    assert_eq!((places, summary.bytes), (expected.to_vec(), text.len() as u64));
}

#[test]
fn lines_and_heads_have_a_largest_size() {
    let long = "a".repeat(3 * MAX_HEAD);
    let second = format!("GET /2 HTTP/1.1\nHost: a\nX: {long}\n");
    let text = format!("{}{long}\n{second}\n{}", get("/1"), get("/3"));
    let (exchanges, summary) = read(text.as_bytes());
    assert_eq!(exchanges.len(), 3);
    // The second head ends at its long line; the first one stands behind a head.
    let counts = vec![(Undecoded::MalformedHeader, 1), (Undecoded::OtherText, 1)];
    assert_eq!((summary.bytes, undecoded(&summary)), (text.len() as u64, counts));

    let fields = "X: y\n".repeat(MAX_HEAD / 5);
    let text = format!("GET /1 HTTP/1.1\n{fields}\n{}", get("/2"));
    let (exchanges, summary) = read(text.as_bytes());
    assert_eq!(exchanges.len(), 1);
    assert_eq!(undecoded(&summary), [(Undecoded::MalformedMessage, 1)]);
}

#[test]
fn what_was_read_before_an_error_is_told() {
    struct Failing(bool);
    impl std::io::Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let text = get("/1");
            if std::mem::replace(&mut self.0, true) {
                return Err(std::io::Error::other("no more"));
            }
            buffer[..text.len()].copy_from_slice(text.as_bytes());
            Ok(text.len())
        }
    }
    let mut count = 0;
    let summary = wslog::capture::read(Kind::Heads, Failing(false), &mut |_| count += 1);
    assert_eq!((count, summary.requests), (1, 1));
    assert!(matches!(summary.error.unwrap().kind, CaptureErrorKind::Unreadable(_)));
    assert_eq!(read_as(Kind::Heads, b"").0, []);
}

#[test]
fn frames_behind_a_101_are_no_heads() {
    let asked =
        "GET /ws HTTP/1.1\nUpgrade: websocket\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n\n";
    let opened = "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\n";
    let inside = "GET /inside HTTP/1.1\nHost: a\n\nHTTP/1.1 504 Gateway Time-out\nServer: a\n";
    for frames in [&b"\x81\x05hello\n"[..], b"\x01hello\n", "\u{fffd}hello\n".as_bytes()] {
        for blank in ["\n", ""] {
            let head = [asked, opened, blank].concat();
            let text = [head.as_bytes(), frames, inside.as_bytes()].concat();
            let (exchanges, summary) = read(&text);
            assert_eq!(exchanges.len(), 1, "{}", text.escape_ascii());
            assert_eq!(exchanges[0].answer.as_ref().unwrap().status.code(), 101);
            assert!(summary.undecoded[&Undecoded::OtherText] >= 1);
        }
    }
    // Of text it is not known whether it was in frames.
    let text = [asked, opened, "\nand then\n", inside].concat();
    assert_eq!(read(text.as_bytes()).0.len(), 2);
}
