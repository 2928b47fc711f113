//! A request as bytes, right or wrong: nothing is checked, nothing is added.

use data_encoding::BASE64;

/// A request line and headers, and what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    line: Vec<u8>,
    headers: Vec<(String, Vec<u8>)>,
}

impl Request {
    /// `METHOD TARGET PROTOCOL`, with a `Host` and no other header.
    pub fn new(method: &str, target: impl AsRef<[u8]>, protocol: &str) -> Request {
        let line = [method.as_bytes(), target.as_ref(), protocol.as_bytes()].join(&b' ');
        Request::from_line(line).header("Host", "edge.example")
    }

    /// Any bytes as request line, without headers.
    pub fn from_line(line: impl Into<Vec<u8>>) -> Request {
        Request { line: line.into(), headers: Vec::new() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Request {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Adds `Authorization: Basic` for this user
    /// ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)).
    #[must_use]
    pub fn user(self, user: impl AsRef<[u8]>) -> Request {
        let credentials = BASE64.encode(&[user.as_ref(), b":secret"].concat());
        self.header("Authorization", format!("Basic {credentials}"))
    }

    /// Adds the headers of an opening handshake with this key
    /// ([RFC 6455 §4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1)).
    #[must_use]
    pub fn websocket(self, key: impl AsRef<[u8]>) -> Request {
        self.header("Upgrade", "websocket")
            .header("Connection", "Upgrade")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", key)
    }

    /// The request line.
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// The value of the first header of this name, as it was given.
    pub fn value(&self, name: &str) -> Option<&[u8]> {
        let header = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_slice())
    }

    /// All headers, in their order.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// What goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.line.clone();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(b"\r\n");
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
        }
        bytes.extend_from_slice(b"\r\n\r\n");
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_request_on_the_wire() {
        let request = Request::new("GET", b"/a\xff", "HTTP/1.1").header("X", "1").user("a b");
        let bytes = b"GET /a\xff HTTP/1.1\r\nHost: edge.example\r\nX: 1\r\n\
                      Authorization: Basic YSBiOnNlY3JldA==\r\n\r\n";
        assert_eq!(request.bytes(), bytes);
        assert_eq!(request.value("x"), Some(&b"1"[..]));
    }
}
