//! The logs of the cases.

use std::io::Cursor;
use std::num::NonZeroUsize;

use wslog::{Analysis, Analyzer, Comparison, FindingChange, Options, Verdict, compare};

/// Handshakes that are alike, but for their keys.
#[derive(Clone, Copy)]
pub(crate) struct Alike {
    pub(crate) count: usize,
    pub(crate) server: &'static str,
    pub(crate) client: &'static str,
    pub(crate) path: &'static str,
    pub(crate) protocol: &'static str,
    pub(crate) status: u16,
    /// How old each was when it ended, in ms.
    pub(crate) age: u64,
    /// Over how many ms these ages are spread.
    pub(crate) spread: u64,
    /// What of a handshake's headers arrived.
    pub(crate) headers: Headers,
}

/// The headers that make a GET an opening handshake.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Headers {
    All,
    KeyAlone,
    None,
}

pub(crate) const ESTABLISHED: Alike = Alike {
    count: 1,
    server: "edge",
    client: "192.0.2.1",
    path: "/ws/",
    protocol: "HTTP/1.1",
    status: 101,
    age: 123,
    spread: 1,
    headers: Headers::All,
};

/// One that a node made HTTP/1.0 of.
pub(crate) const DOWNGRADED: Alike =
    Alike { protocol: "HTTP/1.0", status: 499, age: 21_000, spread: 20_000, ..ESTABLISHED };

/// So many of each.
pub(crate) fn of(counts: &[(usize, Alike)]) -> Vec<Alike> {
    counts.iter().map(|&(count, alike)| Alike { count, ..alike }).collect()
}

/// 2018-03-09T17:00:00Z and an hour later.
pub(crate) const BEFORE: u64 = 1_520_614_800;
pub(crate) const AFTER: u64 = BEFORE + 3600;

/// What of a line is logged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    WebSocket,
    /// `upstreamlog_key`: the key, and no Upgrade.
    Keyed,
    Combined,
}

/// A log of these, mixed, that begins at a moment and lasts for three thousand seconds.
pub(crate) fn log(all: &[Alike], begin: u64, format: Format) -> String {
    let total: usize = all.iter().map(|alike| alike.count).sum();
    let each = all.iter().flat_map(|alike| std::iter::repeat_n(alike, alike.count));
    let mut lines: Vec<(u64, String)> = each
        .enumerate()
        .map(|(number, alike)| {
            let at = begin + 3000 * (number as u64 * 7919 % total as u64) / total as u64;
            (at, alike.line(at, number, format))
        })
        .collect();
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

impl Alike {
    /// One that was logged at this time.
    pub(crate) fn line(&self, at: u64, number: usize, format: Format) -> String {
        let Alike { server, client, path, protocol, status, age, spread, headers, .. } = *self;
        let age = age + number as u64 * 7919 % spread;
        let time = format!(
            "09/Mar/2018:{:02}:{:02}:{:02} +0000",
            17 + (at - BEFORE) / 3600,
            at / 60 % 60,
            at % 60
        );
        let key = match headers {
            Headers::None => "-".to_owned(),
            _ => format!("{:021}A==", at * 10_000 + number as u64),
        };
        let upgrade = if headers == Headers::All { "websocket" } else { "-" };
        let common =
            format!("{client} - - [{time}] \"GET {path} {protocol}\" {status} 0 \"-\" \"agent\"");
        let age = format!("{}.{:03}", age / 1000, age % 1000);
        match format {
            Format::Combined => common + "\n",
            Format::Keyed => format!(
                "[{time}] {client} - - - {server} to: 10.0.0.9:80: GET {path} {protocol} upstream_response_time \
                 {age} msec {at}.000 request_time {age} status {status} client - - {key}\n"
            ),
            Format::WebSocket => format!(
                "{common} \"2001:db8::{number:x}\" {at}.000 {age} \"{server}\" \"{upgrade}\" \"{key}\" \
                 \"10.0.0.9:80\" \"{status}\" \"0.001\" \"{age}\"\n"
            ),
        }
    }
}

/// The comparison of two logs, of which either may teach the other its paths.
pub(crate) fn compare_logs(before: String, after: String, threads: usize) -> Comparison {
    let [before, after] = analyses(before, after, threads);
    compare(&before, &after)
}

/// What is found in each.
pub(crate) fn analyses(before: String, after: String, threads: usize) -> [Analysis; 2] {
    let options = Options { threads: NonZeroUsize::new(threads), ..Options::default() };
    let gather = |name: &str, log: String| {
        Analyzer::new(options.clone()).reader(name, Cursor::new(log)).gather().unwrap()
    };
    let (mut before, mut after) = (gather("before.log", before), gather("after.log", after));
    before.share_paths(&mut after);
    [before.analysis(), after.analysis()]
}

/// The comparison of an hour of these with an hour of those.
pub(crate) fn compared(before: &[Alike], after: &[Alike]) -> Comparison {
    let log = |all, begin| log(all, begin, Format::WebSocket);
    compare_logs(log(before, BEFORE), log(after, AFTER), 1)
}

/// Each finding with its verdict.
pub(crate) fn verdicts(comparison: &Comparison) -> Vec<(&'static str, Verdict)> {
    comparison.findings.iter().map(|finding| (finding.id, finding.verdict)).collect()
}

/// What became of a finding.
pub(crate) fn finding<'c>(comparison: &'c Comparison, id: &str) -> &'c FindingChange {
    comparison.findings.iter().find(|finding| finding.id == id).unwrap()
}
