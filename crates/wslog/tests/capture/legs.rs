//! A capture that shows a handshake on both sides of a proxy.

use std::io::Cursor;

use wslog::{Analysis, Analyzer, Options};

use crate::file::{Link, Order, pcap, records};
use crate::wire::{FIN, Wire};
use crate::{SWITCHING, handshake};

/// A handshake that opens, and the tunnel that ends seconds later.
fn leg(client: &str, server: &str, late: i64, request: &str) -> Wire {
    let wire = Wire::between(client, server).wait(late).open().client(request).server(SWITCHING);
    wire.wait(5000 - 2 * late).client_ends(FIN).server_ends(FIN)
}

fn analyse(legs: &[Wire]) -> Analysis {
    let mut segments: Vec<_> = legs.iter().flat_map(|leg| leg.segments.clone()).collect();
    segments.sort_by_key(|segment| segment.at);
    let order = Order { is_big_endian: false };
    let file = pcap(order, false, Link::Ethernet, &records(Link::Ethernet, &segments));
    let analyzer = Analyzer::new(Options::default());
    analyzer.reader("proxy.pcap", Cursor::new(file)).run().unwrap()
}

fn vantages(analysis: &Analysis) -> Vec<(&str, u64, u64)> {
    let row = |row: &wslog::VantageRow| (row.totals.total, row.totals.http10);
    let rows = analysis.sightings.by_vantage.iter();
    rows.map(|it| (it.vantage.as_str(), row(it).0, row(it).1)).collect()
}

#[test]
fn each_side_of_a_proxy_is_a_vantage_point() {
    let (asked, passed_on) = (handshake("/ws/"), handshake("/ws/").replace("/1.1", "/1.0"));
    let front = leg("192.0.2.1:40000", "198.51.100.2:80", 0, &asked);
    let back = leg("198.51.100.2:50000", "10.0.0.9:8080", 4, &passed_on);
    let analysis = analyse(&[front, back]);
    let expected =
        [("capture:proxy.pcap@10.0.0.9:8080", 1, 1), ("capture:proxy.pcap@198.51.100.2:80", 1, 0)];
    assert_eq!(vantages(&analysis), expected);
    let finding = &analysis.findings[0];
    assert_eq!(finding.id, "http10-downgrade");
    // It is the proxy in the capture that sends HTTP/1.0, not something in front of it.
    assert!(!finding.explanation.contains("in front of nginx"), "{}", finding.explanation);
    assert!(finding.explanation.contains("capture:proxy.pcap@10.0.0.9:8080 it comes from"));
}

#[test]
fn servers_that_never_share_a_handshake_are_one_vantage_point() {
    let one = leg("192.0.2.1:40000", "198.51.100.2:80", 0, &handshake("/ws/"));
    let other_key = handshake("/ws/").replace("dGhl", "eGhl");
    let other = leg("192.0.2.1:40001", "198.51.100.3:80", 4, &other_key);
    assert_eq!(vantages(&analyse(&[one, other])), [("capture:proxy.pcap", 2, 0)]);
}
