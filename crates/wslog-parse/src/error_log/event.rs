//! What a message says, from the wordings in nginx's source (`src/http/ngx_http_upstream.c`,
//! `src/http/ngx_http_request.c`, `src/os/unix`).

/// What nginx saw happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorEvent {
    /// A timer of nginx's own for the upstream ran out; while
    /// [`Activity::ProxyingUpgraded`], the idle timer of a WebSocket.
    UpstreamTimedOut,
    /// The upstream closed the connection before its response was whole.
    UpstreamPrematurelyClosed,
    /// A timer of nginx's own for the client ran out.
    ClientTimedOut,
    /// The client closed its connection.
    ClientClosed,
    /// Every server of the group counts as failed.
    NoLiveUpstreams,
    /// No connection to the upstream came about.
    ConnectFailed,
    /// A connection broke while it was read.
    RecvFailed,
    /// A connection broke while it was written.
    SendFailed,
    /// Anything else.
    Other,
}

/// Whole messages: nothing in them comes from outside.
const WORDINGS: [(&str, ErrorEvent); 20] = [
    ("upstream timed out", ErrorEvent::UpstreamTimedOut),
    ("upstream prematurely closed connection", ErrorEvent::UpstreamPrematurelyClosed),
    ("client timed out", ErrorEvent::ClientTimedOut),
    ("client closed connection", ErrorEvent::ClientClosed),
    ("client prematurely closed connection", ErrorEvent::ClientClosed),
    ("client prematurely closed stream", ErrorEvent::ClientClosed),
    (
        "client prematurely closed connection, so upstream connection is closed too",
        ErrorEvent::ClientClosed,
    ),
    ("epoll_wait() reported that client prematurely closed connection", ErrorEvent::ClientClosed),
    (
        "epoll_wait() reported that client prematurely closed connection, so upstream connection is closed too",
        ErrorEvent::ClientClosed,
    ),
    ("kevent() reported that client prematurely closed connection", ErrorEvent::ClientClosed),
    (
        "kevent() reported that client prematurely closed connection, so upstream connection is closed too",
        ErrorEvent::ClientClosed,
    ),
    ("no live upstreams", ErrorEvent::NoLiveUpstreams),
    ("connect() failed", ErrorEvent::ConnectFailed),
    ("kevent() reported that connect() failed", ErrorEvent::ConnectFailed),
    ("recv() failed", ErrorEvent::RecvFailed),
    ("readv() failed", ErrorEvent::RecvFailed),
    ("send() failed", ErrorEvent::SendFailed),
    ("writev() failed", ErrorEvent::SendFailed),
    ("sendfile() failed", ErrorEvent::SendFailed),
    ("sendmsg() failed", ErrorEvent::SendFailed),
];

impl ErrorEvent {
    pub(super) fn of(message: &[u8]) -> ErrorEvent {
        let wording = WORDINGS.iter().find(|(wording, _)| wording.as_bytes() == message);
        match wording {
            Some((_, event)) => *event,
            None if is_end_of_keepalive(message) => ErrorEvent::ClientClosed,
            None if is_refused_at_once(message) => ErrorEvent::ConnectFailed,
            None => ErrorEvent::Other,
        }
    }
}

/// `client 192.0.2.1 closed keepalive connection`
fn is_end_of_keepalive(message: &[u8]) -> bool {
    let client = message
        .strip_prefix(b"client ")
        .and_then(|rest| rest.strip_suffix(b" closed keepalive connection"));
    client.is_some_and(|client| !client.contains(&b' '))
}

/// `connect() to unix:/run/app.sock failed`, where the system refuses before there is anything to wait for
/// (`src/event/ngx_event_connect.c`).
fn is_refused_at_once(message: &[u8]) -> bool {
    let server =
        message.strip_prefix(b"connect() to ").and_then(|rest| rest.strip_suffix(b" failed"));
    server.is_some_and(|server| !server.is_empty() && !server.contains(&b' '))
}

/// What nginx was doing then (`log->action`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Activity<'a> {
    /// `connecting to upstream`
    Connecting,
    /// `SSL handshaking to upstream`
    TlsToUpstream,
    /// `sending request to upstream`
    SendingRequest,
    /// `reading response header from upstream`
    ReadingHeader,
    /// `reading upstream`
    ReadingUpstream,
    /// `sending to client`
    SendingToClient,
    /// `proxying upgraded connection`: behind a 101.
    ProxyingUpgraded,
    /// `waiting for request`
    WaitingForRequest,
    /// `reading client request line`
    ReadingRequestLine,
    /// `reading client request headers`
    ReadingRequestHeaders,
    /// Another one, as it stands in the log.
    Other(&'a [u8]),
}

impl<'a> Activity<'a> {
    pub(super) fn of(text: &'a [u8]) -> Activity<'a> {
        match text {
            b"connecting to upstream" => Activity::Connecting,
            b"SSL handshaking to upstream" => Activity::TlsToUpstream,
            b"sending request to upstream" => Activity::SendingRequest,
            b"reading response header from upstream" => Activity::ReadingHeader,
            b"reading upstream" => Activity::ReadingUpstream,
            b"sending to client" => Activity::SendingToClient,
            b"proxying upgraded connection" => Activity::ProxyingUpgraded,
            b"waiting for request" => Activity::WaitingForRequest,
            b"reading client request line" => Activity::ReadingRequestLine,
            b"reading client request headers" => Activity::ReadingRequestHeaders,
            other => Activity::Other(other),
        }
    }
}
