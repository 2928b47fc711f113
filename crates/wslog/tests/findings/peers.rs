//! Nodes and upstream servers beside their peers.

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
        "At edge the node 192.0.2.2 fails 12 of 40 (30.0%, 95% CI 18.1 to 45.4%), the other 2 nodes 1 of 80 \
         (1.3%, 95% CI 0.2 to 6.7%): p = 5.2e-6.\n\
         Compared by Fisher's exact test, 3 comparisons in all; HTTP/1.0 is left out. A client that tries \
         again and again counts each time: if few clients made these, it may be theirs."
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
