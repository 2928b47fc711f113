//! What looks like a failure and is none.

use std::fs::{self, File};
use std::io::Cursor;
use std::path::{Path, PathBuf};

use wslog::{Analysis, Analyzer, Options};

use crate::log::{Alike, ESTABLISHED, REFUSED, found};

/// The logs of `testdata/look-alikes`, and what is found in each: nothing, but for what is true of it and
/// what the look-alike could be taken for something worse. `blind-spots` is not counted: these logs are in
/// formats as they are found.
const LOGS: &[(&str, &[&str])] = &[
    ("a-101-that-is-no-websocket", &[]),
    ("a-request-that-is-not-known-is-not-http10", &[]),
    ("a-slow-api-behind-a-front-that-speaks-http10", &[]),
    ("a-tunnel-that-lived-six-hours-is-healthy", &[]),
    ("bots-with-malformed-keys", &[]),
    // They are what they are, and no missing Upgrade header.
    ("handshakes-over-http2-are-not-http10", &["Warning http2-handshake"]),
    ("health-checks-and-ab-speak-http10", &[]),
    ("health-checks-that-give-up-on-a-path-that-opens", &[]),
    // A downgrade, and no failure.
    ("http10-handshakes-that-all-open", &["Info http10-downgrade"]),
    ("long-polling-that-ends-in-499", &[]),
    ("one-client-on-a-bad-network-gives-up-at-any-age", &[]),
    ("polling-and-health-checks", &[]),
    ("seven-percent-http10-and-no-websocket", &[]),
    // The case itself; no way from the one to the other.
    ("two-nginx-side-by-side-are-not-two-hops", &["Critical http10-downgrade"]),
];

fn logs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/look-alikes")
}

fn named(analysis: &Analysis) -> Vec<String> {
    let findings = analysis.findings.iter().filter(|finding| finding.id != "blind-spots");
    findings.map(|finding| format!("{:?} {}", finding.severity, finding.id)).collect()
}

#[test]
fn ok_look_alikes_are_taken_for_nothing_else() {
    for &(name, expected) in LOGS {
        let log = File::open(logs().join(format!("{name}.log"))).unwrap();
        let analysis = Analyzer::new(Options::default()).reader(name, log).run().unwrap();
        assert_eq!(named(&analysis), expected, "{name}");
        assert!(analysis.handshakes.paths.iter().all(|path| path.vantages.len() <= 1), "{name}");
    }
}

#[test]
fn ok_every_look_alike_is_looked_at() {
    let mut there: Vec<String> = fs::read_dir(logs())
        .unwrap()
        .filter_map(|entry| {
            Some(entry.unwrap().file_name().to_str()?.strip_suffix(".log")?.to_owned())
        })
        .collect();
    there.sort_unstable();
    let known: Vec<_> = LOGS.iter().map(|(name, _)| *name).collect();
    assert_eq!(there, known);
}

/// What is no handshake: a method, a target, a protocol, a status and the age at its end in ms. In the format
/// `websocket`, so that nothing is told by the path alone.
struct Plain {
    request: &'static str,
    status: u16,
    age: u64,
}

/// Each of these a hundred times, all at one age, as timers end them.
const PLAIN: &[Plain] = &[
    Plain { request: "HEAD / HTTP/1.0", status: 200, age: 0 },
    // A check of Linux Virtual Server that does not wait for the answer.
    Plain { request: "GET /health HTTP/1.0", status: 499, age: 5_000 },
    Plain { request: "GET /message-bus/8c1f0a/poll HTTP/1.1", status: 499, age: 25_000 },
    Plain { request: "GET /socket.io/?transport=polling HTTP/1.1", status: 499, age: 30_001 },
    Plain { request: "GET /socket.io/?transport=polling HTTP/1.0", status: 499, age: 60_000 },
    Plain { request: "GET /project/api/ HTTP/1.0", status: 504, age: 60_264 },
    Plain { request: "GET /project/api/ HTTP/1.1", status: 502, age: 0 },
    Plain { request: "GET /project/api/ HTTP/1.1", status: 426, age: 0 },
    Plain { request: "-", status: 400, age: 60_000 },
    Plain { request: r"\x16\x03\x01\x02", status: 400, age: 0 },
    Plain { request: "", status: 400, age: 60_000 },
];

impl Plain {
    fn line(&self, number: u64) -> String {
        let Plain { request, status, age } = self;
        let (second, client) = (number % 60, number % 9);
        let age = format!("{}.{:03}", age / 1000, age % 1000);
        format!(
            "192.0.2.{client} - - [09/Mar/2018:17:00:{second:02} +0000] \"{request}\" {status} 0 \"-\" \"-\" \
             \"-\" {}.000 {age} \"edge\" \"-\" \"-\" \"10.0.0.{client}:80\" \"{status}\" \"-\" \"{age}\"\n",
            1_520_614_800 + second
        )
    }
}

#[test]
fn ok_requests_that_are_no_handshakes_have_no_finding() {
    let log: String =
        PLAIN.iter().flat_map(|plain| (0..100).map(|number| plain.line(number))).collect();
    let analysis =
        Analyzer::new(Options::default()).reader("access.log", Cursor::new(log)).run().unwrap();
    assert_eq!(analysis.input.parsed, 100 * PLAIN.len() as u64);
    assert_eq!((analysis.sightings.total, named(&analysis)), (0, vec![]));
}

/// Their 400 and 426 do not mean that a header was lost.
#[test]
fn ok_malformed_keys_are_malformed_keys() {
    let bot = Alike { count: 50, status: 400, key: Some("test"), ..ESTABLISHED };
    assert_eq!(found(&[bot, Alike { status: 426, ..bot }]), ["Info key-malformed"]);
}

#[test]
fn ok_a_tunnel_may_live_for_long() {
    let lives = [24_388_248, 9_020_113, 86_400_000, 61_000, 3_600_001];
    assert!(found(&lives.map(|age| Alike { age, ..ESTABLISHED })).is_empty());
}

#[test]
fn ok_one_client_gives_up_at_any_age() {
    let ages = [412, 1_210, 2_880, 5_907, 9_411, 14_930, 22_018, 31_557, 44_902, 67_310, 90_145];
    let gives_up = |age| Alike { status: 499, client: "198.51.100.7", age, ..ESTABLISHED };
    assert!(found(&ages.map(gives_up)).is_empty());
}

#[test]
fn ok_clients_are_no_nodes() {
    // One of many gives up often.
    let clients: Vec<&'static str> =
        (1..=40).map(|number| &*format!("198.51.100.{number}").leak()).collect();
    let mut all: Vec<Alike> =
        clients.iter().map(|client| Alike { client, count: 9, ..ESTABLISHED }).collect();
    all.push(Alike { client: clients[7], count: 30, ..REFUSED });
    assert!(found(&all).is_empty());
}
