//! What was found, as a value: the JSON report is this, and every other report is made of it.
//!
//! Every list has a total order by value, so that the same input gives the same report whatever
//! the threads, the chunks and the order of the inputs.

use serde::{Serialize, Serializer};
use wslog_parse::{Millis, Protocol, Status, Timestamp, WebSocketKey};

use crate::diagnosis::fisher::Group;
use crate::diagnosis::interval::interval;
use crate::diagnosis::{Basis, Finding};
use crate::error::Problem;
use crate::error_log::ErrorLogSummary;
use crate::period::Period;
use crate::redaction::Redacted;
use crate::trace::Loss;
use crate::websocket::mark::Mark;
use crate::websocket::outcome::Outcome;

mod charts;

pub use self::charts::{AgeCluster, AgeRow, Ages, Ended, Timeline, TimelineRow};

/// The whole of an analysis.
#[derive(Clone, Debug, Serialize)]
pub struct Analysis {
    /// Version of this structure as JSON: keys may be added, never renamed or removed.
    pub schema_version: u32,
    /// Version of the library that made it.
    pub wslog_version: &'static str,
    /// The lines, accounted for.
    pub input: InputSummary,
    /// The age that `near_mark` is about.
    pub mark: Mark,
    /// Every parsed line.
    pub requests: Requests,
    /// Every opening handshake at every place it was seen.
    pub sightings: Sightings,
    /// The sightings by when they began; none of what was followed, of which too few are kept.
    pub timeline: Option<Timeline>,
    /// The sightings by how old they were when they ended; none where there is no timeline.
    pub ages: Option<Ages>,
    /// Sightings joined by their keys.
    pub handshakes: Handshakes,
    /// Sightings at HTTP/1.0.
    pub downgrades: Downgrades,
    /// What answers say of the keys they were given to, where captures show it.
    pub accepts: AcceptCounts,
    /// What is not shown as it was, and what stands in its place; none where all is.
    pub redaction: Option<Vec<Redacted>>,
    /// What nginx's error logs say; none where none was read.
    pub error_log: Option<ErrorLogSummary>,
    /// The verdicts, the most severe first.
    pub findings: Vec<Finding>,
    /// What the caller must know about the inputs; not part of the JSON report.
    #[serde(skip)]
    pub problems: Vec<Problem>,
    /// What a comparison with another period takes as well.
    #[serde(skip)]
    pub(crate) basis: Basis,
}

/// The inputs; `lines = parsed + malformed + ambiguous + blank` for each and for all.
#[derive(Clone, Debug, Default, Serialize)]
pub struct InputSummary {
    /// Each source; those that are one log, rotated, together and oldest first, logs by their name.
    pub sources: Vec<Source>,
    /// Lines of all sources.
    pub lines: u64,
    /// Lines that gave an entry.
    pub parsed: u64,
    /// Lines that do not fit their format.
    pub malformed: u64,
    /// Lines that could be read in several ways.
    pub ambiguous: u64,
    /// Lines with nothing in them.
    pub blank: u64,
    /// The period asked for.
    pub period: Period,
    /// Parsed lines that were not logged in it, or do not show when: in no other number.
    pub outside_period: u64,
    /// Parsed lines in which a client's text imitates the format, and only one reading is possible.
    pub contested: u64,
    /// What the lines can show at all: the names of [`Capability`](crate::Capability), in its order.
    pub capabilities: Vec<&'static str>,
    /// When the first request started; none where no format logs `$request_time`.
    #[serde(serialize_with = "display_option")]
    pub first_started_at: Option<Timestamp>,
    /// When the last request ended.
    #[serde(serialize_with = "display_option")]
    pub last_logged_at: Option<Timestamp>,
    /// Why lines are malformed: the reasons of most lines first.
    pub malformed_reasons: Vec<MalformedReason>,
    /// The first malformed lines, by source and byte; at most 10.
    pub malformed_examples: Vec<RejectedLine>,
    /// The first ambiguous lines, by source and byte; at most 10.
    pub ambiguous_examples: Vec<RejectedLine>,
}

/// One source, accounted for.
#[derive(Clone, Debug, Serialize)]
pub struct Source {
    /// The path it was given by; `-` for standard input.
    pub path: String,
    /// The formats of its parsed lines, by name; `error_log` for those of an error log.
    pub formats: Vec<FormatLines>,
    /// How it is compressed, if it is.
    pub compression: Option<&'static str>,
    /// What it holds, if it is a capture, which has no lines.
    pub capture: Option<CaptureSummary>,
    /// Whether it is an error log: its lines are no requests. Not part of the JSON report, which has
    /// its format.
    #[serde(skip)]
    pub is_error_log: bool,
    /// Its size in bytes, as far as it could be read.
    pub bytes: u64,
    /// All its lines.
    pub lines: u64,
    /// Lines that gave an entry.
    pub parsed: u64,
    /// Lines that do not fit their format.
    pub malformed: u64,
    /// Lines that could be read in several ways.
    pub ambiguous: u64,
    /// Lines with nothing in them.
    pub blank: u64,
}

/// What a capture holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaptureSummary {
    /// `pcap`, `pcapng`, `har`, or `heads`.
    pub kind: &'static str,
    /// Packets, of whatever protocol; entries of a HAR; pasted heads.
    pub packets: u64,
    /// TCP connections; 0 for a HAR and pasted heads, which do not tell.
    pub connections: u64,
    /// HTTP requests, opening handshakes among them.
    pub requests: u64,
    /// Opening handshakes of which the capture does not show whether they were answered, because it
    /// ended before or lacks packets: in no other number.
    pub answers_lost: u64,
    /// Opening handshakes that were not seen in the period asked for: in no other number.
    pub outside_period: u64,
    /// What could not be decoded, by name.
    pub undecoded: Vec<UndecodedRow>,
}

/// Something in a capture that could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UndecodedRow {
    /// Its name, such as `tls`.
    pub what: &'static str,
    /// How often.
    pub count: u64,
}

/// How many lines were read by a format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FormatLines {
    /// The format's name; `custom` for one given as text.
    pub name: String,
    /// Parsed lines.
    pub lines: u64,
}

/// Malformed lines of which all expected the same.
#[derive(Clone, Debug, Serialize)]
pub struct MalformedReason {
    /// What would have let them fit, as far as they fitted.
    pub expected: String,
    /// How many lines.
    pub count: u64,
    /// The first of them.
    pub first: RejectedLine,
}

/// A line that gave no entry.
#[derive(Clone, Debug, Serialize)]
pub struct RejectedLine {
    /// Its source.
    pub source: String,
    /// Its number, from 1.
    pub line: u64,
    /// The source's byte it starts at, from 0.
    pub byte: u64,
    /// Where it stopped fitting: bytes of the line, from 1.
    pub column: usize,
    /// What would have fitted.
    pub expected: String,
    /// What stood there.
    pub found: String,
}

/// Every parsed line, handshake or not.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Requests {
    /// Lines that gave an entry.
    pub total: u64,
    /// By protocol, then status. Lines whose format shows no status are not in it.
    pub by_protocol_status: Vec<RequestRow>,
}

/// Parsed lines of one protocol and status.
#[derive(Clone, Debug, Serialize)]
pub struct RequestRow {
    /// `HTTP/1.1`; `-` where the line does not tell.
    #[serde(serialize_with = "display")]
    pub protocol: Protocol,
    /// The status.
    #[serde(serialize_with = "code")]
    pub status: Status,
    /// How many, above 0.
    pub count: u64,
}

/// Opening handshakes as they were seen: one line, one sighting.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Sightings {
    /// All of them.
    pub total: u64,
    /// Each under the first rule that caught it.
    pub by_rule: ByRule,
    /// Whether there were more paths than are kept, so that handshakes inferred from their path
    /// may be missing.
    pub paths_lost: bool,
    /// By protocol, then status.
    pub by_protocol_status: Vec<SightingRow>,
    /// By the address that connected, summed over vantage points; a count, no comparison.
    pub by_remote_addr: Vec<RemoteAddrRow>,
    /// By vantage point.
    pub by_vantage: Vec<VantageRow>,
    /// By vantage point, then address: what comparisons are made of.
    pub nodes: Vec<NodeRow>,
    /// By vantage point, address, protocol and status; not part of the JSON report.
    #[serde(skip)]
    pub cells: Vec<CellRow>,
}

/// Sightings by the rule that caught them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ByRule {
    /// The line carries a Sec-WebSocket-Key.
    pub key: u64,
    /// `$http_upgrade` names `websocket`.
    pub upgrade: u64,
    /// The status is 101.
    pub status: u64,
    /// The path is one that WebSockets are opened on.
    pub path: u64,
}

/// Sightings of one protocol and status.
#[derive(Clone, Debug, Serialize)]
pub struct SightingRow {
    /// `HTTP/1.1`; `-` where the line does not tell.
    #[serde(serialize_with = "display")]
    pub protocol: Protocol,
    /// The status.
    #[serde(serialize_with = "code")]
    pub status: Status,
    /// What the status means for a handshake.
    pub outcome: Outcome,
    /// How many, above 0.
    pub count: u64,
    /// How many of them failed near the mark.
    pub near_mark: u64,
}

/// Sightings summed up: `total = established + failed`, `near_mark ≤ failed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// All.
    pub total: u64,
    /// Those at HTTP/1.0.
    pub http10: u64,
    /// Those answered 101.
    pub established: u64,
    /// The others.
    pub failed: u64,
    /// Those that failed near the mark.
    pub near_mark: u64,
}

/// Sightings from one address.
#[derive(Clone, Debug, Serialize)]
pub struct RemoteAddrRow {
    /// Who connected, as logged.
    pub remote_addr: String,
    /// Their sightings.
    #[serde(flatten)]
    pub totals: Totals,
}

/// Sightings at one vantage point.
#[derive(Clone, Debug, Serialize)]
pub struct VantageRow {
    /// Its name.
    pub vantage: String,
    /// Its sightings.
    #[serde(flatten)]
    pub totals: Totals,
}

/// Sightings from one address at one vantage point.
#[derive(Clone, Debug, Serialize)]
pub struct NodeRow {
    /// The vantage point.
    pub vantage: String,
    /// Who connected, as logged.
    pub remote_addr: String,
    /// Their sightings there.
    #[serde(flatten)]
    pub totals: Totals,
}

/// Sightings that agree in everything a table can be made by.
#[derive(Clone, Debug)]
pub struct CellRow {
    /// The vantage point.
    pub vantage: String,
    /// Who connected, as logged.
    pub remote_addr: String,
    /// The protocol.
    pub protocol: Protocol,
    /// The status.
    pub status: Status,
    /// How many, above 0.
    pub count: u64,
    /// How many of them failed near the mark.
    pub near_mark: u64,
}

/// Sightings joined by their keys.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Handshakes {
    /// Distinct valid keys, and sightings without one.
    pub total: u64,
    /// Distinct valid keys.
    pub distinct_keys: u64,
    /// Valid keys with two sightings or more.
    pub keys_seen_more_than_once: u64,
    /// Valid keys that several requests used, one after the other: no nonce is used twice.
    pub keys_reused: u64,
    /// Sightings at a vantage point that the same request had passed before: a proxy tried again.
    pub retries: u64,
    /// Sightings whose key is not the base64 of 16 bytes.
    pub malformed_keys: u64,
    /// Keys that were forgotten to bound memory; above 0 the other numbers are lower bounds.
    pub evicted: u64,
    /// The ways that requests took, by their vantage points. A key that several requests used counts
    /// as often.
    pub paths: Vec<PathRow>,
    /// Where `Upgrade: websocket` was lost on the way, as far as lines show it, by `before`, then
    /// `after`.
    pub upgrade_lost: Vec<LocatedRow>,
    /// How long handshakes took to be answered 101, by `vantage`; a tunnel's life is no part of it.
    pub latencies: Vec<LatencyRow>,
    /// What clients went through that failed, by `vantage`.
    pub clients: Vec<ClientsRow>,
}

/// The latency of established handshakes at one vantage point: `$upstream_header_time` of a 101.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LatencyRow {
    /// The vantage point.
    pub vantage: String,
    /// How many show it.
    pub count: u64,
    /// In seconds; the longest that is told are 16777.215 s.
    #[serde(flatten)]
    pub latency: Percentiles,
}

/// Clients at one vantage point that failed at least once. A client is told by `$http_x_forwarded_for`,
/// or `$remote_addr` where there is none, the path and the agent; several people behind one address may
/// be one. Only in formats that log the first of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClientsRow {
    /// The vantage point.
    pub vantage: String,
    /// How many clients failed.
    pub clients: u64,
    /// How often one failed, tried again within five minutes, and so on until it was answered 101.
    pub established: u64,
    /// How often one failed and was not seen to get through: it did not try again within five minutes, or has
    /// a tunnel that was still open when the log ended.
    pub gave_up: u64,
    /// From the start of the first failure to the start of the handshake that was answered 101, in
    /// seconds.
    pub waited: Option<Percentiles>,
    /// Handshakes until then, with the one that was answered 101: half needed no more.
    pub tries: Option<u64>,
    /// The most.
    pub most_tries: Option<u64>,
}

/// Durations that so many percent do not exceed, in seconds: from eight seconds on told to one part in 4096,
/// rounded down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Percentiles {
    /// 50 percent.
    #[serde(serialize_with = "whole_seconds")]
    pub p50: Millis,
    /// 90 percent.
    #[serde(serialize_with = "whole_seconds")]
    pub p90: Millis,
    /// 99 percent.
    #[serde(serialize_with = "whole_seconds")]
    pub p99: Millis,
    /// All.
    #[serde(serialize_with = "whole_seconds")]
    pub max: Millis,
}

/// The requests that were seen at the same vantage points.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PathRow {
    /// Each vantage point once, in the order in which requests pass them.
    pub vantages: Vec<String>,
    /// Whether that order is known. Where it is not, that of their names is kept.
    pub ordered: bool,
    /// How many requests, above 0.
    pub count: u64,
    /// Those of them that became HTTP/1.0, by where they did.
    pub downgrades: Vec<PathLoss>,
}

/// Requests of one way that lost something at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PathLoss {
    /// Where.
    #[serde(flatten)]
    pub loss: Loss,
    /// How many requests, above 0.
    pub count: u64,
}

/// Sightings at HTTP/1.0: `near_mark ≤ failed ≤ total`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Downgrades {
    /// All.
    pub total: u64,
    /// Those that did not become a tunnel.
    pub failed: u64,
    /// Those that failed near the mark.
    pub near_mark: u64,
    /// Those whose key was seen nearer the client at HTTP/1.1 or higher.
    pub proven: u64,
    /// Where those happen, by `before`, then `after`.
    pub located: Vec<LocatedRow>,
    /// The ten most telling (near the mark, else failed, else any), by source and byte.
    pub examples: Vec<SightingExample>,
}

/// Proven losses at one hop: of HTTP/1.1, or of `Upgrade`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LocatedRow {
    /// The last vantage point at which the request still had it; none if it is not known which of
    /// several it is.
    pub after: Option<String>,
    /// The next one, at which it had not; none with `after`.
    pub before: Option<String>,
    /// Sightings without it, there and further on, above 0.
    pub count: u64,
    /// Those of them that did not become a tunnel.
    pub failed: u64,
    /// Those that failed near the mark.
    pub near_mark: u64,
    /// Whether `after` is what a browser exported or people pasted, taken for the client's own side; not
    /// part of the JSON report, whose statements say so.
    #[serde(skip)]
    pub is_assumed: bool,
}

/// `101` answers in captures, by their `Sec-WebSocket-Accept` (RFC 6455 §4.2.2).
#[derive(Clone, Debug, Default, Serialize)]
pub struct AcceptCounts {
    /// It is the one that belongs to the key.
    pub verified: u64,
    /// There is none.
    pub missing: u64,
    /// It belongs to another key.
    pub mismatched: u64,
    /// The first that are missing or mismatched, by source and byte; at most 10.
    pub examples: Vec<SightingExample>,
}

/// One sighting, with the line that shows it.
#[derive(Clone, Debug, Serialize)]
pub struct SightingExample {
    /// The line's source.
    pub source: String,
    /// The line's number, from 1; 0 in a capture.
    pub line: u64,
    /// The source's byte the line starts at, from 0. In a capture, the packet that the request begins in,
    /// or the pasted head; of a HAR the number of the entry, from 0.
    pub byte: u64,
    /// The key, if there is a valid one.
    #[serde(serialize_with = "display_option")]
    pub key: Option<WebSocketKey>,
    /// Who connected.
    pub remote_addr: String,
    /// Where it was seen.
    pub vantage: String,
    /// The protocol it was seen with.
    #[serde(serialize_with = "display")]
    pub protocol: Protocol,
    /// The status of the answer.
    #[serde(serialize_with = "code")]
    pub status: Status,
    /// From the request's first byte to its end, in seconds.
    #[serde(serialize_with = "seconds")]
    pub request_time: Option<Millis>,
    /// When the request's first byte came.
    #[serde(serialize_with = "display_option")]
    pub started_at: Option<Timestamp>,
    /// When the request ended.
    #[serde(serialize_with = "display_option")]
    pub logged_at: Option<Timestamp>,
}

impl Totals {
    /// The rates, from 0 to 1, between which the share that fails lies 95 times of 100, to judge by these:
    /// Wilson's interval.
    pub fn failed_interval(&self) -> (f64, f64) {
        interval(Group { failed: self.failed, total: self.total })
    }

    pub(crate) fn add(&mut self, cell: &CellRow) {
        self.total += cell.count;
        if cell.protocol == Protocol::HTTP_10 {
            self.http10 += cell.count;
        }
        match Outcome::of(cell.status).is_failed() {
            true => self.failed += cell.count,
            false => self.established += cell.count,
        }
        self.near_mark += cell.near_mark;
    }
}

pub(crate) fn display<T: std::fmt::Display, S: Serializer>(
    value: &T,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

pub(crate) fn display_option<T: std::fmt::Display, S: Serializer>(
    value: &Option<T>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => to.collect_str(value),
        None => to.serialize_none(),
    }
}

pub(crate) fn code<S: Serializer>(status: &Status, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u16(status.code())
}

pub(crate) fn seconds<S: Serializer>(time: &Option<Millis>, to: S) -> Result<S::Ok, S::Error> {
    time.map(Millis::as_secs_f64).serialize(to)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(crate) fn whole_seconds<S: Serializer>(time: &Millis, to: S) -> Result<S::Ok, S::Error> {
    time.as_secs_f64().serialize(to)
}
