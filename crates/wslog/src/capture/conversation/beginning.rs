//! How messages begin, and what begins otherwise.

use super::super::message;
use super::super::stream::Stream;

/// Blank lines in front of a head are none of it (RFC 9112 §2.2).
pub(super) fn skip_blank_lines(stream: &mut Stream, searched: usize) {
    while searched == 0
        && (stream.ready().starts_with(b"\r\n") || stream.ready().starts_with(b"\n"))
    {
        stream.consume(if stream.ready().starts_with(b"\n") { 1 } else { 2 });
    }
}

/// Whether a request begins here, or may begin here.
pub(super) fn is_request(ready: &[u8]) -> bool {
    match message::first_line(ready) {
        Some((line, _)) => message::request_line(line).is_some() && line != HTTP2_PREFACE,
        None => message::may_be_request(ready),
    }
}

/// Whether a segment begins with a whole request line.
pub(in super::super) fn begins_with_request(payload: &[u8]) -> bool {
    message::first_line(payload).is_some() && is_request(payload)
}

/// Whether a segment begins with a whole status line.
pub(in super::super) fn begins_with_answer(payload: &[u8]) -> bool {
    message::first_line(payload).is_some_and(|(line, _)| message::status_line(line).is_some())
}

/// Whether a status line begins here, or may begin here.
pub(super) fn may_be_answer(ready: &[u8]) -> bool {
    ready.iter().zip(b"HTTP/").all(|(byte, expected)| byte == expected)
}

/// The first byte of TLS ([RFC 8446 §5.1](https://www.rfc-editor.org/rfc/rfc8446#section-5.1)); the
/// version follows it.
pub(super) const TLS_HANDSHAKE: &[u8] = b"\x16";

/// The first line of HTTP/2 ([RFC 9113 §3.4](https://www.rfc-editor.org/rfc/rfc9113#section-3.4)).
pub(super) const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0";
