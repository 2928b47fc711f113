//! The tables that charts are drawn from: sightings by age, and by time.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;
use wslog::parse::Timestamp;
use wslog::{AgeCluster, Ended, Outcome};

use crate::html::{cell, shown};
use crate::words;

/// Most ages of timers that are shown, and said in words.
const MOST_CLUSTERS: usize = 50;
const MOST_SAID: usize = 3;

#[derive(Serialize)]
pub(super) struct Ages {
    unknown: u64,
    has_failed: bool,
    has_tunnels: bool,
    rows: Vec<AgeRow>,
    /// Those of most, at most [`MOST_CLUSTERS`].
    clusters: Vec<Cluster>,
    more: Option<String>,
    /// How many failed within the first bin, and of those of most in words.
    at_once: Option<String>,
    failed_clusters: Vec<String>,
    tunnel_clusters: Vec<String>,
}

#[derive(Serialize)]
struct AgeRow {
    from: String,
    to: String,
    counts: Vec<u64>,
    http10: u64,
}

#[derive(Serialize)]
struct Cluster {
    vantage: String,
    what: &'static str,
    from: String,
    to: String,
    middle: String,
    count: u64,
}

#[derive(Serialize)]
pub(super) struct Timeline {
    bin_seconds: u64,
    undated: u64,
    logged: u64,
    offset: String,
    offset_minutes: i16,
    rows: Vec<TimelineRow>,
}

#[derive(Serialize)]
struct TimelineRow {
    seconds: i64,
    from: String,
    counts: Vec<u64>,
    http10: u64,
}

impl Ages {
    /// None where no line tells an age.
    pub(super) fn of(ages: &wslog::Ages, present: &[Outcome]) -> Option<Ages> {
        let has = |is_meant: fn(Outcome) -> bool| {
            let mut outcomes = ages.bins.iter().flat_map(|row| row.outcomes.keys());
            outcomes.any(|outcome| is_meant(*outcome))
        };
        let row = |row: &wslog::AgeRow| AgeRow {
            from: row.from.as_secs_f64().to_string(),
            to: row.to.as_secs_f64().to_string(),
            counts: counts(&row.outcomes, present),
            http10: row.http10,
        };
        let mut most: Vec<&AgeCluster> = ages.clusters.iter().collect();
        most.sort_by_key(|cluster| Reverse(cluster.count));
        let said = |what| {
            let clusters = most.iter().filter(move |it| it.what == what).take(MOST_SAID);
            clusters.map(|cluster| sentence(cluster)).collect()
        };
        (!ages.bins.is_empty()).then(|| Ages {
            unknown: ages.unknown,
            has_failed: has(Outcome::is_failed),
            has_tunnels: has(|outcome| !outcome.is_failed()),
            rows: ages.bins.iter().map(row).collect(),
            clusters: most.iter().take(MOST_CLUSTERS).map(|it| Cluster::of(it)).collect(),
            more: words::more(MOST_CLUSTERS, most.len()),
            at_once: at_once(ages),
            failed_clusters: said(Ended::Failed),
            tunnel_clusters: said(Ended::Tunnels),
        })
    }
}

/// How many failed within the first bin.
fn at_once(ages: &wslog::Ages) -> Option<String> {
    let first = ages.bins.first().filter(|row| row.from.0 == 0)?;
    let failed = first.outcomes.iter().filter(|(outcome, _)| outcome.is_failed());
    let count: u64 = failed.map(|(_, count)| count).sum();
    let within = first.to;
    (count > 0).then(|| format!("{count} failed within {within} s."))
}

fn sentence(cluster: &AgeCluster) -> String {
    let AgeCluster { vantage, from, to, count, .. } = cluster;
    format!("A timer: {count} ended between {from} and {to} s at {}.", shown(vantage))
}

impl Cluster {
    fn of(cluster: &AgeCluster) -> Cluster {
        Cluster {
            vantage: cell(&cluster.vantage),
            what: match cluster.what {
                Ended::Failed => "failed",
                Ended::Tunnels => "tunnels",
            },
            from: cluster.from.as_secs_f64().to_string(),
            to: cluster.to.as_secs_f64().to_string(),
            middle: cluster.middle.as_secs_f64().to_string(),
            count: cluster.count,
        }
    }
}

impl Timeline {
    /// None where no line tells its time.
    pub(super) fn of(timeline: &wslog::Timeline, present: &[Outcome]) -> Option<Timeline> {
        let row = |row: &wslog::TimelineRow| TimelineRow {
            seconds: row.from.unix_millis().div_euclid(1000),
            from: row.from.to_string(),
            counts: counts(&row.outcomes, present),
            http10: row.http10,
        };
        let first = timeline.bins.first()?.from;
        Some(Timeline {
            bin_seconds: timeline.bin_seconds,
            undated: timeline.undated,
            logged: timeline.logged,
            offset: offset(first),
            offset_minutes: first.offset_minutes(),
            rows: timeline.bins.iter().map(row).collect(),
        })
    }
}

/// `UTC+08:00`.
fn offset(at: Timestamp) -> String {
    let minutes = at.offset_minutes();
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

fn counts(outcomes: &BTreeMap<Outcome, u64>, present: &[Outcome]) -> Vec<u64> {
    let count = |outcome| outcomes.get(outcome).copied().unwrap_or_default();
    present.iter().map(count).collect()
}
