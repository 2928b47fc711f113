//! `one-bad-node`: one node, or one upstream server, fails significantly more than its peers.
//!
//! Each is held against the others of its vantage point by Fisher's exact test, one-sided, p < 0.01 divided by
//! the number of comparisons, first by handshakes. Who fails more then is held against them client by client,
//! by the log-rank test of when each first fails, within one path and time, where it is known whose handshakes
//! they are; where that is not known the client may be what is bad, and the finding says no more than it knows.
//! A difference has to matter as well: at least twice the rate of the others. What other findings explain is left
//! out of both sides: HTTP/1.0, and of upstream servers 502 and 503.

use std::collections::BTreeMap;

use crate::capability::Capability;
use crate::diagnosis::fisher::{Group, fails_more};
use crate::diagnosis::interval::rate;
use crate::diagnosis::measure::{Compared as Measured, Counts, Measure, logged};
use crate::diagnosis::peer::{Compared, MOST_NODES, Peer, PeerKind, PeerRow};
use crate::diagnosis::phrase::{counted, counted_are, list, probability, rounded};
use crate::diagnosis::pick::{Kind as Which, Pick};
use crate::diagnosis::stratified::{Stratum, ratio};
use crate::diagnosis::{
    Affected, Facts, Finding, Number, Rule, SIGNIFICANCE, Severity, UpstreamCell,
};

/// Most upstream servers that are compared.
const MOST_SERVERS: usize = 1024;

/// Fewer failures are one client's.
const FEWEST: u64 = 5;

/// Less often than so many times as the others does not matter.
const WORSE: f64 = 2.0;

/// A group with fewer than this is called small.
const SMALL: u64 = 10;

/// Most statements about peers.
const TOLD: usize = 4;

pub(super) const RULE: Rule = Rule {
    id: "one-bad-node",
    text: include_str!("one_bad_node.md"),
    is_followed: true,
    finding,
    shown_by,
    compared: Measured::Counted { needs: &[Capability::Node], measures },
};

fn shown_by(facts: &Facts<'_>) -> Vec<Pick> {
    let pick = |it: &Comparison<'_>| {
        let address = Some(it.peer.address.to_owned());
        let (remote_addr, upstream_addr, kind) = match it.peer.kind {
            PeerKind::Node => (address, None, Which::Failed),
            PeerKind::Upstream => (None, address, Which::FailedAtServer),
        };
        let vantage = Some(it.peer.vantage.to_owned());
        Pick { vantage, remote_addr, upstream_addr, kind, ..Pick::default() }
    };
    bad(facts).iter().map(pick).collect()
}

/// What fails by way of the peers that either period calls bad.
fn measures(before: &Facts<'_>, after: &Facts<'_>) -> Vec<Measure> {
    let bad: Vec<Comparison<'_>> = [before, after].into_iter().flat_map(bad).collect();
    let measure = |kind, what| {
        let is_bad =
            |address: &str| bad.iter().any(|it| it.peer.kind == kind && it.peer.address == address);
        let count = |facts: &Facts<'_>| {
            let is_of = |cell: &UpstreamCell| kind.peer_of(cell).is_some();
            let is_affected = |cell: &UpstreamCell| {
                cell.status.code() != 101 && kind.peer_of(cell).is_some_and(is_bad)
            };
            logged(facts, is_of, is_affected)
        };
        let measure = Measure::of(Counts::Failures, what, (before, after), count);
        Measure { has_background: true, ..measure }
    };
    let measures = [
        (PeerKind::Node, "Sightings that failed by way of a node that fails more"),
        (PeerKind::Upstream, "Sightings that failed at an upstream server that fails more"),
    ];
    let is_there = |(kind, _): &(PeerKind, _)| bad.iter().any(|it| it.peer.kind == *kind);
    measures.into_iter().filter(is_there).map(|(kind, what)| measure(kind, what)).collect()
}

/// What fails by way of these.
fn affected(bad: &[Comparison<'_>], cells: &[UpstreamCell]) -> Affected {
    let is_bad = |cell: &&UpstreamCell| {
        let by_way = |it: &Comparison<'_>| {
            it.peer.vantage == cell.vantage && it.peer.kind.peer_of(cell) == Some(it.peer.address)
        };
        cell.status.code() != 101 && bad.iter().any(by_way)
    };
    let compared = || cells.iter().filter(|cell| PeerKind::Node.peer_of(cell).is_some());
    Affected {
        affected: compared().filter(is_bad).map(|cell| cell.count).sum(),
        of: compared().map(|cell| cell.count).sum(),
        unit: "sightings",
    }
}

/// One of several peers against the others.
struct Comparison<'a> {
    peer: Peer<'a>,
    peers: usize,
    unit: Unit,
    own: Group,
    others: Group,
    p: f64,
    /// How many times as often it fails.
    ratio: f64,
    /// How many failed, as far as they are known to be different: addresses of clients, or handshakes.
    failing: u64,
    /// How many addresses are left out, because they never get through.
    stuck: u64,
}

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Client,
    Handshake,
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let bad = bad(facts);
    let worst = bad.first()?;
    let compared = comparisons(facts.logged).len() as u64;
    let mut statements: Vec<String> = bad.iter().take(TOLD).map(Comparison::statement).collect();
    if bad.len() > TOLD {
        statements
            .push(format!("{} more fail like that.", counted((bad.len() - TOLD) as u64, "peer")));
    }
    statements.extend(caveats(&bad, worst));
    statements.extend(facts.inferred());
    statements.push(format!(
        "Compared by Fisher's exact test, {} in all; HTTP/1.0 is left out.",
        counted(compared, "comparison")
    ));
    Some(Finding {
        id: RULE.id,
        span: None,
        severity: match worst.unit {
            Unit::Client => Severity::Warning,
            Unit::Handshake => Severity::Info,
        },
        title: title(&bad, worst),
        explanation: statements.join("\n"),
        affected: affected(&bad, facts.logged),
        numbers: BTreeMap::from([
            ("compared", Number::Count(compared)),
            ("failing", Number::Count(bad.len() as u64)),
            ("p_value", Number::Share(rounded(worst.p))),
        ]),
        examples: Vec::new(),
        remedy: remedy(worst),
    })
}

/// Those that fail significantly more, the surest first.
fn bad<'a>(facts: &Facts<'a>) -> Vec<Comparison<'a>> {
    let all = comparisons(facts.logged);
    let limit = limit(&all);
    let mut bad: Vec<_> = all
        .into_iter()
        .filter(|it| it.is_bad(limit))
        .filter_map(|it| it.by_client(facts))
        .filter(|it| it.is_bad(limit))
        .collect();
    bad.sort_by(|one, other| (one.unit.cmp(&other.unit)).then(one.p.total_cmp(&other.p)));
    bad
}

/// Those that seem to, by handshakes, in their order; each with how many sightings count at its vantage point.
pub(crate) fn suspects(cells: &[UpstreamCell]) -> Vec<(Peer<'_>, u64)> {
    let all = comparisons(cells);
    let limit = limit(&all);
    let suspects = all.into_iter().filter(|it| it.is_bad(limit));
    suspects.map(|it| (it.peer, it.own.total + it.others.total)).collect()
}

/// What chance alone makes less likely for any of all comparisons (Bonferroni).
fn limit(all: &[Comparison<'_>]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few peers of a few vantage points")]
    let count = all.len().max(1) as f64;
    SIGNIFICANCE / count
}

/// What is compared: the peers of a kind at a vantage point, by their addresses.
type Groups<'a> = BTreeMap<(&'a str, PeerKind), BTreeMap<&'a str, Group>>;

/// Every peer against the others of its vantage point, where there are several.
fn comparisons(cells: &[UpstreamCell]) -> Vec<Comparison<'_>> {
    let mut all = Vec::new();
    for ((vantage, kind), peers) in groups(cells) {
        let sum = |count: fn(&Group) -> u64| peers.values().map(count).sum::<u64>();
        let (failed, total) = (sum(|group| group.failed), sum(|group| group.total));
        for (&address, &own) in &peers {
            let others = Group { failed: failed - own.failed, total: total - own.total };
            all.push(Comparison {
                peer: Peer { vantage, kind, address },
                peers: peers.len(),
                unit: Unit::Handshake,
                own,
                others,
                failing: own.failed,
                stuck: 0,
                p: fails_more(own, others),
                ratio: ratio(&[Stratum { own, others }]),
            });
        }
    }
    all
}

fn groups(cells: &[UpstreamCell]) -> Groups<'_> {
    let mut groups = Groups::new();
    for cell in cells {
        for kind in [PeerKind::Node, PeerKind::Upstream] {
            let Some(address) = kind.peer_of(cell) else { continue };
            let peers = groups.entry((&cell.vantage, kind)).or_default();
            let Group { failed, total } = peers.entry(address).or_default();
            *total += cell.count;
            *failed += if cell.status.code() == 101 { 0 } else { cell.count };
        }
    }
    groups.retain(|(_, kind), peers| {
        let most = if *kind == PeerKind::Node { MOST_NODES } else { MOST_SERVERS };
        (2..=most).contains(&peers.len())
    });
    groups
}

impl<'a> Comparison<'a> {
    /// Whether it fails more often than chance has it, often enough to matter, and more than a client may.
    fn is_bad(&self, limit: f64) -> bool {
        self.p < limit && self.ratio >= WORSE && self.failing >= FEWEST
    }

    /// The same client by client; `None` where clients were taken for nodes.
    fn by_client(self, facts: &Facts<'a>) -> Option<Comparison<'a>> {
        let is_it = |row: &&PeerRow| {
            (row.vantage.as_str(), row.kind) == self.peer.group()
                && row.address == self.peer.address
        };
        match facts.correlated.peers.iter().find(is_it).map(|row| row.compared) {
            Some(Compared::Unlike) => None,
            Some(Compared::Not) | None => Some(self),
            Some(Compared::ByClient { own, others, failing, stuck, p, ratio }) => {
                let unit = Unit::Client;
                Some(Comparison { unit, own, others, failing, stuck, p, ratio, ..self })
            }
        }
    }

    fn noun(&self) -> &'static str {
        match self.peer.kind {
            PeerKind::Node => "node",
            PeerKind::Upstream => "upstream server",
        }
    }

    fn statement(&self) -> String {
        let Comparison { peer: Peer { vantage, address, .. }, peers, own, others, p, .. } = self;
        let noun = self.noun();
        let others_are = match peers - 1 {
            1 => format!("the other {noun}"),
            more => format!("the other {more} {noun}s"),
        };
        let is_small = own.total.min(others.total) < SMALL;
        let small = if is_small { "; the numbers are small" } else { "" };
        format!(
            "At {vantage} the {noun} {address} fails {}, {others_are} {}: p = {}{small}.",
            rate(*own),
            rate(*others),
            probability(*p)
        )
    }
}

/// How this was counted, and what else it may be.
fn caveats(bad: &[Comparison<'_>], worst: &Comparison<'_>) -> Vec<String> {
    let mut caveats = Vec::new();
    if bad.iter().any(|it| it.unit == Unit::Client) {
        let path = if worst.peer.kind == PeerKind::Upstream { " and path" } else { "" };
        caveats.push(format!(
            "Held against handshakes of the same time{path} alone; for p a client's address counts until its first \
             failure."
        ));
    }
    if let Some(most) = bad.iter().map(|it| it.stuck).max().filter(|most| *most > 0) {
        caveats.push(format!(
            "{} left out: tried ten times or more, and never got through, where most others did.",
            counted_are(most, "address")
        ));
    }
    if bad.iter().any(|it| it.unit == Unit::Handshake) {
        let noun = worst.noun();
        caveats.push(format!(
            "The log does not show whose handshakes these are: a client that tries again and again counts \
             each time, and it may be the client and not the {noun}."
        ));
    }
    if bad.iter().any(|it| it.unit == Unit::Handshake || it.peer.kind == PeerKind::Upstream) {
        caveats.push(
            "A 101 is logged when its tunnel ends: where tunnels are still open it looks worse than it is."
                .into(),
        );
    }
    caveats
}

fn title(bad: &[Comparison<'_>], worst: &Comparison<'_>) -> String {
    let is_alike = |it: &&Comparison<'_>| it.peer.kind == worst.peer.kind && it.unit == worst.unit;
    let names: Vec<_> = bad.iter().filter(is_alike).map(|it| it.peer.address).collect();
    let by_way = match worst.peer.kind {
        PeerKind::Node => "by way of",
        PeerKind::Upstream => "sent on to",
    };
    let or_clients = match worst.unit {
        Unit::Client => "",
        Unit::Handshake => ", or those of a client there",
    };
    format!("Handshakes {by_way} {} fail more than the others{or_clients}", list(&names, 2))
}

fn remedy(worst: &Comparison<'_>) -> String {
    let first = match worst.unit {
        Unit::Client => "",
        Unit::Handshake => {
            "Log `$http_x_forwarded_for` and `$http_user_agent`, which tell clients apart, and look again. "
        }
    };
    let then = match worst.peer.kind {
        PeerKind::Node => {
            "Take that node out of the balancer, or have it looked at: what differs there, its \
             version, its timers, the way from it to nginx? Where nothing stands between clients \
             and nginx it is no node but a client."
        }
        PeerKind::Upstream => {
            "Take that server out of the `upstream` block (`down`), and look at its own log at the \
             times of these handshakes: is it another version, is it full, does it answer other \
             paths?"
        }
    };
    format!("{first}{then}")
}
