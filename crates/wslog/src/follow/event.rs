//! What is told as it happens.

use serde::Serialize;
use wslog_parse::Timestamp;

use crate::analysis::SightingExample;
use crate::diagnosis::Finding;
use crate::websocket::outcome::Outcome;

/// Something worth telling at once.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A handshake that failed, was downgraded, or both.
    Handshake(HandshakeEvent),
    /// A finding of the window came, went, or changed its severity.
    Finding(FindingEvent),
}

/// A handshake that failed, was downgraded, or both.
#[derive(Clone, Debug, Serialize)]
pub struct HandshakeEvent {
    /// What its status means.
    pub outcome: Outcome,
    /// Whether it failed near the mark.
    pub near_mark: bool,
    /// Whether it was seen at HTTP/1.0.
    pub downgrade: bool,
    /// Whether it may have been told before: its line was there already when a follower went on
    /// where another one had ended.
    pub may_be_repeated: bool,
    /// The sighting, as the report shows it.
    pub sighting: SightingExample,
}

/// A finding of the window came, went, or changed its severity.
#[derive(Clone, Debug, Serialize)]
pub struct FindingEvent {
    /// When the last line was logged that bears it; where it has closed, the moment, by this machine's
    /// clock.
    #[serde(serialize_with = "crate::analysis::display")]
    pub at: Timestamp,
    /// What became of it.
    pub change: Change,
    /// The finding; as it was last, where it has closed.
    pub finding: Finding,
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// What the window shows bears it now.
    Opened,
    /// Its severity is another one now.
    Changed,
    /// What the window shows does not bear it any more.
    Closed,
}
