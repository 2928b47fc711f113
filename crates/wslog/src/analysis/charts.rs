//! Sightings counted by time and by age, finely enough for a chart and no finer.

use std::collections::BTreeMap;

use serde::Serialize;
use wslog_parse::{Millis, Timestamp};

use crate::analysis::{display, whole_seconds};
use crate::websocket::outcome::Outcome;

/// Sightings by when they began: `sightings.total` is the sum of all rows and `undated`.
#[derive(Clone, Debug, Serialize)]
pub struct Timeline {
    /// How wide each row's time is, in seconds: the least of a fixed ladder that leaves at most 1,500
    /// rows.
    pub bin_seconds: u64,
    /// Sightings whose lines do not tell when they were.
    pub undated: u64,
    /// Those in the rows whose lines do not tell how long they took: by when they were logged.
    pub logged: u64,
    /// The times in which any began, the earliest first.
    pub bins: Vec<TimelineRow>,
}

/// Sightings that began within one row's time.
#[derive(Clone, Debug, Serialize)]
pub struct TimelineRow {
    /// When that time begins.
    #[serde(serialize_with = "display")]
    pub from: Timestamp,
    /// How they ended; outcomes that none had are left out.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Those of them at HTTP/1.0.
    pub http10: u64,
}

/// Sightings by how old they were when they ended: `sightings.total` is the sum of all rows and
/// `unknown`.
#[derive(Clone, Debug, Serialize)]
pub struct Ages {
    /// Sightings whose lines do not tell how long they took.
    pub unknown: u64,
    /// The ages at which any ended, the youngest first.
    pub bins: Vec<AgeRow>,
    /// The ages at which a timer ended them, by vantage point, then age.
    pub clusters: Vec<AgeCluster>,
}

/// Sightings that ended within one row's ages, by `$request_time`: about each whole second up to ten
/// minutes, then in wider steps.
#[derive(Clone, Debug, Serialize)]
pub struct AgeRow {
    /// From which age, in seconds.
    #[serde(serialize_with = "whole_seconds")]
    pub from: Millis,
    /// To which age, in seconds; it is the next row's.
    #[serde(serialize_with = "whole_seconds")]
    pub to: Millis,
    /// How they ended; outcomes that none had are left out.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Those of them at HTTP/1.0.
    pub http10: u64,
}

/// An age at which far more ended at one vantage point than chance explains: what `timer-in-front`,
/// `timer-in-nginx` and `idle-tunnels-closed` rest on.
#[derive(Clone, Debug, Serialize)]
pub struct AgeCluster {
    /// The vantage point.
    pub vantage: String,
    /// What ended.
    pub what: Ended,
    /// From which age, in seconds.
    #[serde(serialize_with = "whole_seconds")]
    pub from: Millis,
    /// Up to and with which age, in seconds.
    #[serde(serialize_with = "whole_seconds")]
    pub to: Millis,
    /// Half of them were not older, in seconds.
    #[serde(serialize_with = "whole_seconds")]
    pub middle: Millis,
    /// How many.
    pub count: u64,
}

/// What ends at an age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Handshakes that ended in 499 or 504.
    Failed,
    /// Tunnels.
    Tunnels,
}
