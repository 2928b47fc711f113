//! Forensics for WebSocket opening handshakes behind nginx: access logs become an [`Analysis`].
//!
//! ```
//! use wslog::{Analyzer, Options};
//!
//! # let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/case/access.log");
//! # let log = std::fs::File::open(dir)?;
//! let analysis = Analyzer::new(Options::default()).reader("access.log", log).run()?;
//! assert_eq!(analysis.sightings.total, 4);
//! assert_eq!(analysis.downgrades.near_mark, 2);
//! for finding in &analysis.findings {
//!     println!("{:?}: {}", finding.severity, finding.title);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Analyzer`] reads finished logs, [`Follower`] one that is still being written. Both fold lines
//! into the same tables, judge them by the same rules and end in the same [`Analysis`], which
//! `serde` can write as the JSON report. The library prints nothing and never exits.
//!
//! The words: a **sighting** is one opening handshake in one log line; a **handshake** is all
//! sightings with one Sec-WebSocket-Key; a **vantage point** is where a sighting was made; a
//! **downgrade** is a sighting at HTTP/1.0, which no conforming client sends (RFC 6455 §4.1).

mod accepts;
mod ages;
mod analysis;
mod analyzer;
mod asked;
mod audit;
mod candidates;
mod capability;
#[cfg(feature = "capture")]
pub mod capture;
mod client;
mod codec;
mod comparison;
mod correlation;
mod counts;
mod diagnosis;
mod directory;
mod downgraded;
mod error;
mod error_log;
mod events;
mod export;
mod extent;
mod few;
mod fingerprint;
mod fold;
mod follow;
mod histogram;
mod input;
mod keys;
mod known_requests;
mod malformed;
mod map;
mod names;
mod nginx_conf;
mod options;
mod partial;
mod partials;
mod path_names;
mod path_shape;
mod paths;
mod period;
mod pipeline;
mod profile;
mod progress;
mod recent;
mod recent_ways;
mod redaction;
mod repeats;
mod sighting;
mod store;
mod summary;
mod survey;
#[cfg(feature = "follow")]
mod tail;
mod targets;
mod trace;
mod vantage_names;
mod websocket;

pub use regex::bytes::Regex;
pub use wslog_parse as parse;

pub use crate::analysis::{
    AcceptCounts, AgeCluster, AgeRow, Ages, Analysis, ByRule, CaptureSummary, CellRow, ClientsRow,
    Downgrades, Ended, FormatLines, Handshakes, InputSummary, LatencyRow, LocatedRow,
    MalformedReason, NodeRow, PathLoss, PathRow, Percentiles, RejectedLine, RemoteAddrRow,
    RequestRow, Requests, SightingExample, SightingRow, Sightings, Source, Timeline, TimelineRow,
    Totals, UndecodedRow, VantageRow,
};
pub use crate::analyzer::{Analyzer, Gathered};
pub use crate::audit::{
    Audit, AuditFinding, AuditOptions, AuditedLocation, ConfPlace, ConfProblem, Evidence,
    EvidenceTotals, FindingPlace, NginxVersion, NoNginxVersion, Setting, StatusCount,
};
pub use crate::capability::Capability;
pub use crate::comparison::{
    ComparedPeriod, Comparison, FailureChange, FindingChange, FindingSeen, Limit, LimitId,
    MeasureChange, OutcomeChange, Rate, Trend, Verdict, compare,
};
pub use crate::diagnosis::{Affected, Example, Explanation, Finding, Number, Severity};
pub use crate::error::{Error, FirstMismatch, Problem, ProblemKind};
pub use crate::error_log::{ErrorEventRow, ErrorLogSummary};
pub use crate::export::{
    Batch, Column, Date, Exported, Kind, Table, Texts, TextsIter, Value, Values, ValuesIter,
};
pub use crate::follow::{
    Change, Event, FindingEvent, Follower, HandshakeEvent, LogId, StateError, Summary,
};
pub use crate::input::identity::FileIdentity;
pub use crate::input::range::{ByteRange, NoByteRange};
pub use crate::input::source::Input;
pub use crate::input::vantage_name::{NoVantageName, VantageName};
pub use crate::nginx_conf::{NginxConf, NginxConfError};
pub use crate::options::{ChunkSize, Options};
pub use crate::partials::{Buckets, Merger, NoBuckets, PartialError, frame_lens};
pub use crate::period::{Moment, NoMoment, Period};
pub use crate::progress::Progress;
pub use crate::redaction::{Redacted, RedactionKey};
pub use crate::survey::{FormatFit, Survey, survey};
#[cfg(feature = "follow")]
pub use crate::tail::{Missing, Read, Resumed, Start, Tail, Waker};
pub use crate::trace::{
    Loss, LossKind, Trace, TracedError, TracedSighting, Tracing, Wanted, Witness,
};
pub use crate::websocket::mark::Mark;
pub use crate::websocket::outcome::Outcome;
