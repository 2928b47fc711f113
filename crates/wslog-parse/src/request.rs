//! The request line as `$request` logs it: any bytes a client sent before the first line end
//! ([RFC 9112 §3](https://www.rfc-editor.org/rfc/rfc9112#section-3)).

use memchr::memrchr;

use crate::window::find;
use crate::{Protocol, Status};

/// `$request`, taken apart as first token, last token `HTTP/D.D`, and what lies between.
///
/// The part between may hold spaces: nginx before 1.21.1 served such requests, later ones log
/// them with status 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    method: &'a [u8],
    request_uri: &'a [u8],
    protocol: Option<Protocol>,
    /// Exactly `METHOD SP+ URI` and nothing behind it: what HTTP/0.9 looks like.
    is_simple: bool,
}

impl<'a> Request<'a> {
    /// Takes a request line apart; nothing is refused.
    pub fn parse(line: &'a [u8]) -> Request<'a> {
        let (rest, protocol) = without_protocol(line);
        let method_end = find(b' ', rest).unwrap_or(rest.len());
        let (method, request_uri) = rest.split_at(method_end);
        let request_uri = request_uri.trim_ascii_start();
        let is_simple = protocol.is_none()
            && is_method(method)
            && !request_uri.is_empty()
            && !request_uri.contains(&b' ');
        Request { method, request_uri, protocol, is_simple }
    }

    /// The first token (`$request_method`, where the request is one).
    pub fn method(&self) -> &'a [u8] {
        self.method
    }

    /// What lies between the first and the last token, spaces within it included
    /// (`$request_uri`); empty when there is nothing.
    pub fn request_uri(&self) -> &'a [u8] {
        self.request_uri
    }

    /// The last token, when it is `HTTP/D.D`; spaces behind it are ignored.
    pub fn protocol(&self) -> Option<Protocol> {
        self.protocol
    }

    /// The protocol of the request, given how it was answered.
    ///
    /// A simple request counts as HTTP/0.9 unless nginx answered 400, 408 or 414: then its line
    /// was cut off or refused before a version could be read.
    pub fn protocol_answered(&self, status: Option<Status>) -> Protocol {
        let cut_off = status.is_some_and(|status| matches!(status.code(), 400 | 408 | 414));
        match self.protocol {
            Some(protocol) => protocol,
            None if self.is_simple && !cut_off => Protocol::HTTP_09,
            None => Protocol::UNKNOWN,
        }
    }
}

/// The request target of a request line, as [`Request::request_uri`] gives it.
#[inline]
pub(crate) fn request_uri_of(line: &[u8]) -> &[u8] {
    let in_one_space = |space: usize| {
        let request_uri = line.get(space + 1..line.len().checked_sub(" HTTP/1.1".len())?)?;
        let is_space = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
        let is_bare = !is_space(request_uri.first()) && !is_space(request_uri.last());
        is_bare.then_some(request_uri)
    };
    let plain = Protocol::at_end_of(line).and_then(|_| find(b' ', line)).and_then(in_one_space);
    plain.unwrap_or_else(|| Request::parse(line).request_uri())
}

/// A request line up to the protocol it ends in, if it does, and that protocol.
fn without_protocol(line: &[u8]) -> (&[u8], Option<Protocol>) {
    if let Some(protocol) = Protocol::at_end_of(line) {
        return (line[..line.len() - "HTTP/1.1".len()].trim_ascii_end(), Some(protocol));
    }
    let trimmed = line.trim_ascii_end();
    let last_token = memrchr(b' ', trimmed).map_or(trimmed, |space| &trimmed[space + 1..]);
    match Protocol::parse(last_token) {
        Some(protocol) => {
            (trimmed[..trimmed.len() - last_token.len()].trim_ascii_end(), Some(protocol))
        }
        None => (line, None),
    }
}

/// The bytes nginx accepts in a method (`ngx_http_parse_request_line`).
pub(crate) fn is_method(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'_' | b'-'))
}

/// A request target without its query: what stands before the first `?`.
pub(crate) fn path_of(request_uri: &[u8]) -> &[u8] {
    find(b'?', request_uri).map_or(request_uri, |mark| &request_uri[..mark])
}

/// A request target's query: what stands behind the first `?`; empty when there is none.
pub(crate) fn query_of(request_uri: &[u8]) -> &[u8] {
    find(b'?', request_uri).map_or(&[], |mark| &request_uri[mark + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> (String, String, String) {
        let request = Request::parse(line.as_bytes());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let protocol = request.protocol_answered(Status::from_code(200));
        (text(request.method()), text(request.request_uri()), protocol.to_string())
    }

    #[test]
    fn ok_every_shape_nginx_was_seen_to_log() {
        for (line, method, request_uri, protocol) in [
            ("GET /ws/ HTTP/1.1", "GET", "/ws/", "HTTP/1.1"),
            (
                "GET /ws/?url= http://a.example/ HTTP/1.0",
                "GET",
                "/ws/?url= http://a.example/",
                "HTTP/1.0",
            ),
            ("GET  /local/ HTTP/1.1", "GET", "/local/", "HTTP/1.1"),
            ("GET \t/local/\t HTTP/1.1", "GET", "/local/", "HTTP/1.1"),
            ("GET /local/  HTTP/1.1  ", "GET", "/local/", "HTTP/1.1"),
            ("GET http://h/p HTTP/1.1", "GET", "http://h/p", "HTTP/1.1"),
            ("CONNECT a:443 HTTP/1.1", "CONNECT", "a:443", "HTTP/1.1"),
            ("PRI * HTTP/2.0", "PRI", "*", "HTTP/2.0"),
            ("GET /x", "GET", "/x", "HTTP/0.9"),
            ("GET /x ", "GET", "/x ", "-"),
            ("GET /x HTTP/1.1 y", "GET", "/x HTTP/1.1 y", "-"),
            ("\\x16\\x03\\x01", "\\x16\\x03\\x01", "", "-"),
            ("-", "-", "", "-"),
            ("", "", "", "-"),
            (" ", "", "", "-"),
        ] {
            let expected = (method.into(), request_uri.into(), protocol.into());
            assert_eq!(request_uri_of(line.as_bytes()), request_uri.as_bytes(), "{line:?}");
            assert_eq!(parts(line), expected, "{line:?}");
        }
    }

    #[test]
    fn ok_a_request_cut_off_is_not_http_09() {
        for code in [400, 408, 414] {
            let request = Request::parse(b"GET /ws/");
            assert_eq!(request.protocol_answered(Status::from_code(code)), Protocol::UNKNOWN);
        }
    }
}
