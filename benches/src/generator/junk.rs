//! What else gets into an access log: requests that are none, and lines that are no entries.

use super::addresses::direct;
use super::dice::Dice;
use super::entry::{Entry, Protocol};
use super::site::Vantage;
use super::text::{push_escaped, push_number};
use super::time::push_error_log_time;

/// Request lines that nginx refuses before it reads a header, so that no header is known.
const REFUSED: [(&str, Protocol, u16); 7] = [
    ("", Protocol::Unknown, 400),
    ("GET /ws/ HT", Protocol::Unknown, 400),
    ("GET /ws/ ", Protocol::Unknown, 408),
    ("\\x00", Protocol::Unknown, 400),
    ("CONNECT www.example.com:443 HTTP/1.1", Protocol::Http11, 400),
    ("PRI * HTTP/2.0", Protocol::Http20, 400),
    ("\\x80F\\x01\\x03\\x01", Protocol::Unknown, 400),
];

pub(super) fn refused(entry: &mut Entry, now: u64, dice: &mut Dice) {
    entry.begin(now, direct(dice));
    let (request, protocol, status) = dice.pick(&REFUSED);
    entry.ask("", request, protocol);
    entry.status = status;
    entry.request_time = if status == 408 { 60_000 } else { dice.between(0, 300) };
    entry.body_bytes_sent = if status == 408 { 0 } else { 173 };
}

/// TLS on a port that does not speak it.
pub(super) fn client_hello(entry: &mut Entry, now: u64, dice: &mut Dice) {
    entry.begin(now, direct(dice));
    entry.ask("", "\\x16\\x03\\x01\\x02\\x00\\x01\\x00\\x01\\xFC\\x03\\x03", Protocol::Unknown);
    for byte in dice.bytes().into_iter().chain(dice.bytes()) {
        if byte.is_ascii_alphanumeric() {
            entry.uri.push(char::from(byte));
        } else if byte >= 0x7F || byte == 0 {
            push_escaped(&mut entry.uri, byte);
        }
    }
    entry.status = 400;
    entry.body_bytes_sent = 173;
}

/// HTTP/0.9 has no headers, and no version in its request.
pub(super) fn simple_request(entry: &mut Entry, now: u64, dice: &mut Dice) {
    entry.begin(now, direct(dice));
    let uri = dice.pick(&["/", "/index.html", "/robots.txt", "/ws/"]);
    entry.ask("GET", uri, Protocol::Http09);
    entry.status = 200;
    entry.body_bytes_sent = 612;
}

/// Where a line that is no entry gets into.
pub(super) fn victim(dice: &mut Dice) -> Vantage {
    if dice.one_in(6) { Vantage::Inner } else { Vantage::Edge }
}

/// A line that was never meant for an access log.
pub(super) fn foreign_line(now: u64, dice: &mut Dice) -> String {
    let mut line = String::new();
    push_error_log_time(&mut line, now / 1000);
    line.push_str(" [error] 1287#1287: *");
    push_number(&mut line, u64::from(dice.number()));
    line.push(' ');
    line.push_str(dice.pick(&[
        "upstream timed out (110: Connection timed out) while reading response header from upstream, client: 100.97.88.252, server: 10.0.21.11, request: \"GET /ws/?id=168451 HTTP/1.0\", upstream: \"http://10.0.20.11:8011/ws/?id=168451\", host: \"server.example.com\"",
        "connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.21.11, server: 10.0.20.11, request: \"GET /ws/ HTTP/1.1\", upstream: \"http://127.0.0.1:8011/ws/\", host: \"server.example.com\"",
        "client sent plain HTTP request to HTTPS port while reading client request headers, client: 203.0.113.9, server: 10.0.21.11",
    ]));
    if dice.one_in(4) { "==> /var/log/nginx/access.log <==".to_owned() } else { line }
}
