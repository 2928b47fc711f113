//! Tunnels that end within a moment.

use std::io::Cursor;

use wslog::{Analyzer, Finding, Options};

/// A tunnel by its client, its server, and how long before noon it began and ended, in ms.
type Tunnel = (&'static str, &'static str, i64, i64);

fn told(tunnels: &[Tunnel]) -> Option<Finding> {
    let line = |(number, &(client, upstream, began, ended)): (usize, &Tunnel)| {
        let at = 1_520_596_800_000 - ended;
        let lasted = began - ended;
        let seconds = |millis: i64| format!("{}.{:03}", millis / 1000, millis % 1000);
        format!(
            "edge {client} {} \"GET /ws/ HTTP/1.1\" 101 {} {upstream} {number:021}A==\n",
            seconds(at),
            seconds(lasted)
        )
    };
    let format = "$hostname $remote_addr $msec \"$request\" $status $request_time $upstream_addr \
                  $http_sec_websocket_key";
    let format = wslog::parse::LogFormat::compile(format).unwrap();
    let log: String = tunnels.iter().enumerate().map(line).collect();
    let analysis = Analyzer::new(Options { format: Some(format), ..Options::default() })
        .reader("a.log", Cursor::new(log))
        .run()
        .unwrap();
    assert_eq!(analysis.sightings.total, tunnels.len() as u64);
    analysis.findings.into_iter().find(|finding| finding.id == "tunnels-cut-together")
}

const CLIENTS: [&str; 3] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];

/// Tunnels that began every ten seconds and ended in one second.
fn cut(
    count: usize,
    client: impl Fn(usize) -> &'static str,
    upstream: &'static str,
) -> Vec<Tunnel> {
    let mut began = 60_000;
    let tunnel = |number: usize| {
        began += 10_000;
        (client(number), upstream, began, 50_000 - 31 * i64::try_from(number).unwrap())
    };
    (0..count).map(tunnel).collect()
}

/// Tunnels that stay open and end one by one.
fn staying(count: i64, upstream: &'static str) -> Vec<Tunnel> {
    (1..=count).map(|number| ("192.0.2.9", upstream, 400_000, 48_000 - 1_900 * number)).collect()
}

#[test]
fn ok_a_server_that_restarts() {
    let mut all = cut(30, |number| CLIENTS[number % 3], "10.0.0.8:80");
    all.extend(staying(12, "10.0.0.9:80"));
    let finding = told(&all).unwrap();
    assert_eq!(finding.title, "30 tunnels end together, at 2018-03-09T11:59:10.000+00:00");
    assert_eq!(
        finding.explanation.lines().next().unwrap(),
        "At edge 30 of 42 (71.4%) tunnels that were open ended from 2018-03-09T11:59:10.000+00:00 to \
         2018-03-09T11:59:10.899+00:00, begun at different times; all had been sent on to 10.0.0.8:80."
    );
    assert_eq!(finding.examples.len(), 3);
    assert!(finding.remedy.starts_with("Look what happened to 10.0.0.8:80"), "{}", finding.remedy);
}

#[test]
fn ok_one_client_that_leaves_is_no_cut() {
    let leaves = |count| {
        let mut all = cut(count, |_| CLIENTS[0], "10.0.0.8:80");
        all.extend(staying(12, "10.0.0.8:80"));
        told(&all)
    };
    assert!(leaves(19).is_none());
    // A balancer's node.
    assert!(leaves(24).is_some());
    // Everything goes that way.
    assert!(told(&cut(24, |_| CLIENTS[0], "10.0.0.8:80")).is_some());
}

#[test]
fn ok_tunnels_that_end_one_by_one() {
    assert!(told(&staying(20, "10.0.0.9:80")).is_none());
    assert!(told(&cut(5, |number| CLIENTS[number % 3], "10.0.0.8:80")).is_none());
}
