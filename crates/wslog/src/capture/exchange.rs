//! A request, and the answer to it.

use std::net::SocketAddr;

use memchr::memmem;
use wslog_parse::{MalformedKey, Protocol, Status, Timestamp, WebSocketKey};

use super::accept::{Accept, accept_for};

/// One request in a capture, and its answer where there was one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Where the request begins. In pcap and pcapng: the offset in the file of the record or block
    /// that holds its first byte; in pasted heads: the offset of its first byte; in a HAR, whose
    /// entries have no place that is cheap to know: its number among the entries, from 0.
    pub byte: u64,
    /// What was asked.
    pub request: Request,
    /// The final answer: no interim one (RFC 9110 §15.2), but 101.
    pub answer: Option<Answer>,
    /// Whether there may have been an answer that the capture does not show: packets are missing,
    /// or the connection was forgotten. Without it, no answer means that none came while the
    /// capture ran.
    pub answer_lost: bool,
    /// When the request's first byte was seen.
    pub started_at: Option<Timestamp>,
    /// When the answer's head was complete. In pasted heads, and there also for
    /// [`Exchange::ended_at`], it is the answer's `Date`: the server's clock, to the second.
    pub answered_at: Option<Timestamp>,
    /// When it was over: after a 101 the last that was seen of the connection, the end of its
    /// tunnel's life; of a CONNECT that is granted, inside of which other exchanges come, the end of
    /// its answer's head; else the end of the answer, or of its head where no more was seen; without an
    /// answer when either side closed the connection. `None` if it was still open.
    pub ended_at: Option<Timestamp>,
    /// Who asked.
    pub client: Option<SocketAddr>,
    /// Who was asked; inside of a CONNECT the proxy, whose address it is.
    pub server: Option<SocketAddr>,
}

/// A request's head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET` in nearly all cases.
    pub method: Vec<u8>,
    /// As it stands in the request line; a HAR shows only the URL, of which this is path and query.
    pub target: Vec<u8>,
    /// [`Protocol::UNKNOWN`] where a HAR does not tell.
    pub protocol: Protocol,
    /// Whether a HAR's URL is one of WebSockets (`ws:`, `wss:`), which a browser asks for with an
    /// opening handshake only, whatever header fields it shows.
    pub has_websocket_url: bool,
    /// The header fields.
    pub headers: Headers,
}

/// An answer's head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// As the status line has it.
    pub protocol: Protocol,
    /// Three digits.
    pub status: Status,
    /// May be empty.
    pub reason: Vec<u8>,
    /// The header fields.
    pub headers: Headers,
}

/// Header fields in their order, bytes as seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<Header>);

/// One header field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Compared without regard to case.
    pub name: Vec<u8>,
    /// Without the white space around it.
    pub value: Vec<u8>,
}

impl Headers {
    /// The values of all fields of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let named = move |header: &&Header| header.name.eq_ignore_ascii_case(name.as_bytes());
        self.0.iter().filter(named).map(|header| header.value.as_slice())
    }

    /// Whether this token is in the list that all fields of this name make up (RFC 9110 §5.6.1).
    pub fn list_has(&self, name: &str, token: &str) -> bool {
        let mut tokens = self.all(name).flat_map(|value| value.split(|&byte| byte == b','));
        tokens.any(|it| it.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
    }
}

impl Request {
    /// Path and query: the target without scheme and authority, which a request to a proxy has.
    pub fn origin_form(&self) -> &[u8] {
        let Some(scheme) = memmem::find(&self.target, b"://") else { return &self.target };
        if self.target.iter().take(scheme).any(|byte| !byte.is_ascii_alphanumeric()) {
            return &self.target;
        }
        let (_, rest) = self.target.split_at(scheme + b"://".len());
        let path = rest.iter().position(|&byte| matches!(byte, b'/' | b'?' | b'#'));
        match path.map(|path| rest.split_at(path).1) {
            Some(path) if path.starts_with(b"/") => path,
            _ => b"/",
        }
    }
}

impl Exchange {
    /// All Sec-WebSocket-Key fields of the request, in their order. One is what a client sends.
    pub fn key(&self) -> impl Iterator<Item = Result<WebSocketKey, MalformedKey>> {
        self.request.headers.all("Sec-WebSocket-Key").map(WebSocketKey::parse)
    }

    /// Whether the request's `Upgrade` names `websocket`, in any case, perhaps as one of a list; or it
    /// asks in the way of HTTP/2; or its URL says so.
    pub fn asks_for_websocket(&self) -> bool {
        self.request.headers.list_has("Upgrade", "websocket")
            || self.is_extended_connect()
            || self.request.has_websocket_url
    }

    /// Whether the request is an opening handshake over HTTP/2 or 3
    /// ([RFC 8441 §4](https://www.rfc-editor.org/rfc/rfc8441#section-4)), as a HAR shows it.
    pub fn is_extended_connect(&self) -> bool {
        self.request.headers.list_has(":protocol", "websocket")
    }

    /// Whether the answer opened a WebSocket's tunnel: a 101 that names no other protocol, or a 2xx to
    /// an extended CONNECT (RFC 8441 §5).
    pub fn is_established(&self) -> bool {
        let code = self.answer.as_ref().map(|answer| answer.status.code());
        match code {
            Some(101) => !self.is_other_upgrade(),
            Some(200..300) => self.is_extended_connect(),
            _ => false,
        }
    }

    /// Whether the answer is a 101 whose `Upgrade` names other protocols only, `h2c` for example: of
    /// those that a request offers the server chooses
    /// ([RFC 9110 §7.8](https://www.rfc-editor.org/rfc/rfc9110#section-7.8)).
    pub fn is_other_upgrade(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| {
            answer.status == Status::SWITCHING_PROTOCOLS
                && answer.headers.all("Upgrade").next().is_some()
                && !answer.headers.list_has("Upgrade", "websocket")
        })
    }

    /// What the answer's `Sec-WebSocket-Accept` is worth; `None` without a 101 that opens a WebSocket or without a key, and
    /// where no field of the answer is shown at all, as in some HARs.
    pub fn accept(&self) -> Option<Accept> {
        let is_accepted = |answer: &&Answer| {
            answer.status == Status::SWITCHING_PROTOCOLS && !answer.headers.0.is_empty()
        };
        let answer = self.answer.as_ref().filter(is_accepted)?;
        if self.is_other_upgrade() {
            return None;
        }
        let key = self.request.headers.all("Sec-WebSocket-Key").next()?;
        let mut accepts = answer.headers.all("Sec-WebSocket-Accept");
        Some(match (accepts.next(), accepts.next()) {
            (None, _) => Accept::Missing,
            (Some(accept), None) if accept == accept_for(key).as_bytes() => Accept::Verified,
            _ => Accept::Mismatch,
        })
    }
}

impl Exchange {
    /// The memory it takes, roughly, in bytes.
    pub(super) fn memory(&self) -> usize {
        let answer = self.answer.as_ref();
        let headers = self.request.headers.memory()
            + answer.map_or(0, |answer| answer.reason.len() + answer.headers.memory());
        size_of::<Exchange>() + self.request.target.len() + headers
    }
}

impl Answer {
    /// The memory it takes, roughly, in bytes.
    pub(super) fn memory(&self) -> usize {
        size_of::<Answer>() + self.reason.len() + self.headers.memory()
    }
}

impl Headers {
    fn memory(&self) -> usize {
        // Each text has a place of its own, and what manages that.
        const PLACES: usize = 2 * 16;
        let len =
            |header: &Header| size_of::<Header>() + PLACES + header.name.len() + header.value.len();
        self.0.iter().map(len).sum()
    }
}
