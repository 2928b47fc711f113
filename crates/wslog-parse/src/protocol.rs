//! The protocol of a request, as `$request` or `$server_protocol` states it
//! ([RFC 9110 §2.5](https://www.rfc-editor.org/rfc/rfc9110#section-2.5)).

use std::fmt;

/// `HTTP/major.minor` with one digit each, or unknown.
///
/// Unknown is what a line shows that has no final `HTTP/D.D`: an empty request, TLS bytes on a
/// plain port, a request cut off. It is written `-`, sorts first, and is never taken for HTTP/1.0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Protocol(u8);

impl Protocol {
    /// A line that does not tell.
    pub const UNKNOWN: Protocol = Protocol(0);
    /// A request of `METHOD SP+ URI` and nothing else.
    pub const HTTP_09: Protocol = Protocol::http(0, 9);
    /// The protocol that cannot carry an opening handshake (RFC 6455 §4.1).
    pub const HTTP_10: Protocol = Protocol::http(1, 0);
    /// The protocol an opening handshake is made for.
    pub const HTTP_11: Protocol = Protocol::http(1, 1);
    /// As nginx writes HTTP/2, where an opening handshake is an extended CONNECT (RFC 8441).
    pub const HTTP_20: Protocol = Protocol::http(2, 0);
    /// As nginx writes HTTP/3, where it is one too (RFC 9220).
    pub const HTTP_30: Protocol = Protocol::http(3, 0);
    /// One more than the largest [`Protocol::index`].
    pub const COUNT: usize = 101;

    const fn http(major: u8, minor: u8) -> Protocol {
        Protocol(1 + major * 10 + minor)
    }

    /// Reads exactly `HTTP/D.D`; anything else is `None`.
    #[inline]
    pub fn parse(text: &[u8]) -> Option<Protocol> {
        match text {
            [b'H', b'T', b'T', b'P', b'/', major @ b'0'..=b'9', b'.', minor @ b'0'..=b'9'] => {
                Some(Protocol::http(major - b'0', minor - b'0'))
            }
            _ => None,
        }
    }

    /// Reads ` HTTP/D.D` at the very end of a request, where nearly all have it.
    #[inline(always)]
    pub(crate) fn at_end_of(request: &[u8]) -> Option<Protocol> {
        Protocol::at_end(request.last_chunk()?)
    }

    /// The same, given the request's last bytes.
    #[inline(always)]
    pub(crate) fn at_end(end: &[u8; 9]) -> Option<Protocol> {
        let [b' ', text @ ..] = end else { return None };
        // What is left of a digit is at most 9, and stays below 16 with 6 more; nothing else is left.
        let left = u64::from_le_bytes(*text) ^ u64::from_le_bytes(*b"HTTP/0.0");
        let added = left.wrapping_add(u64::from_le_bytes([0, 0, 0, 0, 0, 6, 0, 6]));
        let is_http = (left | added) & !u64::from_le_bytes([0, 0, 0, 0, 0, 15, 0, 15]) == 0;
        let [.., major, _, minor] = left.to_le_bytes();
        is_http.then(|| Protocol::http(major, minor))
    }

    /// A dense number below [`Protocol::COUNT`], for tables; the order of protocols is its order.
    #[inline]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The protocol with this [`Protocol::index`].
    pub fn from_index(index: usize) -> Option<Protocol> {
        u8::try_from(index).ok().filter(|_| index < Protocol::COUNT).map(Protocol)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.checked_sub(1) {
            None => f.pad("-"),
            Some(version) => f.pad(&format!("HTTP/{}.{}", version / 10, version % 10)),
        }
    }
}

impl fmt::Debug for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_every_index_is_the_protocol_it_came_from() {
        for index in 0..Protocol::COUNT {
            let protocol = Protocol::from_index(index).unwrap();
            assert_eq!(protocol.index(), index);
            let text = protocol.to_string();
            assert_eq!(Protocol::parse(text.as_bytes()).unwrap_or(Protocol::UNKNOWN), protocol);
        }
        assert_eq!(Protocol::from_index(Protocol::COUNT), None);
    }

    #[test]
    fn err_near_misses_are_no_protocol() {
        for text in ["", "-", "HTTP/1", "HTTP/1.", "HTTP/1.10", "http/1.1", "HTTP/a.1", "HTTP/1.1 "]
        {
            assert_eq!(Protocol::parse(text.as_bytes()), None, "{text:?}");
        }
    }
}
