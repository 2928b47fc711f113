//! Which entry is a sighting of an opening handshake, and by which rule.

use memchr::memmem;
use regex::bytes::Regex;
use wslog_parse::{Entry, Protocol, Status, Upgrade, Variable, VariableSet};

/// Why an entry counts as a sighting: the first of these that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// It carries a Sec-WebSocket-Key, valid or not.
    Key,
    /// Its `$http_upgrade` names `websocket`.
    Upgrade,
    /// It was answered 101, and nothing in the line speaks against a WebSocket.
    Status,
    /// Its path is one that WebSockets are opened on.
    Path,
}

impl Rule {
    /// The word for it, as in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Rule::Key => "key",
            Rule::Upgrade => "upgrade",
            Rule::Status => "status",
            Rule::Path => "path",
        }
    }
}

/// What one entry can say about being an opening handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recognition {
    /// It is one.
    Sighting(Rule),
    /// It is one if its path shows a 101 anywhere in the input.
    Candidate,
    /// It is an ordinary request.
    Ordinary,
}

/// Judges one entry by itself, given its status.
#[inline(always)]
pub(crate) fn recognise(
    entry: &Entry<'_>,
    status: Status,
    websocket_path: Option<&Regex>,
) -> Recognition {
    if entry.websocket_key().is_some() {
        return Recognition::Sighting(Rule::Key);
    }
    if entry.upgrade() == Upgrade::WebSocket {
        return Recognition::Sighting(Rule::Upgrade);
    }
    let silent = is_silent(entry.variables());
    if status == Status::SWITCHING_PROTOCOLS && silent {
        return Recognition::Sighting(Rule::Status);
    }
    let may_be_candidate = silent && is_failure(status);
    if websocket_path.is_none() && !may_be_candidate {
        return Recognition::Ordinary;
    }
    recognise_path(entry, websocket_path, may_be_candidate)
}

/// Whether lines that show these variables could not show a handshake's headers.
pub(crate) fn is_silent(variables: VariableSet) -> bool {
    !variables.contains(Variable::HttpUpgrade) && !variables.contains(Variable::HttpSecWebsocketKey)
}

/// Whether a request without a handshake's headers is an ordinary one, judged by its status, where
/// nobody has said on which paths WebSockets are opened.
#[inline]
pub(crate) fn is_ordinary(status: Status, is_silent: bool) -> bool {
    !is_silent || status != Status::SWITCHING_PROTOCOLS && !is_failure(status)
}

/// The rule that needs the request taken apart.
#[inline(never)]
fn recognise_path(
    entry: &Entry<'_>,
    websocket_path: Option<&Regex>,
    may_be_candidate: bool,
) -> Recognition {
    let path = entry.path().unwrap_or_default();
    if entry.method() != Some(b"GET") {
        return Recognition::Ordinary;
    }
    if websocket_path.is_some_and(|pattern| pattern.is_match(path)) {
        return Recognition::Sighting(Rule::Path);
    }
    if may_be_candidate && is_complete(entry) && !is_polling(entry) && !is_check(entry) {
        return Recognition::Candidate;
    }
    Recognition::Ordinary
}

/// The answers a handshake gets when it does not arrive as one, or nobody answers it. An answer of
/// 2xx or 3xx is never taken for a failed handshake: that is what ordinary requests get.
fn is_failure(status: Status) -> bool {
    matches!(status.code(), 400 | 403 | 404 | 426 | 499 | 500..=599)
}

/// Whether the request is known to its end.
fn is_complete(entry: &Entry<'_>) -> bool {
    match entry.request() {
        Some(request) => request.protocol().is_some(),
        None => entry.get(Variable::ServerProtocol).is_some(),
    }
}

/// A balancer's health check: it asks at HTTP/1.0, and says not who it is.
fn is_check(entry: &Entry<'_>) -> bool {
    entry.protocol() == Protocol::HTTP_10
        && entry.logs(Variable::HttpUserAgent)
        && entry.get(Variable::HttpUserAgent).is_none_or(<[u8]>::is_empty)
}

/// The fallback transport of socket.io and engine.io, on the very path of its WebSockets.
fn is_polling(entry: &Entry<'_>) -> bool {
    entry.query().is_some_and(|query| memmem::find(query, b"transport=polling").is_some())
}
