//! What clients went through, and how long handshakes took.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::io::Cursor;

use wslog::parse::Millis;
use wslog::{Analysis, Analyzer, Options};

/// A handshake: who, which key, when it began and how long it took in ms, and the status.
type Seen = (&'static str, u32, u64, u64, u16);

const FORMAT: &str = "$hostname $remote_addr \"$http_x_forwarded_for\" $msec \"$request\" $status $request_time \
                      \"$upstream_header_time\" \"$http_user_agent\" $http_sec_websocket_key";

fn analyze(format: &str, all: &[Seen], header_time: &str) -> Analysis {
    let seconds = |millis: u64| format!("{}.{:03}", millis / 1000, millis % 1000);
    let line = |&(client, key, start, took, status): &Seen| {
        let (forwarded, agent) = client.split_once('|').unwrap_or((client, "a"));
        format
            .replace("$hostname", "edge")
            .replace("$remote_addr", "10.0.0.1")
            .replace("$http_x_forwarded_for", forwarded)
            .replace("$msec", &seconds(1_520_614_800_000 + start + took))
            .replace("$request_time", &seconds(took))
            .replace("$request", "GET /ws/ HTTP/1.1")
            .replace("$status", &status.to_string())
            .replace("$upstream_header_time", header_time)
            .replace("$http_user_agent", agent)
            .replace("$http_sec_websocket_key", &format!("{key:021}A=="))
            + "\n"
    };
    let log: String = all.iter().map(line).collect();
    let format = wslog::parse::LogFormat::compile(format).unwrap();
    let options = Options { format: Some(format), ..Options::default() };
    Analyzer::new(options).reader("a.log", Cursor::new(log)).run().unwrap()
}

/// Clients, how often one got through, how often one gave up, the median wait in tenths of a second, the tries.
fn waits(all: &[Seen]) -> (u64, u64, u64, Option<u64>, Option<u64>) {
    let analysis = analyze(FORMAT, all, "0.002");
    assert_eq!(analysis.handshakes.clients.len(), 1, "{:?}", analysis.handshakes);
    let row = &analysis.handshakes.clients[0];
    // Told to one part in 4096.
    let waited = row.waited.map(|waited| (waited.p50.0 + 50) / 100);
    (row.clients, row.established, row.gave_up, waited, row.tries)
}

#[test]
fn ok_a_client_that_tries_until_it_gets_through() {
    let one = [
        ("192.0.2.1", 1, 0, 60_000, 499),
        ("192.0.2.1", 2, 61_000, 60_000, 499),
        ("192.0.2.1", 3, 122_500, 900_000, 101),
    ];
    assert_eq!(waits(&one), (1, 1, 0, Some(1_225), Some(3)));
    // What came before its first failure, and another client's tunnel, are none of it.
    let mut all = vec![("192.0.2.1", 9, 0, 500, 101), ("192.0.2.9", 8, 61_500, 900, 101)];
    all.extend(
        one.map(|(client, key, start, took, status)| (client, key, start + 1000, took, status)),
    );
    assert_eq!(waits(&all), (1, 1, 0, Some(1_225), Some(3)));
}

#[test]
fn ok_whoever_waits_for_more_than_five_minutes_has_given_up() {
    let failed = ("192.0.2.1", 1, 0, 1_000, 502);
    assert_eq!(waits(&[failed]), (1, 0, 1, None, None));
    let again = |start| [failed, ("192.0.2.1", 2, start, 1_000, 101)];
    assert_eq!(waits(&again(301_000)), (1, 1, 0, Some(3_010), Some(2)));
    assert_eq!(waits(&again(301_001)), (1, 0, 1, None, None));
}

#[test]
fn ok_clients_are_told_by_address_and_agent() {
    let failed = ("192.0.2.1|Firefox", 1, 0, 1_000, 502);
    assert_eq!(waits(&[failed, ("192.0.2.1|curl", 2, 5_000, 1_000, 101)]), (1, 0, 1, None, None));
    assert_eq!(waits(&[failed, ("-|Firefox", 2, 5_000, 1_000, 101)]), (1, 0, 1, None, None));
    // A proxy tries again with the same key.
    let all =
        [failed, ("192.0.2.1|Firefox", 1, 1_001, 9, 502), ("192.0.2.1|Firefox", 2, 2_000, 9, 101)];
    assert_eq!(waits(&all), (1, 1, 0, Some(20), Some(2)));
}

#[test]
fn ok_nothing_is_told_where_nothing_failed_or_clients_are_not_shown() {
    let clients = |format: &str, all: &[Seen]| analyze(format, all, "-").handshakes.clients.len();
    assert_eq!(clients(FORMAT, &[("192.0.2.1", 1, 0, 1_000, 101)]), 0);
    let failed = [("192.0.2.1", 1, 0, 1_000, 502)];
    assert_eq!(clients(FORMAT, &failed), 1);
    assert_eq!(clients(&FORMAT.replace(" \"$http_x_forwarded_for\"", ""), &failed), 0);
}

#[test]
fn ok_latency_is_of_the_answer_not_of_the_tunnel() {
    let tunnels: Vec<Seen> = (0..9).map(|key| ("192.0.2.1", key, 0, 3_600_000, 101)).collect();
    for (header_time, waited) in [("0.012", 12), ("-, 0.012", 12), ("2.000, 0.012", 2_012)] {
        let analysis = analyze(FORMAT, &tunnels, header_time);
        assert_eq!(analysis.handshakes.latencies.len(), 1);
        let row = &analysis.handshakes.latencies[0];
        let waited = Millis(waited);
        // The client waited for the server that was asked before as well.
        assert_eq!((row.count, row.latency.p50, row.latency.max), (9, waited, waited));
    }
    // Of what failed, of what no server answered, and of a short tunnel.
    let of = |status, took, header_time| {
        let all = [("192.0.2.1", 1, 0, took, status)];
        analyze(FORMAT, &all, header_time).handshakes.latencies.len()
    };
    assert_eq!(of(502, 5_000, "0.012"), 0);
    assert_eq!(of(101, 5_000, "-"), 0);
    assert_eq!(of(101, 20, "0.012"), 1);
}
