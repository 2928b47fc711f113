//! Logs of nginx, written by hand.

use std::fmt::Write;
use std::io::Cursor;

use wslog::parse::WebSocketKey;
use wslog::{Analyzer, Gathered, Options};

/// 2026-01-01T12:00:00Z, in milliseconds.
const NOON: i64 = 1_767_268_800_000;

/// A log of one nginx, by its address and the upstream server it names.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    pub(crate) name: &'static str,
    address: &'static str,
    upstream: String,
    client: &'static str,
    pub(crate) text: String,
}

impl Log {
    pub(crate) fn new(name: &'static str, address: &'static str, upstream: &'static str) -> Log {
        Log {
            name,
            address,
            upstream: upstream.to_owned(),
            client: "10.9.9.9",
            text: String::new(),
        }
    }

    /// The same nginx, which sends requests to there from now on.
    pub(crate) fn to(self, upstream: &str) -> Log {
        Log { upstream: upstream.to_owned(), ..self }
    }

    /// The same nginx, whose client has this address from now on.
    pub(crate) fn from(self, client: &'static str) -> Log {
        Log { client, ..self }
    }

    /// A request with a key of this number, from and to so many milliseconds after noon.
    pub(crate) fn request(
        mut self,
        key: u8,
        (start, end): (i64, i64),
        (protocol, status): (&str, u16),
    ) -> Log {
        let Log { address, upstream, client, text, .. } = &mut self;
        let (msec, time) = (NOON + end, end - start);
        let (second, key) = (msec / 1000 - NOON / 1000, key_of(key));
        let clock = format!("{:02}:{:02}:{:02}", 12 + second / 3600, second / 60 % 60, second % 60);
        writeln!(
            text,
            "[01/Jan/2026:{clock} +0000] {client} - - - {address} to: {upstream}: GET /ws/ \
             HTTP/{protocol} upstream_response_time - msec {}.{:03} request_time {}.{:03} status \
             {status} client - a {key}",
            msec / 1000,
            msec % 1000,
            time / 1000,
            time % 1000
        )
        .unwrap();
        self
    }
}

pub(crate) fn key_of(number: u8) -> String {
    key(number).to_string()
}

/// The key of this number.
pub(crate) fn key(number: u8) -> WebSocketKey {
    WebSocketKey::from_bytes([number; 16])
}

pub(crate) fn gather(logs: Vec<Log>) -> Gathered {
    let analyzer = logs.into_iter().fold(Analyzer::new(Options::default()), |analyzer, log| {
        analyzer.reader(log.name, Cursor::new(log.text))
    });
    analyzer.gather().unwrap()
}
