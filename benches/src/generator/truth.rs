//! What an exact reader has to report: the countable part of the JSON report, version 1, field
//! by field under its names and in its order.

use serde::Serialize;

/// Everything that is known about the two logs together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// Lines and bytes.
    pub input: Input,
    /// Every parsed entry.
    pub requests: Requests,
    /// Opening handshakes, one for each line that shows one.
    pub sightings: Sightings,
    /// Opening handshakes, one for each key.
    pub handshakes: Handshakes,
    /// Sightings at HTTP/1.0.
    pub downgrades: Downgrades,
}

/// Lines and bytes; `lines` is always the sum of the four numbers after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Input {
    /// One for each file, sorted by path.
    pub sources: Vec<Source>,
    /// In all files.
    pub lines: u64,
    /// Lines that fit the format.
    pub parsed: u64,
    /// Lines that do not.
    pub malformed: u64,
    /// Lines that can be read in several ways: none are written.
    pub ambiguous: u64,
    /// Lines of no bytes.
    pub blank: u64,
    /// RFC 3339; none where the format does not show how long a request took.
    pub first_started_at: Option<String>,
    /// RFC 3339.
    pub last_logged_at: Option<String>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// `edge.log` or `inner.log`.
    pub path: String,
    /// The parsed lines by the format that reads them, sorted by name.
    pub formats: Vec<FormatLines>,
    /// Size of the file.
    pub bytes: u64,
    /// As in [`Input`].
    pub lines: u64,
    /// As in [`Input`].
    pub parsed: u64,
    /// As in [`Input`].
    pub malformed: u64,
    /// As in [`Input`].
    pub ambiguous: u64,
    /// As in [`Input`].
    pub blank: u64,
}

impl Source {
    pub(super) fn empty(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            formats: Vec::new(),
            bytes: 0,
            lines: 0,
            parsed: 0,
            malformed: 0,
            ambiguous: 0,
            blank: 0,
        }
    }
}

/// How many lines of a file are of one format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormatLines {
    /// Name of the `log_format`.
    pub name: String,
    /// Parsed lines.
    pub lines: u64,
}

/// Every parsed entry, handshake or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// Parsed entries.
    pub total: u64,
    /// Sorted by protocol, then status.
    pub by_protocol_status: Vec<ProtocolStatus>,
}

/// A row of [`Requests`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProtocolStatus {
    /// `HTTP/1.1`, or `-` where the request names none.
    pub protocol: String,
    /// `9` for nginx's `009`.
    pub status: u16,
    /// Entries.
    pub count: u64,
}

/// Opening handshakes as seen at one vantage point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sightings {
    /// All of them.
    pub total: u64,
    /// Each under the first rule that catches it.
    pub by_rule: ByRule,
    /// Sorted by protocol, then status.
    pub by_protocol_status: Vec<SightingRow>,
    /// Sorted by address, as bytes.
    pub by_remote_addr: Vec<RemoteAddrFates>,
    /// Sorted by name.
    pub by_vantage: Vec<VantageFates>,
}

/// Why a line counts as a sighting.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ByRule {
    /// It carries a valid Sec-WebSocket-Key.
    pub key: u64,
    /// It carries `Upgrade: websocket`, which none of these formats shows.
    pub upgrade: u64,
    /// Its status is 101.
    pub status: u64,
    /// It failed on a path that shows a 101 elsewhere.
    pub path: u64,
}

/// A row of [`Sightings`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SightingRow {
    /// As in [`ProtocolStatus`].
    pub protocol: String,
    /// As in [`ProtocolStatus`].
    pub status: u16,
    /// What the status means for a handshake.
    pub outcome: Outcome,
    /// Sightings.
    pub count: u64,
    /// Of these, how many ended within a second of 60 s, without a 101.
    pub near_mark: u64,
}

/// What became of a handshake, by the status that answered it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 101.
    Established,
    /// 499.
    ClientClosed,
    /// 504.
    GatewayTimeout,
    /// 502.
    BadGateway,
    /// 503.
    Unavailable,
    /// Any other 4xx.
    Refused,
    /// 2xx or 3xx.
    NotUpgraded,
    /// Any other 5xx.
    ServerError,
    /// Anything else.
    Other,
}

impl Outcome {
    /// The outcome a status stands for.
    #[must_use]
    pub fn of(status: u16) -> Self {
        match status {
            101 => Self::Established,
            499 => Self::ClientClosed,
            504 => Self::GatewayTimeout,
            502 => Self::BadGateway,
            503 => Self::Unavailable,
            400..=499 => Self::Refused,
            200..=399 => Self::NotUpgraded,
            500..=599 => Self::ServerError,
            _ => Self::Other,
        }
    }
}

/// Sightings by the node they came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemoteAddrFates {
    /// The node's address.
    pub remote_addr: String,
    /// What became of its handshakes.
    #[serde(flatten)]
    pub fates: Fates,
}

/// Sightings by where they were made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VantageFates {
    /// `$server_name` where the format shows it, else the file's name.
    pub vantage: String,
    /// What became of the handshakes seen there.
    #[serde(flatten)]
    pub fates: Fates,
}

/// What became of a group of sightings; `total` is `established` and `failed` together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Fates {
    /// Sightings.
    pub total: u64,
    /// Seen as HTTP/1.0.
    pub http10: u64,
    /// Answered with 101.
    pub established: u64,
    /// Answered otherwise.
    pub failed: u64,
    /// Failed within a second of 60 s.
    pub near_mark: u64,
}

/// Sightings joined by their key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Handshakes {
    /// Distinct keys, and sightings without one.
    pub total: u64,
    /// Keys that were seen at all.
    pub distinct_keys: u64,
    /// Keys with two sightings or more, wherever and whenever.
    pub keys_seen_more_than_once: u64,
    /// None are written.
    pub malformed_keys: u64,
    /// Always 0: nothing is forgotten here.
    pub evicted: u64,
}

/// Sightings at HTTP/1.0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Downgrades {
    /// All of them.
    pub total: u64,
    /// Without a 101.
    pub failed: u64,
    /// Failed within a second of 60 s.
    pub near_mark: u64,
    /// Always 0: nothing nearer to the client than the edge keeps a log.
    pub proven: u64,
}
