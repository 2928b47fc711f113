//! One request over HTTP/2 without TLS, with prior knowledge
//! ([RFC 9113](https://www.rfc-editor.org/rfc/rfc9113)).
//!
//! No client sends a handshake of HTTP/1 that way unless it is told to; so the frames are put
//! together here, with all fields as literals, and only waited for an answer, which is not read.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::recorder::Recorder;
use crate::request::Request;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;

/// `END_STREAM` and `END_HEADERS`.
const WHOLE: u8 = 5;

/// Asks, and stays until there are the header fields of an answer.
pub(super) async fn ask(mut stream: Recorder, request: &Request) -> Result<(), String> {
    let frames =
        [PREFACE, &frame(SETTINGS, 0, 0, &[]), &frame(HEADERS, WHOLE, 1, &fields(request))];
    let sent = stream.write_all(&frames.concat()).await;
    sent.map_err(|error| format!("send: {error}"))?;
    loop {
        let mut head = [0; 9];
        let received = stream.read_exact(&mut head).await;
        received.map_err(|error| format!("receive: {error}"))?;
        let [high, middle, low, kind, ..] = head;
        if kind == HEADERS {
            return Ok(());
        }
        let mut payload = vec![0; u32::from_be_bytes([0, high, middle, low]) as usize];
        let received = stream.read_exact(&mut payload).await;
        received.map_err(|error| format!("receive: {error}"))?;
    }
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes();
    let [_, length @ ..] = length;
    [&length[..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The request line and the headers, without those that belong to a connection of HTTP/1, but for
/// `Upgrade`.
fn fields(request: &Request) -> Vec<u8> {
    let mut words = request.line().split(|&byte| byte == b' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut fields = Vec::new();
    field(&mut fields, ":method", method);
    field(&mut fields, ":path", target);
    field(&mut fields, ":scheme", b"http");
    field(&mut fields, ":authority", request.value("Host").unwrap_or_default());
    for (name, value) in request.headers() {
        let name = name.to_ascii_lowercase();
        if !["host", "connection"].contains(&name.as_str()) {
            field(&mut fields, &name, value);
        }
    }
    fields
}

/// A literal field without indexing and a new name
/// ([RFC 7541 §6.2.2](https://www.rfc-editor.org/rfc/rfc7541#section-6.2.2)).
fn field(fields: &mut Vec<u8>, name: &str, value: &[u8]) {
    fields.push(0);
    for text in [name.as_bytes(), value] {
        length(fields, text.len());
        fields.extend_from_slice(text);
    }
}

/// A length with a prefix of seven bits
/// ([RFC 7541 §5.1](https://www.rfc-editor.org/rfc/rfc7541#section-5.1)).
fn length(fields: &mut Vec<u8>, length: usize) {
    const FULL: u8 = 0x7F;
    if let Some(short) = u8::try_from(length).ok().filter(|&short| short < FULL) {
        fields.push(short);
        return;
    }
    fields.push(FULL);
    let mut rest = length - usize::from(FULL);
    while let low @ 0x80.. = rest {
        fields.push(u8::try_from(low % 0x80).unwrap_or_default() | 0x80);
        rest /= 0x80;
    }
    fields.push(u8::try_from(rest).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_the_example_of_the_rfc() {
        let mut bytes = Vec::new();
        length(&mut bytes, 1337);
        // Of a prefix of five bits it is 31, 154, 10; 1337 - 127 = 1210 = 9 * 128 + 58.
        assert_eq!(bytes, [0x7F, 58 | 0x80, 9]);
    }

    #[test]
    fn ok_a_frame() {
        assert_eq!(frame(SETTINGS, 0, 0, &[]), [0, 0, 0, 4, 0, 0, 0, 0, 0]);
        let asked = fields(&Request::new("GET", "/", "HTTP/2.0").header("Connection", "Upgrade"));
        assert!(asked.starts_with(b"\0\x07:method\x03GET\0\x05:path\x01/"));
        assert!(asked.ends_with(b"\0\x0A:authority\x0Cedge.example"));
    }
}
