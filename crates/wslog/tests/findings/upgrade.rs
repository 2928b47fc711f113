//! Handshakes that are answered as plain requests are.

use crate::log::{Alike, ESTABLISHED, analyze, found};

const NONE: [&str; 0] = [];

#[test]
fn ok_lost_in_front() {
    for upgrade in ["-", "h2c"] {
        for (status, healthy, expected) in
            [(400, 9, "Warning upgrade-missing"), (499, 1, "Critical upgrade-missing")]
        {
            let lost = Alike { upgrade, status, ..ESTABLISHED };
            assert_eq!(found(&[Alike { count: healthy, ..ESTABLISHED }, lost]), [expected]);
        }
    }
    let lost = Alike { count: 2, upgrade: "-", status: 499, client: "192.0.2.7", ..ESTABLISHED };
    let finding = &analyze(&[Alike { count: 6, ..ESTABLISHED }, lost]).findings[0];
    assert_eq!(
        finding.explanation,
        "At edge 2 of 8 (25.0%) of its handshakes over HTTP/1 failed that arrived without `Upgrade: websocket`, though \
         with a key: it was lost in front of it, by way of 192.0.2.7."
    );
    assert!(finding.remedy.starts_with("Have whatever is in front of it"), "{}", finding.remedy);
    // A server that switches all the same has lost nobody anything.
    assert_eq!(found(&[Alike { upgrade: "-", ..ESTABLISHED }]), NONE);
}

#[test]
fn ok_not_handed_on() {
    for status in [426, 505] {
        let refused = Alike { status, ..ESTABLISHED };
        let elsewhere = Alike { upstream: "10.0.0.8:80", ..ESTABLISHED };
        assert_eq!(found(&[refused, elsewhere]), ["Critical upgrade-missing"], "{status}");
        // A server that switches has other reasons, as an unknown Sec-WebSocket-Version.
        assert_eq!(found(&[refused, ESTABLISHED]), NONE, "{status}");
        // One of many.
        assert_eq!(found(&[refused, Alike { count: 20, ..elsewhere }]), NONE, "{status}");
        // nginx itself says so of a request that is none of HTTP/1.
        assert_eq!(found(&[Alike { upstream: "-", ..refused }]), NONE, "{status}");
    }
    for status in [200, 400, 404] {
        let plain = Alike { status, count: 5, ..ESTABLISHED };
        assert_eq!(found(&[plain]), ["Warning upgrade-missing"], "{status}");
        let elsewhere = Alike { upstream: "10.0.0.8:80", count: 9, ..ESTABLISHED };
        assert_eq!(
            found(&[plain, elsewhere]),
            ["Warning one-bad-node", "Warning upgrade-missing"],
            "{status}"
        );
        let pods = ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"];
        let spread = pods.map(|upstream| Alike { count: 2, upstream, ..plain });
        assert_eq!(found(&spread), ["Warning upgrade-missing"], "{status}");
        assert_eq!(found(&[plain, Alike { count: 100, ..elsewhere }]), ["Warning one-bad-node"]);
        // Too few, or beside a tunnel of the same server.
        assert_eq!(found(&[Alike { count: 4, ..plain }]), NONE, "{status}");
        assert_eq!(found(&[plain, ESTABLISHED]), NONE, "{status}");
        assert_eq!(found(&[Alike { upstream: "-", ..plain }]), NONE, "{status}");
    }
}

#[test]
fn ok_what_other_findings_are_about() {
    for status in [400, 426] {
        let bot = Alike { count: 50, key: Some("test"), status, ..ESTABLISHED };
        assert_eq!(found(&[bot]), ["Info key-malformed"], "{status}");
        let http2 = Alike { count: 50, protocol: "HTTP/2.0", status, ..ESTABLISHED };
        assert_eq!(found(&[http2]), ["Warning http2-handshake"], "{status}");
    }
    // Decided, not misunderstood.
    assert_eq!(found(&[Alike { count: 50, status: 403, ..ESTABLISHED }]), NONE);
}

#[test]
fn ok_one_location_of_several() {
    let opened = Alike { count: 40, path: "/chat/7", ..ESTABLISHED };
    let refused = Alike { count: 40, path: "/feed/7", status: 400, ..ESTABLISHED };
    let analysis = analyze(&[opened, refused]);
    let finding = &analysis.findings[0];
    assert_eq!(finding.id, "upgrade-missing");
    assert!(finding.explanation.starts_with(
        "At edge 40 on /feed/7 sent on to 10.0.0.9:80 were answered as plain requests are, and none there 101: \
         400 (40)."
    ));
    assert_eq!(finding.affected.affected, 40);
    let of_feed = |example: &wslog::Example| match example {
        wslog::Example::Sighting(sighting) => sighting.status.code() == 400,
        wslog::Example::Line(_) => false,
    };
    assert!(finding.examples.len() == 3 && finding.examples.iter().all(of_feed));
    // Rooms are of one location.
    assert_eq!(found(&[opened, Alike { path: "/chat/8", ..refused }]), NONE);
    // One client at a wrong path.
    assert_eq!(found(&[opened, Alike { forwarded: Some("192.0.2.77"), ..refused }]), NONE);
    assert_eq!(found(&[opened, Alike { count: 4, ..refused }]), NONE);
}
