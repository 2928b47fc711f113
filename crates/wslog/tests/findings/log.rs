//! The logs of the cases.

use std::io::Cursor;

use wslog::{Analysis, Analyzer, Options};

/// Handshakes that are alike, but for their keys; in the format `websocket`.
#[derive(Clone, Copy)]
pub(crate) struct Alike {
    pub(crate) count: usize,
    pub(crate) client: &'static str,
    pub(crate) path: &'static str,
    /// `X-Forwarded-For`; another one for each where it is none.
    pub(crate) forwarded: Option<&'static str>,
    pub(crate) protocol: &'static str,
    pub(crate) status: u16,
    pub(crate) upstream: &'static str,
    pub(crate) upgrade: &'static str,
    pub(crate) header_time: &'static str,
    /// The key; a new one for each where it is none.
    pub(crate) key: Option<&'static str>,
    /// How old it was when it ended, in ms.
    pub(crate) age: u64,
}

pub(crate) const ESTABLISHED: Alike = Alike {
    count: 1,
    client: "192.0.2.1",
    path: "/ws/",
    forwarded: None,
    protocol: "HTTP/1.1",
    status: 101,
    upstream: "10.0.0.9:80",
    upgrade: "websocket",
    header_time: "0.001",
    key: None,
    age: 123,
};

/// The same, refused.
pub(crate) const REFUSED: Alike = Alike { status: 403, ..ESTABLISHED };

impl Alike {
    /// The one of this number, at its time.
    fn line(&self, number: usize, time: usize) -> String {
        let Alike {
            client, path, protocol, status, upstream, upgrade, header_time, key, age, ..
        } = *self;
        let another = format!("2001:db8::{number:x}");
        let forwarded = self.forwarded.unwrap_or(&another);
        let new = format!("{number:021}A==");
        let key = key.unwrap_or(&new);
        let age = format!("{}.{:03}", age / 1000, age % 1000);
        // Two seconds apart, so that each is an event of its own.
        let at = 2 * (time % 12_000);
        format!(
            "{client} - - [09/Mar/2018:{:02}:{:02}:{:02} +0000] \"GET {path} {protocol}\" {status} 0 \"-\" \"-\" \"{forwarded}\" \
             {}.000 {age} \"edge\" \"{upgrade}\" \"{key}\" \"{upstream}\" \"{status}\" \"{header_time}\" \"{age}\"\n",
            17 + at / 3600,
            at / 60 % 60,
            at % 60,
            1_520_614_800 + at
        )
    }
}

/// What is found in a log of these.
pub(crate) fn analyze(all: &[Alike]) -> Analysis {
    let each = all.iter().flat_map(|alike| std::iter::repeat_n(alike, alike.count));
    // Those that are alike come at all times.
    let total: usize = all.iter().map(|alike| alike.count).sum();
    let mut times: Vec<usize> = (0..total).collect();
    times.sort_by_key(|time| time * 40_503 % 65_537);
    let line = |(number, alike): (usize, &Alike)| alike.line(number, times[number]);
    let log: String = each.enumerate().map(line).collect();
    Analyzer::new(Options::default()).reader("access.log", Cursor::new(log)).run().unwrap()
}

/// The names of the findings in a log of these, with their severities.
pub(crate) fn found(all: &[Alike]) -> Vec<String> {
    let analysis = analyze(all);
    assert_eq!(analysis.input.parsed, analysis.input.lines);
    let named = |finding: &wslog::Finding| format!("{:?} {}", finding.severity, finding.id);
    analysis.findings.iter().map(named).collect()
}
