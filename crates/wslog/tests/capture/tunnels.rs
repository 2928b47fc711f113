//! What a connection becomes after a 101, or after a 2xx to CONNECT.

use std::io::Cursor;

use wslog::capture::{Accept, Summary};
use wslog::{Analyzer, Options};

use crate::file::{Link, Order, pcap, records};
use crate::wire::{FIN, START, Wire};
use crate::{SWITCHING, answer, answers, get, handshake, read_wire};

const CONNECT: &str = "CONNECT example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n\r\n";
const CONNECTED: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

fn names(summary: &Summary) -> Vec<(&'static str, u64)> {
    summary.undecoded.iter().map(|(what, count)| (what.name(), *count)).collect()
}

fn expected(list: &[(&str, u16)]) -> Vec<(String, u16)> {
    list.iter().map(|(target, status)| ((*target).to_owned(), *status)).collect()
}

#[test]
fn a_handshake_inside_of_a_connect_is_one() {
    let wire = Wire::new().open().client(CONNECT).server(CONNECTED);
    let wire = wire.client(handshake("/ws")).server(SWITCHING).client(get("/frames"));
    let wire = wire.wait(1000).client_ends(FIN).server_ends(FIN);
    let (exchanges, summary) = read_wire(&wire);
    assert_eq!(answers(&exchanges), expected(&[("example.com:80", 200), ("/ws", 101)]));
    assert_eq!(exchanges[1].accept(), Some(Accept::Verified));
    assert_eq!(exchanges[1].server, Some(wire.server));
    // The CONNECT is over when it is answered; the handshake with its connection.
    let ended_at = |at: usize| exchanges[at].ended_at.unwrap().unix_millis() - START;
    assert_eq!((ended_at(0), ended_at(1)), (4, 1009));
    assert_eq!(names(&summary), []);
}

#[test]
fn what_is_sent_before_a_connect_is_answered_is_inside_of_it() {
    let wire = Wire::new().open().client(CONNECT.to_owned() + &get("/1") + &get("/2"));
    let wire = wire.server(CONNECTED.to_owned() + &answer(200, "") + &answer(404, ""));
    let (exchanges, summary) = read_wire(&wire);
    let list = [("example.com:80", 200), ("/1", 200), ("/2", 404)];
    assert_eq!(answers(&exchanges), expected(&list));
    assert_eq!(names(&summary), []);
}

#[test]
fn a_connect_may_stand_inside_of_another() {
    let wire = Wire::new().open().client(CONNECT).server(CONNECTED);
    let wire = wire.client(CONNECT).server(CONNECTED).client(get("/in")).server(answer(204, ""));
    let (exchanges, summary) = read_wire(&wire);
    let list = [("example.com:80", 200), ("example.com:80", 200), ("/in", 204)];
    assert_eq!(answers(&exchanges), expected(&list));
    assert_eq!(names(&summary), []);
}

#[test]
fn what_is_no_http_inside_of_a_connect_is_named() {
    let talks = [
        (true, "\x16\x03\x01\x02\x00\x01", "tls"),
        (true, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http2"),
        (true, "\x00\x01\x02", "not_http"),
        (false, "SSH-2.0-OpenSSH_9.9\r\n", "not_http"),
    ];
    for (is_client, text, what) in talks {
        let wire = Wire::new().open().client(CONNECT).server(CONNECTED);
        let wire = if is_client { wire.client(text) } else { wire.server(text) };
        let wire = wire.client(get("/not")).server(answer(200, ""));
        let (exchanges, summary) = read_wire(&wire);
        assert_eq!(answers(&exchanges), expected(&[("example.com:80", 200)]), "{text:?}");
        assert_eq!(names(&summary), [(what, 1)], "{text:?}");
    }
}

#[test]
fn a_connect_that_is_refused_opens_nothing() {
    let wire = Wire::new().open().client(CONNECT).server(answer(407, "no")).client(get("/2"));
    let (exchanges, summary) = read_wire(&wire.server(answer(200, "")));
    assert_eq!(answers(&exchanges), expected(&[("example.com:80", 407), ("/2", 200)]));
    assert_eq!(names(&summary), []);
}

#[test]
fn the_answer_tells_what_a_101_becomes() {
    for (upgrade, is_established) in [
        ("Upgrade: h2c\r\n", false),
        ("Upgrade: WebSocket\r\n", true),
        ("Upgrade: foo, websocket\r\n", true),
        ("Upgrade: TLS/1.0\r\nUpgrade: h2c\r\n", false),
        // It should be there, and is not always.
        ("", true),
    ] {
        let ask = handshake("/").replace("Upgrade: websocket", "Upgrade: websocket, h2c");
        let switching = format!("HTTP/1.1 101 Switching\r\n{upgrade}Connection: Upgrade\r\n\r\n");
        let (exchanges, _) = read_wire(&Wire::new().open().client(ask).server(switching));
        let [exchange] = &exchanges[..] else { panic!("{exchanges:?}") };
        assert_eq!(exchange.is_established(), is_established, "{upgrade:?}");
        assert_eq!(exchange.accept().is_some(), is_established, "{upgrade:?}");
    }
}

#[test]
fn a_101_that_is_no_websocket_is_no_handshake() {
    let h2c = "HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n";
    let other = Wire::new().open().client(handshake("/h2c")).server(h2c);
    let one = Wire::between("192.0.2.9:40000", "198.51.100.2:80").open();
    let one = one.client(handshake("/ws")).server(SWITCHING);
    let frames = records(Link::Ethernet, &[other.segments, one.segments].concat());
    let file = pcap(Order { is_big_endian: false }, false, Link::Ethernet, &frames);
    let analyzer = Analyzer::new(Options::default()).reader("client.pcap", Cursor::new(file));
    let analysis = analyzer.run().unwrap();
    assert_eq!(analysis.sightings.total, 1);
    let capture = analysis.input.sources[0].capture.as_ref().unwrap();
    let rows: Vec<_> = capture.undecoded.iter().map(|row| (row.what, row.count)).collect();
    assert_eq!((capture.requests, rows), (2, vec![("other_upgrade", 1)]));
}
