//! What a line is to say, before any format has a word in it.

use super::addresses::{Address, MONITOR};
use super::dice::Dice;
use super::text::push_seconds;

/// In the order of their names, which is the order of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Protocol {
    Unknown,
    Http09,
    Http10,
    Http11,
    Http20,
}

impl Protocol {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Unknown => "-",
            Self::Http09 => "HTTP/0.9",
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
            Self::Http20 => "HTTP/2.0",
        }
    }

    /// Whether a request line names it.
    pub(super) fn is_written(self) -> bool {
        self >= Self::Http10
    }
}

/// A path on which this site answers 101, or would like to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum WebSocketPath {
    Ws,
    SocketIo,
    Live,
    Chat,
    /// Its backend is gone: nothing is ever established here.
    Legacy,
    /// A 101 that is no WebSocket: the client asked for `Upgrade: tcp`.
    Attach,
}

impl WebSocketPath {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ws => "/ws/",
            Self::SocketIo => "/socket.io/",
            Self::Live => "/live",
            Self::Chat => "/chat/websocket",
            Self::Legacy => "/ws/legacy",
            Self::Attach => "/v1.35/containers/web/attach",
        }
    }
}

/// A Sec-WebSocket-Key, and how often it was logged already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) bytes: [u8; 16],
    pub(super) sightings: u32,
}

impl Key {
    pub(super) fn fresh(dice: &mut Dice) -> Self {
        Self { bytes: dice.bytes(), sightings: 0 }
    }
}

/// One entry. It is filled anew for every line, so that its strings are allocated once.
///
/// Text fields hold what nginx writes: escaped, and `-` for what is missing.
pub(super) struct Entry {
    /// Milliseconds since the epoch.
    pub(super) logged_at: u64,
    /// Milliseconds.
    pub(super) request_time: u64,
    pub(super) remote_addr: Address,
    pub(super) remote_user: &'static str,
    /// Empty for a request line that is not `METHOD URI`: `uri` then holds all of it.
    pub(super) method: &'static str,
    pub(super) uri: String,
    pub(super) protocol: Protocol,
    /// The path, where it is one of the site's WebSocket paths.
    pub(super) path: Option<WebSocketPath>,
    /// Whether the query says `transport=polling`.
    pub(super) polling: bool,
    pub(super) status: u16,
    pub(super) body_bytes_sent: u64,
    pub(super) upstream_addr: String,
    pub(super) upstream_response_time: String,
    pub(super) http_referer: String,
    pub(super) http_user_agent: String,
    pub(super) http_x_forwarded_for: String,
    pub(super) key: Option<Key>,
}

impl Entry {
    pub(super) fn blank() -> Self {
        Self {
            logged_at: 0,
            request_time: 0,
            remote_addr: MONITOR,
            remote_user: "-",
            method: "",
            uri: String::new(),
            protocol: Protocol::Unknown,
            path: None,
            polling: false,
            status: 0,
            body_bytes_sent: 0,
            upstream_addr: String::new(),
            upstream_response_time: String::new(),
            http_referer: String::new(),
            http_user_agent: String::new(),
            http_x_forwarded_for: String::new(),
            key: None,
        }
    }

    /// An entry of which nothing is known but its end and who asked.
    pub(super) fn begin(&mut self, logged_at: u64, remote_addr: Address) {
        self.logged_at = logged_at;
        self.request_time = 0;
        self.remote_addr = remote_addr;
        self.remote_user = "-";
        self.uri.clear();
        self.path = None;
        self.polling = false;
        self.body_bytes_sent = 0;
        self.key = None;
        for text in [
            &mut self.upstream_addr,
            &mut self.upstream_response_time,
            &mut self.http_referer,
            &mut self.http_user_agent,
            &mut self.http_x_forwarded_for,
        ] {
            set(text, "-");
        }
    }

    /// A request line; the URI still lacks its query.
    pub(super) fn ask(&mut self, method: &'static str, uri: &str, protocol: Protocol) {
        self.method = method;
        self.protocol = protocol;
        set(&mut self.uri, uri);
    }

    pub(super) fn ask_websocket_path(
        &mut self,
        method: &'static str,
        path: WebSocketPath,
        protocol: Protocol,
    ) {
        self.ask(method, path.name(), protocol);
        self.path = Some(path);
    }

    /// One upstream that had the request for as long as it took. Comes after the status.
    pub(super) fn proxied_to(&mut self, upstream: &str, dice: &mut Dice) {
        set(&mut self.upstream_addr, upstream);
        self.upstream_response_time.clear();
        // Before 1.15.7 nginx knows no time for an upstream that had not answered yet.
        if self.status == 499 {
            self.upstream_response_time.push('-');
            return;
        }
        let measured = self.request_time + dice.weighted(&[(6, 1), (1, 0), (1, 2)]);
        push_seconds(&mut self.upstream_response_time, measured.saturating_sub(1));
    }

    pub(super) fn set_user_agent(&mut self, user_agent: &str) {
        set(&mut self.http_user_agent, user_agent);
    }

    pub(super) fn set_referer(&mut self, referer: &str) {
        set(&mut self.http_referer, referer);
    }
}

pub(super) fn set(text: &mut String, value: &str) {
    text.clear();
    text.push_str(value);
}
