//! Verdicts: each finding in a file of its own, with its words beside its rule.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use wslog_parse::{Millis, Protocol, Status, Timestamp, Upgrade, VariableSet};

use crate::ages::Endings;
use crate::analysis::{
    AcceptCounts, AgeCluster, Analysis, Downgrades, Ended, InputSummary, LocatedRow, RejectedLine,
    SightingExample, Sightings,
};
use crate::diagnosis::cluster::Cluster;
use crate::diagnosis::measure::Compared;
use crate::diagnosis::peer::PeerRow;
use crate::diagnosis::phrase::share;
use crate::diagnosis::pick::Pick;
use crate::diagnosis::upgrade_missing::RefusedRow;
use crate::sighting::KeyKind;
use crate::targets::Targets;
use crate::websocket::mark::Mark;

mod accept_mismatch;
mod blind_spots;
mod clock_skew;
mod cluster;
pub(crate) mod fisher;
mod http10_downgrade;
mod http2_handshake;
mod idle_tunnels_closed;
pub(crate) mod interval;
mod key_malformed;
mod key_reused;
mod log_injection;
pub(crate) mod measure;
pub(crate) mod moment;
pub(crate) mod one_bad_node;
pub(crate) mod peer;
pub(crate) mod phrase;
pub(crate) mod pick;
mod product;
mod proof;
pub(crate) mod stratified;
mod timer;
mod timer_in_front;
mod timer_in_nginx;
mod tunnels_cut_together;
pub(crate) mod upgrade_missing;
mod upstream_down;

/// One verdict.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Its stable name, such as `http10-downgrade`.
    pub id: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub title: String,
    /// What was seen, with counts and shares, since when and where.
    pub explanation: String,
    /// When the first and the last handshake that shows it began; none where that is not known of all.
    #[serde(flatten, serialize_with = "span")]
    pub span: Option<(Timestamp, Timestamp)>,
    /// How much of it there is.
    #[serde(flatten)]
    pub affected: Affected,
    /// The numbers it rests on.
    pub numbers: BTreeMap<&'static str, Number>,
    /// Lines that show it, by source and byte.
    pub examples: Vec<Example>,
    /// What to do.
    pub remedy: String,
}

/// `first_at` and `last_at`.
fn span<S: Serializer>(
    span: &Option<(Timestamp, Timestamp)>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(2))?;
    map.serialize_entry("first_at", &span.map(|(first, _)| first.to_string()))?;
    map.serialize_entry("last_at", &span.map(|(_, last)| last.to_string()))?;
    map.end()
}

/// How much of a finding there is: what two periods are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Affected {
    /// How many are affected.
    pub affected: u64,
    /// Of how many.
    pub of: u64,
    /// Of what: `sightings`, `tunnels`, `keys`, `answers`, or `lines`.
    pub unit: &'static str,
}

/// What a finding means, how it is computed, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The finding's stable name.
    pub id: &'static str,
    /// What it says, in one line.
    pub summary: &'static str,
    /// All of it, as Markdown in lines of at most 80 columns.
    pub text: &'static str,
    /// Whether what is followed can show it: the others take all handshakes, or captures.
    pub is_followed: bool,
}

impl Finding {
    /// What each finding there is means, by name.
    pub fn explanations() -> impl Iterator<Item = Explanation> {
        RULES.iter().map(|rule| {
            let Rule { id, text, is_followed, .. } = *rule;
            let summary = text.lines().nth(2).unwrap_or_default();
            Explanation { id, summary, text, is_followed }
        })
    }
}

/// Chance alone gives a smaller probability once in a hundred logs.
pub(crate) const SIGNIFICANCE: f64 = 0.01;

/// What makes a finding, and what it means.
pub(crate) struct Rule {
    pub(crate) id: &'static str,
    /// Its name as a heading, its summary, and chapters.
    text: &'static str,
    is_followed: bool,
    finding: fn(&Facts<'_>) -> Option<Finding>,
    /// What lines show it, if it does not cite any.
    pub(crate) shown_by: fn(&Facts<'_>) -> Vec<Pick>,
    /// How two periods are compared by it.
    pub(crate) compared: Compared,
}

impl Rule {
    /// All rules, by name.
    pub(crate) fn all() -> &'static [Rule] {
        &RULES
    }
}

/// All there are, by name.
const RULES: [Rule; 15] = [
    accept_mismatch::RULE,
    blind_spots::RULE,
    clock_skew::RULE,
    http10_downgrade::RULE,
    http2_handshake::RULE,
    idle_tunnels_closed::RULE,
    key_malformed::RULE,
    key_reused::RULE,
    log_injection::RULE,
    one_bad_node::RULE,
    timer_in_front::RULE,
    timer_in_nginx::RULE,
    tunnels_cut_together::RULE,
    upgrade_missing::RULE,
    upstream_down::RULE,
];

/// A line that shows a finding.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Example {
    /// A handshake.
    Sighting(SightingExample),
    /// A line that gave no entry.
    Line(RejectedLine),
}

/// How much a finding matters; the most severe comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Connections are lost.
    Critical,
    /// Something is wrong, and may lose connections.
    Warning,
    /// Worth knowing.
    Info,
}

/// A number of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Number {
    /// How many.
    Count(u64),
    /// A share from 0 to 1, or a probability.
    Share(f64),
    /// A duration in seconds.
    Seconds(f64),
}

/// What sightings and answers say together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Correlated {
    pub(crate) accepts: AcceptCounts,
    /// Where downgrades happen.
    pub(crate) located: Vec<LocatedRow>,
    /// Where `Upgrade` is lost.
    pub(crate) upgrade_lost: Vec<LocatedRow>,
    /// Keys that several requests used.
    pub(crate) keys_reused: u64,
    /// All keys, and those seen more than once.
    pub(crate) keys: u64,
    pub(crate) keys_seen_more_than_once: u64,
    /// Two requests of each of the first of these keys.
    pub(crate) reused_examples: Vec<SightingExample>,
    /// Whose clocks differ.
    pub(crate) clocks: Vec<ClockRow>,
    /// Moments at which many tunnels ended.
    pub(crate) cuts: Vec<CutRow>,
    /// Peers that seem to fail more, client by client.
    pub(crate) peers: Vec<PeerRow>,
    /// What servers answer as plain requests, as far as it means something; none where it is not known on which
    /// paths.
    pub(crate) refused: Option<Vec<RefusedRow>>,
    /// How old handshakes were when they ended, by the name of the vantage point.
    pub(crate) ages: BTreeMap<String, Endings>,
}

/// A moment at which many tunnels of one vantage point ended.
#[derive(Clone, Debug)]
pub(crate) struct CutRow {
    pub(crate) vantage: String,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) ended: u64,
    /// How many were open just before, with these.
    pub(crate) open: u64,
    /// How likely chance alone makes such a moment anywhere.
    pub(crate) p: f64,
    /// The only node, and the only upstream server, that they went by way of.
    pub(crate) remote_addr: Option<String>,
    pub(crate) upstream_addr: Option<String>,
}

/// Two vantage points whose clocks differ.
#[derive(Clone, Debug)]
pub(crate) struct ClockRow {
    /// The one that is behind, and the one that is ahead.
    pub(crate) behind: String,
    pub(crate) ahead: String,
    /// By how much, in ms: the least and the greatest that was seen.
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// Of how many handshakes.
    pub(crate) count: u64,
    /// One of them at both.
    pub(crate) examples: Vec<SightingExample>,
}

/// Sightings that nginx logged and that agree in all of this.
#[derive(Clone, Debug)]
pub(crate) struct UpstreamCell {
    pub(crate) vantage: String,
    /// Who connected.
    pub(crate) remote_addr: String,
    /// The last upstream server that was asked; `-` where none was, empty where that is not logged.
    pub(crate) upstream_addr: String,
    pub(crate) protocol: Protocol,
    pub(crate) status: Status,
    /// What lines show of the request's headers.
    pub(crate) key: KeyKind,
    pub(crate) upgrade: Upgrade,
    pub(crate) count: u64,
}

/// What findings are made of.
pub(crate) struct Facts<'a> {
    pub(crate) input: &'a InputSummary,
    /// The variables that parsed lines show, with how many lines show them.
    pub(crate) formats: &'a [(VariableSet, u64)],
    pub(crate) sightings: &'a Sightings,
    /// What nginx logged of them.
    pub(crate) logged: &'a [UpstreamCell],
    /// Sightings whose key is none.
    pub(crate) malformed_keys: u64,
    pub(crate) downgrades: &'a Downgrades,
    pub(crate) correlated: &'a Correlated,
    pub(crate) mark: Mark,
    /// When the first and the last failed downgrade started.
    pub(crate) failed_downgrades: Option<(Timestamp, Timestamp)>,
    /// When the first request ended, where two periods are compared.
    pub(crate) first_logged_at: Option<Timestamp>,
}

/// What findings are made of beside what the report has.
#[derive(Clone, Debug)]
pub(crate) struct Basis {
    pub(crate) formats: Vec<(VariableSet, u64)>,
    pub(crate) logged: Vec<UpstreamCell>,
    pub(crate) correlated: Correlated,
    pub(crate) malformed_keys: u64,
    pub(crate) failed_downgrades: Option<(Timestamp, Timestamp)>,
    /// What handshakes asked for, where that is asked for.
    pub(crate) targets: Targets,
    /// When the first request ended.
    pub(crate) first_logged_at: Option<Timestamp>,
}

impl<'a> Facts<'a> {
    /// Those that an analysis was made of.
    pub(crate) fn of(analysis: &'a Analysis) -> Facts<'a> {
        let basis = &analysis.basis;
        Facts {
            input: &analysis.input,
            formats: &basis.formats,
            sightings: &analysis.sightings,
            logged: &basis.logged,
            malformed_keys: basis.malformed_keys,
            downgrades: &analysis.downgrades,
            correlated: &basis.correlated,
            mark: analysis.mark,
            failed_downgrades: basis.failed_downgrades,
            first_logged_at: basis.first_logged_at,
        }
    }

    /// How many of the sightings nothing but their path tells, if any: whatever counts sightings says so.
    pub(crate) fn inferred(&self) -> Option<String> {
        let inferred = self.sightings.by_rule.path;
        (inferred > 0).then(|| {
            let share = share(inferred, self.sightings.total);
            format!("Told by the path alone, without a key or an Upgrade: {share}.")
        })
    }
}

/// The ages at which timers ended handshakes or tunnels, by vantage point, then age.
pub(crate) fn age_clusters(facts: &Facts<'_>) -> Vec<AgeCluster> {
    let row = |vantage: &str, what, cluster: Cluster| AgeCluster {
        vantage: vantage.to_owned(),
        what,
        from: Millis(cluster.from),
        to: Millis(cluster.to),
        middle: Millis(cluster.middle),
        count: cluster.count,
    };
    let failed = timer::timers(facts);
    let failed = failed.iter().map(|it| row(it.vantage, Ended::Failed, it.cluster));
    let tunnels = idle_tunnels_closed::cuts(facts);
    let tunnels = tunnels.iter().map(|it| row(it.vantage, Ended::Tunnels, it.cluster));
    let mut rows: Vec<_> = failed.chain(tunnels).collect();
    rows.sort_by(|one, other| (&one.vantage, one.from.0).cmp(&(&other.vantage, other.from.0)));
    rows
}

/// All findings that the facts bear, the most severe first, then by name.
pub(crate) fn diagnose(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings: Vec<_> = RULES.iter().filter_map(|rule| (rule.finding)(facts)).collect();
    findings.sort_by_key(|finding| (finding.severity, finding.id));
    findings
}
