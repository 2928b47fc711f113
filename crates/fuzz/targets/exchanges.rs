//! What must hold for the exchanges of any capture.

use std::io::{self, Read};

use wslog::capture::{self, Exchange, Kind, Summary};

/// Reads a capture in several ways.
pub fn hold(kind: Kind, capture: &[u8]) {
    let (exchanges, summary) = read(kind, capture);
    let (slowly, again) = read(kind, ByteByByte(capture));
    assert_eq!(exchanges, slowly);
    assert_eq!(summary.undecoded, again.undecoded);
    assert_eq!(summary.error.is_some(), again.error.is_some());
    assert_eq!(summary.requests, exchanges.len() as u64);
    assert!(summary.bytes <= capture.len() as u64);
    for exchange in &exchanges {
        assert!(exchange.byte < capture.len() as u64);
        assert!(exchange.answer.is_some() || exchange.accept().is_none());
        assert!(exchange.key().count() <= exchange.request.headers.0.len());
    }
    let cut = capture.split_at(capture.len() / 2).0;
    let (fewer, _) = read(kind, cut);
    // The end of a text ends a head, too, so there may be one more.
    assert!(fewer.len() <= exchanges.len() || kind == Kind::Heads || kind == Kind::Har);
}

fn read(kind: Kind, reader: impl Read) -> (Vec<Exchange>, Summary) {
    let mut exchanges = Vec::new();
    let summary = capture::read(kind, reader, &mut |exchange| exchanges.push(exchange));
    (exchanges, summary)
}

struct ByteByByte<'a>(&'a [u8]);

impl Read for ByteByByte<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = buffer.len().min(1);
        self.0.read(&mut buffer[..len])
    }
}
