//! Nodes and upstream servers beside their peers.

use std::io::Cursor;

use wslog::parse::LogFormat;
use wslog::{Analysis, Analyzer, Finding, Options};

use crate::log::{Alike, ESTABLISHED, REFUSED, analyze, found};

const NODES: [&str; 3] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];

/// So many refused of so many at each of three nodes.
fn nodes(counts: [(usize, usize); 3]) -> Vec<Alike> {
    let each = NODES.iter().zip(counts).flat_map(|(client, (failed, total))| {
        let established = Alike { client, count: total - failed, ..ESTABLISHED };
        [established, Alike { client, count: failed, ..REFUSED }]
    });
    each.collect()
}

#[test]
fn ok_a_node_that_fails_more_is_told() {
    let finding = analyze(&nodes([(0, 40), (12, 40), (1, 40)])).findings.remove(0);
    assert_eq!(finding.id, "one-bad-node");
    assert_eq!(finding.title, "Handshakes by way of 192.0.2.2 fail more than the others");
    assert_eq!(
        finding.explanation,
        "At edge the node 192.0.2.2 fails 12 of 40 (30.0%, 95% CI 18.1 to 45.4%), the other 2 nodes 1 \
         of 80 (1.3%, 95% CI 0.2 to 6.7%): p = 8.5e-6.\n\
         Held against handshakes of the same time alone; for p a client's address counts until its first \
         failure.\n\
         Compared by Fisher's exact test, 3 comparisons in all; HTTP/1.0 is left out."
    );
}

#[test]
fn ok_what_may_be_chance_is_not_told() {
    for counts in [
        [(0, 40), (3, 40), (1, 40)],
        [(0, 1), (1, 1), (0, 2)],
        [(10, 40), (12, 40), (11, 40)],
        [(0, 0), (20, 40), (0, 0)],
        // More than chance, and too little to matter.
        [(3000, 10_000), (3300, 10_000), (3000, 10_000)],
    ] {
        assert!(found(&nodes(counts)).is_empty(), "{counts:?}");
    }
}

#[test]
fn ok_an_upstream_server_that_fails_more_is_told() {
    let with = |upstream, status, count| Alike { upstream, status, count, ..ESTABLISHED };
    let mut all = vec![
        with("10.0.0.7:80", 101, 40),
        with("10.0.0.8:80", 101, 30),
        with("10.0.0.8:80", 504, 10),
    ];
    let finding = analyze(&all).findings.remove(0);
    assert_eq!(finding.title, "Handshakes sent on to 10.0.0.8:80 fail more than the others");
    // The server that answered last is meant.
    all[2] = with("10.0.0.8:80, 10.0.0.7:80", 504, 10);
    assert!(found(&all).is_empty());
    // One that is down is told as such.
    all[2] = with("10.0.0.8:80", 502, 10);
    assert_eq!(found(&all), ["Warning upstream-down"]);
}

#[test]
fn ok_http10_is_told_once() {
    let http10 = Alike { count: 20, client: NODES[1], protocol: "HTTP/1.0", ..REFUSED };
    let all = [&nodes([(0, 40), (0, 40), (0, 40)])[..], &[http10]].concat();
    assert_eq!(found(&all), ["Critical http10-downgrade"]);
}

/// A handshake: by way of which node, to which server and path, whose, in which second, and the status.
type Seen = (&'static str, &'static str, &'static str, usize, usize, u16);

/// The log of these, and its format, which shows whose they are, or does not.
fn logged(all: &[Seen], shows_clients: bool) -> (String, Vec<String>) {
    let client = if shows_clients { " \"$http_x_forwarded_for\" \"$http_user_agent\"" } else { "" };
    let format = format!(
        "$remote_addr $msec \"$request\" $status $request_time \"$http_upgrade\" \
         $http_sec_websocket_key $upstream_addr{client}"
    );
    let line = |(number, seen): (usize, &Seen)| {
        let &(node, server, path, client, second, status) = seen;
        let forwarded = if client == 0 { "-".to_owned() } else { format!("2001:db8::{client:x}") };
        let shown = if shows_clients { format!(" \"{forwarded}\" \"-\"") } else { String::new() };
        format!(
            "{node} {}.000 \"GET {path} HTTP/1.1\" {status} 0.100 \"websocket\" {number:021}A== {server}{shown}\n",
            1_520_614_800 + second
        )
    };
    (format, all.iter().enumerate().map(line).collect())
}

fn analyze_lines(format: &str, lines: &[String]) -> Analysis {
    let format = LogFormat::compile(format).unwrap();
    let options = Options { format: Some(format), ..Options::default() };
    let log = Cursor::new(lines.concat());
    let analysis = Analyzer::new(options).reader("a.log", log).run().unwrap();
    assert_eq!(analysis.sightings.total, lines.len() as u64);
    analysis
}

/// What is found of these, in a format that shows whose they are, or in one that does not.
fn seen(all: &[Seen], shows_clients: bool) -> Vec<String> {
    let (format, lines) = logged(all, shows_clients);
    let is_other = |finding: &&Finding| finding.id != "blind-spots";
    let named = |finding: &Finding| format!("{:?} {}", finding.severity, finding.id);
    analyze_lines(&format, &lines).findings.iter().filter(is_other).map(named).collect()
}

const SERVER: &str = "10.0.0.9:80";

/// Two hundred clients, one after the other, by way of two nodes.
fn healthy() -> Vec<Seen> {
    let each =
        (0..200).map(|number| (NODES[number % 2], SERVER, "/ws/", number + 1, 60 * number, 101));
    each.collect()
}

#[test]
fn ok_a_client_that_tries_again_and_again_is_no_node() {
    let retries = (0..40).map(|number| (NODES[0], SERVER, "/ws/", 999, 300 * number, 504));
    let all: Vec<Seen> = healthy().into_iter().chain(retries).collect();
    assert!(seen(&all, true).is_empty());
    // Where nobody can tell, no more is said than is known.
    assert_eq!(seen(&all, false), ["Info one-bad-node"]);
}

#[test]
fn ok_many_clients_that_fail_there_are_its_own() {
    let failing = (0..40).map(|number| (NODES[0], SERVER, "/ws/", 900 + number, 300 * number, 504));
    let all: Vec<Seen> = healthy().into_iter().chain(failing).collect();
    assert_eq!(seen(&all, true), ["Warning one-bad-node"]);
    assert_eq!(seen(&all, false), ["Info one-bad-node"]);
}

#[test]
fn ok_clients_that_connect_themselves_are_no_nodes() {
    let direct = healthy().into_iter().map(|it| (it.0, it.1, it.2, 0, it.4, it.5));
    let failing = (0..40).map(|number| (NODES[2], SERVER, "/ws/", 0, 300 * number, 504));
    let all: Vec<Seen> = direct.chain(failing).collect();
    assert!(seen(&all, true).is_empty());
}

#[test]
fn ok_servers_of_another_path_are_no_peers() {
    let path = |server, path, first: usize, apart: usize| {
        let status = move |number: usize| if number.is_multiple_of(apart) { 403 } else { 101 };
        (0..100).map(move |number| {
            (NODES[0], server, path, first + number, 60 * number, status(number))
        })
    };
    let apart: Vec<Seen> =
        path("10.0.0.7:80", "/chat", 1, 50).chain(path("10.0.0.8:80", "/feed/7", 500, 2)).collect();
    assert!(seen(&apart, true).is_empty());
    let alike: Vec<Seen> = path("10.0.0.7:80", "/feed/9", 1, 50)
        .chain(path("10.0.0.8:80", "/feed/7", 500, 2))
        .collect();
    assert_eq!(seen(&alike, true), ["Warning one-bad-node"]);
}

#[test]
fn ok_a_node_that_was_there_in_bad_times_is_no_worse() {
    // For ten minutes everything fails, and then a third node helps out.
    let status = |second: usize| if (6000..6600).contains(&second) { 504 } else { 101 };
    let of_two = (0..2400).map(|number| {
        let second = 5 * number;
        (NODES[number % 2], SERVER, "/ws/", number + 1, second, status(second))
    });
    let of_third = (0..60).map(|number| {
        let second = 6000 + 10 * number;
        (NODES[2], SERVER, "/ws/", 5000 + number, second, status(second))
    });
    let all: Vec<Seen> = of_two.chain(of_third).collect();
    assert!(seen(&all, true).is_empty());
}

/// Clients whose handshakes go by way of the nodes in turn; at the first one every other of them fails.
fn by_turns(clients: usize, each: usize) -> Vec<Seen> {
    let handshake = |number: usize| {
        let (client, node) = (number % clients, (number + number / clients) % NODES.len());
        let status = if node == 0 && (number / 7).is_multiple_of(2) { 500 } else { 101 };
        (NODES[node], SERVER, "/ws/", client + 1, 90 * number, status)
    };
    (0..clients * each).map(handshake).collect()
}

#[test]
fn ok_clients_that_fare_well_elsewhere_show_a_bad_node() {
    assert_eq!(seen(&by_turns(16, 18), true), ["Warning one-bad-node"]);
}

/// Two hundred clients that stay with a node each, five times, of which few fail once; and some of the first
/// node that never get through, and try every ten seconds for hours.
fn stuck(clients: usize) -> Vec<Seen> {
    let fine = (0..1000_usize).map(|number| {
        let client = number % 200;
        let status = if number.is_multiple_of(167) { 500 } else { 101 };
        (NODES[client % 2], SERVER, "/ws/", client + 1, 60 * number, status)
    });
    let bad = (0..clients * 1000).map(|number| {
        let (client, turn) = (number % clients, number / clients);
        let second = 700 * client + 2000 + 10 * turn;
        (NODES[0], SERVER, "/ws/", 5000 + client, second, 500)
    });
    fine.chain(bad).collect()
}

#[test]
fn ok_few_clients_that_never_get_through_are_no_node() {
    for clients in 1..=5 {
        assert!(seen(&stuck(clients), true).is_empty(), "{clients}");
    }
    assert_eq!(seen(&stuck(5), false), ["Info one-bad-node"]);
    // So many are not there by chance.
    assert_eq!(seen(&stuck(16), true), ["Warning one-bad-node"]);
}

#[test]
fn ok_a_retry_by_way_of_the_next_node_is_not_its_fault() {
    // All start at the first node; who fails there for a reason of its own tries the second one, again and again.
    let fine = (0..600).map(|number| {
        let node = NODES[usize::from(number % 200 < 20)];
        (node, SERVER, "/ws/", number % 200 + 1, 60 * number, 101)
    });
    let moved = (0..20).flat_map(|client: usize| {
        (0..10).map(move |turn: usize| {
            let node = NODES[usize::from(turn > 0)];
            (node, SERVER, "/ws/", 5000 + client, 1700 * client + 5 * turn, 500)
        })
    });
    assert!(seen(&fine.chain(moved).collect::<Vec<_>>(), true).is_empty());
}

#[test]
fn ok_the_order_of_lines_is_nothing() {
    // Each client connects to all servers at once, and fails at one of them.
    let each = (0..360_usize).map(|number| {
        let (client, server) =
            (number / 3, ["10.0.0.7:80", "10.0.0.8:80", "10.0.0.9:80"][number % 3]);
        let status = if number % 3 == 1 && client.is_multiple_of(4) { 500 } else { 101 };
        (NODES[0], server, "/ws/", client % 40 + 1, 60 * client, status)
    });
    let (format, mut lines) = logged(&each.collect::<Vec<_>>(), true);
    let found = |lines: &[String]| {
        let finding =
            analyze_lines(&format, lines).findings.into_iter().find(|it| it.id == "one-bad-node");
        finding.map(|it| (it.title, it.explanation)).unwrap()
    };
    let expected = found(&lines);
    lines.reverse();
    assert_eq!(found(&lines), expected);
    lines.sort_by_key(|line| {
        line.len() * 31 + line.bytes().map(usize::from).sum::<usize>() * 7919 % 1009
    });
    assert_eq!(found(&lines), expected);
}
