//! Captures become exchanges. Every capture here is written by the test that reads it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails should fail loudly")]

mod damage;
mod file;
mod har;
mod http;
mod kind;
mod legs;
mod memory;
mod pasted;
mod reassembly;
mod resets;
mod sources;
mod tunnels;
mod wire;

use wslog::capture::{self, Exchange, Kind, Summary, Undecoded};

use crate::file::{Link, Order, pcap, records};
use crate::wire::{Segment, Wire};

/// Everything that is in a capture.
fn read(capture: &[u8]) -> (Vec<Exchange>, Summary) {
    let kind = Kind::of(capture).expect("it is a capture");
    read_as(kind, capture)
}

fn read_as(kind: Kind, capture: &[u8]) -> (Vec<Exchange>, Summary) {
    let mut exchanges = Vec::new();
    let summary = capture::read(kind, capture, &mut |exchange| exchanges.push(exchange));
    assert_eq!(summary.requests, exchanges.len() as u64);
    (exchanges, summary)
}

/// What is in these segments, by way of a pcap file.
fn read_segments(segments: &[Segment]) -> (Vec<Exchange>, Summary) {
    let order = Order { is_big_endian: false };
    read(&pcap(order, false, Link::Ethernet, &records(Link::Ethernet, segments)))
}

fn read_wire(wire: &Wire) -> (Vec<Exchange>, Summary) {
    read_segments(&wire.segments)
}

/// Status codes of the answers, by target; 0 where there is none.
fn answers(exchanges: &[Exchange]) -> Vec<(String, u16)> {
    let answer = |exchange: &Exchange| {
        let status = exchange.answer.as_ref().map_or(0, |answer| answer.status.code());
        (exchange.request.target.escape_ascii().to_string(), status)
    };
    exchanges.iter().map(answer).collect()
}

fn undecoded(summary: &Summary) -> Vec<(Undecoded, u64)> {
    summary.undecoded.iter().map(|(what, count)| (*what, *count)).collect()
}

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

fn handshake(target: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
}

const SWITCHING: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
     Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: example.com\r\n\r\n")
}

fn answer(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} Reason\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}
