//! What wslog reads of each nginx's error log, beside the access logs, is what happened.

use std::collections::BTreeMap;
use std::path::PathBuf;

use wslog::{Analysis, Analyzer, Options, VantageName};
use wslog_lab::scenario::Run;

/// An event, the outcome of the sighting it is joined to, and how often.
type Joined = (&'static str, &'static str, u64);

/// What error logs say of how handshakes ended, by scenario. A client that leaves is one at every hop.
const EXPECTED: &[(&str, &[Joined])] = &[
    ("idle-tunnel", &[("upstream_timed_out", "established", 1)]),
    ("inner-times-out", &[("upstream_timed_out", "gateway_timeout", 1)]),
    ("backend-refuses", &[("connect_failed", "bad_gateway", 1)]),
    ("backend-closes", &[("upstream_prematurely_closed", "bad_gateway", 1)]),
    ("next-upstream", &[]),
    ("client-gives-up", &[("client_closed", "client_closed", 6)]),
    (
        "backend-hangs",
        &[("client_closed", "client_closed", 2), ("upstream_timed_out", "gateway_timeout", 1)],
    ),
    ("healthy", &[]),
    ("backend-forbids", &[]),
];

/// Formats that show all that is needed, in which more or less is shown besides.
const FORMATS: &[&str] = &["websocket", "json_ws", "main_ws", "upstreamlog_key"];

pub(crate) fn check(run: &Run) {
    for format in FORMATS {
        let analysis = analyze(run, format);
        let error_logs = analysis.input.sources.iter().filter(|source| source.is_error_log);
        let (mut logs, mut lines) = (0, 0);
        for source in error_logs {
            assert_eq!((source.malformed, source.ambiguous), (0, 0), "{source:?}");
            (logs, lines) = (logs + 1, lines + source.parsed);
        }
        assert_eq!(logs, run.hops().len());
        let error_log = analysis.error_log.unwrap();
        assert_eq!(error_log.events.iter().map(|row| row.count).sum::<u64>(), lines);
        let mut joined: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for row in &error_log.events {
            for (outcome, count) in &row.outcomes {
                *joined.entry((row.event, outcome)).or_default() += count;
            }
        }
        let name = run.truth().scenario.as_str();
        if let Some((_, expected)) = EXPECTED.iter().find(|(scenario, _)| *scenario == name) {
            let joined: Vec<_> =
                joined.iter().map(|(&(one, two), &count)| (one, two, count)).collect();
            assert_eq!(joined, *expected, "{name} in {format}: {:#?}", error_log.events);
        }
    }
}

fn analyze(run: &Run, format: &str) -> Analysis {
    let error_logs: Vec<_> = run.hops().iter().map(|hop| hop.error_log()).collect();
    let access_logs = run.access_logs(format);
    let access_logs: Vec<_> = access_logs.into_iter().map(|log| log.path().to_owned()).collect();
    // Which log is of which nginx is told where a format does not show it.
    let pairs = (0_u8..).zip(access_logs.iter().zip(&error_logs));
    let named = pairs.flat_map(|(hop, (access, error))| [(hop, access), (hop, error)]);
    let name = |(hop, path): (u8, &PathBuf)| {
        VantageName::parse(&format!("hop{hop}={}", path.display())).unwrap()
    };
    let named: Vec<_> = named.map(name).collect();
    let vantages = if format == "main_ws" { named } else { Vec::new() };
    let options = Options { vantages, ..Options::default() };
    let logs = access_logs.into_iter().chain(error_logs);
    logs.fold(Analyzer::new(options), Analyzer::file).run().unwrap()
}
