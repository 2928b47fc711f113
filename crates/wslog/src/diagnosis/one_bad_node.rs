//! `one-bad-node`: one node, or one upstream server, fails significantly more than its peers.
//!
//! Each is held against the others of its vantage point by Fisher's exact test, one-sided, p < 0.01 divided by
//! the number of comparisons. A difference has to matter as well: at least twice the rate of the others. What
//! other findings explain is left out of both sides: HTTP/1.0, and of upstream servers 502 and 503.

use std::collections::BTreeMap;

use wslog_parse::Protocol;

use crate::capability::Capability;
use crate::diagnosis::fisher::{Group, fails_more};
use crate::diagnosis::interval::rate;
use crate::diagnosis::measure::{Compared, Measure, logged};
use crate::diagnosis::phrase::{counted, list, probability, rounded};
use crate::diagnosis::pick::{Kind as Which, Pick};
use crate::diagnosis::{
    Affected, Facts, Finding, Number, Rule, SIGNIFICANCE, Severity, UpstreamCell,
};

/// Where more addresses connect than this they are taken for clients: a balancer has few nodes.
const MOST_PEERS: usize = 32;

/// Fewer failures are one client's.
const FEWEST: u64 = 5;

/// A group with fewer sightings than this is called small.
const SMALL: u64 = 10;

/// Most statements about peers.
const TOLD: usize = 4;

pub(super) const RULE: Rule = Rule {
    id: "one-bad-node",
    text: include_str!("one_bad_node.md"),
    is_followed: true,
    finding,
    shown_by,
    compared: Compared::Counted { needs: &[Capability::Node], measures },
};

fn shown_by(facts: &Facts<'_>) -> Vec<Pick> {
    let comparisons = comparisons(facts.logged);
    let pick = |it: &Comparison<'_>| {
        let address = Some(it.address.to_owned());
        let [remote_addr, upstream_addr] = match it.kind {
            Kind::Node => [address, None],
            Kind::Upstream => [None, address],
        };
        let vantage = Some(it.vantage.to_owned());
        let kind = if it.kind == Kind::Node { Which::Failed } else { Which::FailedAtServer };
        Pick { vantage, remote_addr, upstream_addr, kind, ..Pick::default() }
    };
    bad(&comparisons).into_iter().map(pick).collect()
}

/// What fails by way of the peers that either period calls bad.
fn measures(before: &Facts<'_>, after: &Facts<'_>) -> Vec<Measure> {
    let comparisons = [before, after].map(|facts| comparisons(facts.logged));
    let bad: Vec<&Comparison<'_>> = comparisons.iter().flat_map(|all| bad(all)).collect();
    let measure = |kind, what| {
        let is_bad = |address: &str| bad.iter().any(|it| it.kind == kind && it.address == address);
        let count = |facts: &Facts<'_>| {
            let is_of = |cell: &UpstreamCell| kind.peer_of(cell).is_some();
            let is_affected = |cell: &UpstreamCell| {
                cell.status.code() != 101 && kind.peer_of(cell).is_some_and(is_bad)
            };
            logged(facts, is_of, is_affected)
        };
        let measure = Measure::of(what, (before, after), count);
        Measure { has_background: true, ..measure }
    };
    let measures = [
        (Kind::Node, "Sightings that failed by way of a node that fails more"),
        (Kind::Upstream, "Sightings that failed at an upstream server that fails more"),
    ];
    let is_there = |(kind, _): &(Kind, _)| bad.iter().any(|it| it.kind == *kind);
    measures.into_iter().filter(is_there).map(|(kind, what)| measure(kind, what)).collect()
}

/// What fails by way of these.
fn affected(bad: &[&Comparison<'_>], cells: &[UpstreamCell]) -> Affected {
    let is_bad = |cell: &&UpstreamCell| {
        let by_way = |it: &&Comparison<'_>| {
            it.vantage == cell.vantage && it.kind.peer_of(cell) == Some(it.address)
        };
        cell.status.code() != 101 && bad.iter().any(by_way)
    };
    let compared = || cells.iter().filter(|cell| Kind::Node.peer_of(cell).is_some());
    Affected {
        affected: compared().filter(is_bad).map(|cell| cell.count).sum(),
        of: compared().map(|cell| cell.count).sum(),
        unit: "sightings",
    }
}

/// What peers are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Node,
    Upstream,
}

impl Kind {
    /// The peer of this kind by way of which sightings came, where they are compared by it.
    fn peer_of(self, cell: &UpstreamCell) -> Option<&str> {
        if cell.protocol == Protocol::HTTP_10 {
            return None;
        }
        let upstream = cell.upstream_addr.as_str();
        match self {
            Kind::Node => Some(cell.remote_addr.as_str()),
            Kind::Upstream => {
                let is_asked = !["", "-"].contains(&upstream);
                let is_down = matches!(cell.status.code(), 502 | 503);
                (is_asked && !is_down).then_some(upstream)
            }
        }
    }
}

/// One of several peers against the others.
struct Comparison<'a> {
    kind: Kind,
    vantage: &'a str,
    address: &'a str,
    peers: usize,
    own: Group,
    others: Group,
    p: f64,
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let all = comparisons(facts.logged);
    let bad = bad(&all);
    let worst = bad.first()?;
    let mut statements: Vec<String> = bad.iter().take(TOLD).map(|it| it.statement()).collect();
    if bad.len() > TOLD {
        statements
            .push(format!("{} more fail like that.", counted((bad.len() - TOLD) as u64, "peer")));
    }
    if worst.kind == Kind::Upstream {
        statements.push(
            "A 101 is logged when its tunnel ends: a server whose tunnels are still open looks worse than it is."
                .into(),
        );
    }
    statements.push(format!(
        "Compared by Fisher's exact test, {} in all; HTTP/1.0 is left out. A client that tries again and \
         again counts each time: if few clients made these, it may be theirs.",
        counted(all.len() as u64, "comparison")
    ));
    Some(Finding {
        id: RULE.id,
        severity: Severity::Warning,
        title: title(&bad, worst),
        explanation: statements.join("\n"),
        affected: affected(&bad, facts.logged),
        numbers: BTreeMap::from([
            ("compared", Number::Count(all.len() as u64)),
            ("failing", Number::Count(bad.len() as u64)),
            ("p_value", Number::Share(rounded(worst.p))),
        ]),
        examples: Vec::new(),
        remedy: remedy(worst),
    })
}

/// Those that fail significantly more, the least likely by chance first.
fn bad<'c, 'a>(all: &'c [Comparison<'a>]) -> Vec<&'c Comparison<'a>> {
    #[expect(clippy::cast_precision_loss, reason = "a few peers of a few vantage points")]
    let limit = SIGNIFICANCE / all.len().max(1) as f64;
    let mut bad: Vec<_> = all.iter().filter(|it| it.p < limit && it.is_worse()).collect();
    bad.sort_by(|one, other| one.p.total_cmp(&other.p));
    bad
}

/// What is compared: the peers of a kind at a vantage point, by their addresses.
type Groups<'a> = BTreeMap<(&'a str, Kind), BTreeMap<&'a str, Group>>;

/// Every peer against the others of its vantage point, where there are several.
fn comparisons(cells: &[UpstreamCell]) -> Vec<Comparison<'_>> {
    let mut all = Vec::new();
    for ((vantage, kind), peers) in groups(cells) {
        let sum = |count: fn(&Group) -> u64| peers.values().map(count).sum::<u64>();
        let (failed, total) = (sum(|group| group.failed), sum(|group| group.total));
        for (&address, &own) in &peers {
            let others = Group { failed: failed - own.failed, total: total - own.total };
            let p = fails_more(own, others);
            all.push(Comparison { kind, vantage, address, peers: peers.len(), own, others, p });
        }
    }
    all
}

fn groups(cells: &[UpstreamCell]) -> Groups<'_> {
    let mut groups = Groups::new();
    for cell in cells {
        for kind in [Kind::Node, Kind::Upstream] {
            let Some(address) = kind.peer_of(cell) else { continue };
            let peers = groups.entry((&cell.vantage, kind)).or_default();
            let Group { failed, total } = peers.entry(address).or_default();
            *total += cell.count;
            *failed += if cell.status.code() == 101 { 0 } else { cell.count };
        }
    }
    groups.retain(|_, peers| (2..=MOST_PEERS).contains(&peers.len()));
    groups
}

impl Comparison<'_> {
    /// Whether it fails at least twice as often as the others, and more than a client may.
    fn is_worse(&self) -> bool {
        let cross = |one: Group, other: Group| u128::from(one.failed) * u128::from(other.total);
        self.own.failed >= FEWEST
            && cross(self.own, self.others) >= 2 * cross(self.others, self.own)
    }

    fn statement(&self) -> String {
        let Comparison { kind, vantage, address, peers, own, others, p } = self;
        let noun = match kind {
            Kind::Node => "node",
            Kind::Upstream => "upstream server",
        };
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

fn title(bad: &[&Comparison<'_>], worst: &Comparison<'_>) -> String {
    let names: Vec<_> =
        bad.iter().filter(|it| it.kind == worst.kind).map(|it| it.address).collect();
    match worst.kind {
        Kind::Node => format!("Handshakes by way of {} fail more than the others", list(&names, 2)),
        Kind::Upstream => {
            format!("Handshakes sent on to {} fail more than the others", list(&names, 2))
        }
    }
}

fn remedy(worst: &Comparison<'_>) -> String {
    match worst.kind {
        Kind::Node => {
            "Take that node out of the balancer, or have it looked at: what differs there, its \
             version, its timers, the way from it to nginx? Where nothing stands between clients \
             and nginx it is no node but a client."
        }
        Kind::Upstream => {
            "Take that server out of the `upstream` block (`down`), and look at its own log at the \
             times of these handshakes: is it another version, is it full, does it answer other \
             paths?"
        }
    }
    .into()
}
