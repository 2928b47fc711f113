//! One handshake's whole way: every sighting of a key, in the order in which its request passed them.

mod tell;
mod wanted;
mod words;

use serde::Serialize;
use wslog_parse::{Millis, Protocol, Status, Timestamp, Upgrade, WebSocketKey};

use crate::analysis::{InputSummary, code, display, display_option, seconds};
use crate::error::Problem;
use crate::error_log::{Joined, whose};
use crate::input::feed::SourceInfo;
use crate::keys::Keys;
use crate::options::Options;
use crate::partial::Partial;
use crate::redaction::marks::Marks;
use crate::redaction::redact_traces;
use crate::summary::{self, Names};
use crate::websocket::outcome::Outcome;

use self::tell::Teller;

/// All sightings of one key.
#[derive(Clone, Debug, Serialize)]
pub struct Trace {
    /// The key.
    #[serde(serialize_with = "display")]
    pub key: WebSocketKey,
    /// How many requests are told apart: what was not under way at one time.
    pub requests: u64,
    /// Whether these are certainly several, though a nonce is used once (RFC 6455 §4.1). Else a proxy that
    /// is not seen may have tried again, or clocks may differ.
    pub is_reused: bool,
    /// By request, then in order along the way.
    pub sightings: Vec<TracedSighting>,
    /// Where it became HTTP/1.0; none if it never was. Of several requests, that of the first downgraded
    /// one.
    pub downgrade: Option<Loss>,
    /// Where `Upgrade: websocket` was lost, as far as lines show it; none if it never was.
    pub upgrade_lost: Option<Loss>,
    /// What changed from one vantage point to the next, in words.
    pub changes: Vec<String>,
}

/// One of a key's sightings.
#[derive(Clone, Debug, Serialize)]
pub struct TracedSighting {
    /// The number of its request among those of the key, from 1.
    pub request: u64,
    /// The nearest sighting that the request is known to have passed before this, by its number among
    /// [`Trace::sightings`], from 0; none where none is known. Those between the two are in the order of
    /// their times.
    pub behind: Option<usize>,
    /// Whether the request was seen here before: the proxy in front tried again.
    pub is_retry: bool,
    /// The line's source.
    pub source: String,
    /// The line's number, from 1; 0 in a capture.
    pub line: u64,
    /// The source's byte the line starts at, from 0; in a capture as in
    /// [`SightingExample`](crate::SightingExample).
    pub byte: u64,
    /// Where it was seen.
    pub vantage: String,
    /// What saw it there.
    pub witness: Witness,
    /// Who connected, as logged; `-` where that is not known.
    pub remote_addr: String,
    /// The last upstream server it was sent on to, as logged; empty if there is none.
    pub upstream_addr: String,
    /// The protocol it was seen with.
    #[serde(serialize_with = "display")]
    pub protocol: Protocol,
    /// Whether its `Upgrade` names `websocket`; none where the line could not show it.
    #[serde(serialize_with = "upgrade")]
    pub upgrade: Upgrade,
    /// The status of the answer.
    #[serde(serialize_with = "code")]
    pub status: Status,
    /// What the status means.
    pub outcome: Outcome,
    /// When the request's first byte came.
    #[serde(serialize_with = "display_option")]
    pub started_at: Option<Timestamp>,
    /// When the request ended.
    #[serde(serialize_with = "display_option")]
    pub logged_at: Option<Timestamp>,
    /// From the request's first byte to its end, in seconds; of an established one the tunnel's life.
    #[serde(serialize_with = "seconds")]
    pub request_time: Option<Millis>,
    /// What nginx's error log says of it, in the order of time.
    pub errors: Vec<TracedError>,
}

/// A line of an error log that is about a sighting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TracedError {
    /// The line's source.
    pub source: String,
    /// The line's number, from 1.
    pub line: u64,
    /// The source's byte the line starts at, from 0.
    pub byte: u64,
    /// What it means, in words.
    pub meaning: &'static str,
}

/// What saw a request at a vantage point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Witness {
    /// An nginx, in its access log.
    Nginx,
    /// A capture of packets.
    Packets,
    /// A browser, in a HAR: taken for the client's own side.
    Browser,
    /// Whoever pasted heads, taken for the client's own side.
    Pasted,
}

/// Where on the way something of a request was lost.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Loss {
    /// How sure it is.
    pub kind: LossKind,
    /// The last vantage point that still had it; none if nobody nearer the client is known to.
    pub after: Option<String>,
    /// The first vantage point that did not.
    pub before: String,
}

/// How sure a [`Loss`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LossKind {
    /// Nobody nearer the client is known to have had it. No conforming client sends such a request.
    Suspected,
    /// The same key was seen with it nearer the client, while the request was under way.
    Proven,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn upgrade<S: serde::Serializer>(upgrade: &Upgrade, to: S) -> Result<S::Ok, S::Error> {
    match upgrade {
        Upgrade::NotLogged => None,
        Upgrade::WebSocket => Some(true),
        Upgrade::Absent | Upgrade::Other => Some(false),
    }
    .serialize(to)
}

/// Which handshakes are to be traced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Those of these keys.
    Keys(Vec<WebSocketKey>),
    /// So many: downgraded ones that failed near the mark first, then other downgraded ones that
    /// failed, then others that failed, then other downgraded ones; of each kind those that took longest.
    Worst(usize),
}

/// The ways of some handshakes.
#[derive(Clone, Debug)]
pub struct Tracing {
    /// In the order asked for; of the worst, the worst first.
    pub traces: Vec<Trace>,
    /// Keys that were nowhere, in the order asked for.
    pub missing: Vec<WebSocketKey>,
    /// Where was looked: for whoever asked, with the names that inputs have, also where traces have
    /// pseudonyms.
    pub input: InputSummary,
    /// Sightings with a key among which was looked.
    pub keyed: u64,
    /// What the caller must know about each source.
    pub problems: Vec<Problem>,
}

/// Finds the keys asked for in everything read from these sources.
pub(crate) fn trace(
    partial: &Partial,
    sources: &[SourceInfo],
    options: &Options,
    wanted: &Wanted,
) -> Tracing {
    let store = &partial.store;
    let found = wanted::wanted(wanted, store, options.mark);
    let whose = whose(sources, &partial.directory);
    let joined = Joined::new(&partial.error_log, &partial.directory, whose, store.sightings());
    let keys = Keys::count(store, &partial.directory, options.mark);
    let marks = Marks { are_on: options.redaction.is_some() };
    let names = Names::new(partial, sources, &keys.split_names, marks);
    let route = names.route(&keys);
    let teller = Teller {
        directory: &partial.directory,
        names: &names,
        route: &route,
        joined: &joined,
        mark: options.mark,
    };
    let (found, missing): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(_, sightings)| !sightings.is_empty());
    let mut traces: Vec<_> =
        found.iter().map(|(key, sightings)| teller.trace(*key, sightings)).collect();
    redact_traces(&mut traces, options);
    let plain = Names::new(partial, sources, &keys.split_names, Marks::default());
    Tracing {
        traces,
        missing: missing.into_iter().map(|(key, _)| key).collect(),
        input: summary::input(partial, sources, &plain, options),
        keyed: keys.with_key,
        problems: summary::problems(partial, sources, &names),
    }
}
