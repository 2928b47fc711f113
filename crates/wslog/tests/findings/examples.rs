//! Every finding cites lines that show it.

use crate::log::{Alike, ESTABLISHED, analyze};
use wslog::Example;

/// The lines and statuses of what the finding of this name cites.
fn cited(all: &[Alike], id: &str) -> Vec<(u64, u16)> {
    let analysis = analyze(all);
    let finding = analysis.findings.into_iter().find(|finding| finding.id == id).unwrap();
    let row = |example: Example| match example {
        Example::Sighting(it) => Some((it.line, it.status.code())),
        Example::Line(_) => None,
    };
    finding.examples.into_iter().map(|example| row(example).unwrap()).collect()
}

#[test]
fn ok_the_first_lines_that_show_it() {
    let healthy = Alike { count: 4, ..ESTABLISHED };
    let of = |alike: Alike| [healthy, Alike { count: 9, ..alike }, healthy];
    let told = |alike: Alike, id: &str| -> Vec<u64> {
        cited(&of(alike), id).into_iter().map(|(line, _)| line).collect()
    };
    for (alike, id) in [
        (Alike { status: 502, ..ESTABLISHED }, "upstream-down"),
        (Alike { protocol: "HTTP/2.0", status: 400, ..ESTABLISHED }, "http2-handshake"),
        (Alike { key: Some("test"), status: 400, ..ESTABLISHED }, "key-malformed"),
        (Alike { upgrade: "-", status: 400, ..ESTABLISHED }, "upgrade-missing"),
        (Alike { status: 426, upstream: "10.0.0.7:80", ..ESTABLISHED }, "upgrade-missing"),
        (Alike { status: 499, age: 20_001, ..ESTABLISHED }, "timer-in-front"),
        (Alike { status: 504, age: 20_001, ..ESTABLISHED }, "timer-in-nginx"),
        (Alike { age: 20_001, ..ESTABLISHED }, "idle-tunnels-closed"),
        (Alike { client: "192.0.2.7", status: 403, ..ESTABLISHED }, "one-bad-node"),
        (Alike { upstream: "10.0.0.7:80", status: 403, ..ESTABLISHED }, "one-bad-node"),
    ] {
        assert_eq!(told(alike, id), [5, 6, 7], "{id}");
    }
}

#[test]
fn ok_each_thing_that_shows_it_has_a_turn() {
    let lost = Alike { count: 3, upgrade: "-", status: 400, ..ESTABLISHED };
    let required = Alike { upgrade: "websocket", status: 426, ..lost };
    // Not its own.
    let own = Alike { upstream: "-", ..required };
    assert_eq!(cited(&[lost, required, own], "upgrade-missing"), [(1, 400), (2, 400), (4, 426)]);
}
