//! A redacted analysis judges as the plain one does, whatever its pseudonyms are.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::io::Cursor;

use serde_json::Value;
use wslog::parse::Timestamp;
use wslog::{Analyzer, Options, RedactionKey};

/// A handshake at one of several nginx, by the node it came from.
struct Seen<'a> {
    server_name: &'a str,
    remote_addr: &'a str,
    protocol: &'a str,
    status: u16,
    /// In ms.
    took: i64,
    number: i64,
}

impl Seen<'_> {
    fn line(&self) -> String {
        let Seen { server_name, remote_addr, protocol, status, took, number } = *self;
        let at = 1_780_311_600_000 + number * 1_700 + took;
        let end = Timestamp::new(at, 0).to_string();
        let second = format!("{}+00:00", end.get(..19).unwrap());
        format!(
            "{{\"time\":\"{second}\",\"msec\":{}.{:03},\"remote_addr\":\"{remote_addr}\",\
             \"server_name\":\"{server_name}\",\"request\":\"GET /rooms/7/ws {protocol}\",\
             \"status\":{status},\"request_time\":{}.{:03},\"http_upgrade\":\"websocket\",\
             \"upstream_addr\":\"10.9.9.9:80\"}}\n",
            at / 1000,
            at % 1000,
            took / 1000,
            took % 1000,
        )
    }
}

fn analyze(log: &str, key: Option<[u8; 32]>) -> Value {
    let redaction = key.map(RedactionKey::new);
    let analyzer = Analyzer::new(Options { redaction, ..Options::default() });
    let analysis = analyzer.reader("a.log", Cursor::new(log.to_owned())).run().unwrap();
    serde_json::to_value(analysis).unwrap()
}

/// What of a report does not depend on names, and what is not told of them.
fn verdicts(report: &Value) -> String {
    let findings = report["findings"].as_array().unwrap().iter();
    let findings: Vec<_> = findings
        .map(|it| {
            let lines = it["examples"].as_array().unwrap().iter().map(|line| line["line"].clone());
            (
                it["id"].clone(),
                it["severity"].clone(),
                it["numbers"].clone(),
                lines.collect::<Vec<_>>(),
            )
        })
        .collect();
    let rows = |name: &str| report["sightings"][name].as_array().unwrap().len();
    format!(
        "{findings:?} {} {} {}",
        rows("nodes"),
        rows("by_vantage"),
        report["handshakes"]["total"]
    )
}

/// Where two are alike in all but their names, and where one has two spellings.
#[test]
fn ok_verdicts_do_not_depend_on_pseudonyms() {
    let timers = |number: i64| {
        let [server_name, took] = if number % 2 == 0 { ["n0", "60000"] } else { ["n1", "30000"] };
        let took = took.parse::<i64>().unwrap() + number % 20;
        Seen {
            server_name,
            remote_addr: "10.0.0.1",
            protocol: "HTTP/1.1",
            status: 499,
            took,
            number,
        }
        .line()
    };
    let spellings = |number: i64| {
        let names = ["10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "2001:0DB8:0:0::1"];
        let name = names[usize::try_from(number % 4).unwrap()];
        let (protocol, status) = if number % 4 == 1 {
            ("HTTP/1.0", 400)
        } else {
            ("HTTP/1.1", if number % 9 == 0 { 499 } else { 101 })
        };
        Seen { server_name: name, remote_addr: name, protocol, status, took: 400 + number, number }
            .line()
    };
    for (name, log) in [
        ("timers", (0..80).map(timers).collect::<String>()),
        ("spellings", (0..200).map(spellings).collect::<String>()),
    ] {
        let plain = analyze(&log, None);
        assert!(plain["findings"].as_array().unwrap().len() > 1, "{name}");
        for key in 0..12 {
            let redacted = analyze(&log, Some([key; 32]));
            assert_eq!(verdicts(&redacted), verdicts(&plain), "{name} {key}");
            let text = redacted.to_string();
            for original in
                ["10.0.0.1", "10.9.9.9", "2001:", "\"n0\"", "rooms/7", "\u{e000}", "\\u0000"]
            {
                assert!(!text.contains(original), "{name}: {original}");
            }
        }
    }
}

/// The advice that an address of RFC 6598 gives does not tell which one it is.
#[test]
fn ok_advice_stays() {
    let line = |number: i64| {
        let remote_addr = "100.97.88.254";
        Seen {
            server_name: "n0",
            remote_addr,
            protocol: "HTTP/1.0",
            status: 499,
            took: 60_000,
            number,
        }
        .line()
    };
    let log: String = (0..9).map(line).collect();
    let remedy = |report: &Value| report["findings"][0]["remedy"].as_str().unwrap().to_owned();
    let [plain, redacted] = [analyze(&log, None), analyze(&log, Some([1; 32]))];
    assert!(remedy(&plain).contains("100.64.0.0/10"));
    assert_eq!(remedy(&plain), remedy(&redacted));
}
