//! `http10-downgrade`: handshakes arrive as HTTP/1.0.
//!
//! A client that conforms to RFC 6455 §4.1 asks with HTTP/1.1 or higher, so something between it
//! and nginx rewrote the request. That alone breaks nothing: nginx switches protocols for an
//! HTTP/1.0 request too, if `Upgrade` is still in it. Usually it is not, and an upstream server
//! that answers no plain GET on the path leaves the request to whoever's timer fires first.
//!
//! Critical when HTTP/1.0 sightings fail near the mark, or at some vantage point significantly
//! more often than the others there (Fisher's exact test, one-sided, p < 0.01 divided by the number
//! of vantage points compared); a warning when they fail otherwise; info when all were
//! established. Groups are compared within one vantage point only: an inner nginx sees HTTP/1.1
//! for a handshake that was downgraded before the edge.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use wslog_parse::{Protocol, Upgrade};

use crate::analysis::{CellRow, NodeRow, Totals, VantageRow};
use crate::capability::Capability;
use crate::diagnosis::fisher::{Group, fails_more};
use crate::diagnosis::interval::rate;
use crate::diagnosis::measure::{Compared, Counts, Measure, Places};
use crate::diagnosis::phrase::{counted, counted_were, list, probability, rounded, share};
use crate::diagnosis::proof;
use crate::diagnosis::{
    Affected, Example, Facts, Finding, Number, Rule, SIGNIFICANCE, Severity, UpstreamCell,
};
use crate::redaction::marks::plain;
use crate::sighting::KeyKind;
use crate::websocket::outcome::Outcome;

/// Too few of a group are compared with nothing, unless they tell all the same.
const SMALL: u64 = 10;

/// Fewer that failed may be somebody who tried something.
const FEWEST: u64 = 5;

/// Most vantage points of which it is said how HTTP/1.0 fares there.
const COMPARED: usize = 6;

/// Most names in a sentence.
const NAMED: usize = 4;

pub(super) const RULE: Rule = Rule {
    id: "http10-downgrade",
    text: include_str!("http10_downgrade.md"),
    is_followed: true,
    finding,
    shown_by: |_| Vec::new(),
    compared: Compared::Counted { needs: &[Capability::Protocol], measures },
};

/// All of them, and those that failed: a remedy may end the failures alone.
fn measures(before: &Facts<'_>, after: &Facts<'_>) -> Vec<Measure> {
    let count = |is_affected: fn(&CellRow) -> bool| {
        move |facts: &Facts<'_>| {
            let mut places = Places::new();
            for cell in &facts.sightings.cells {
                let Group { failed, total } = places.entry(cell.vantage.clone()).or_default();
                *total += cell.count;
                *failed += if is_affected(cell) { cell.count } else { 0 };
            }
            places
        }
    };
    let is_http10 = |cell: &CellRow| cell.protocol == Protocol::HTTP_10;
    let is_lost =
        |cell: &CellRow| cell.protocol == Protocol::HTTP_10 && Outcome::of(cell.status).is_failed();
    vec![
        Measure::of(Counts::Sightings, "Sightings at HTTP/1.0", (before, after), count(is_http10)),
        Measure::of(
            Counts::Sightings,
            "Sightings that failed at HTTP/1.0",
            (before, after),
            count(is_lost),
        ),
    ]
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let downgrades = facts.downgrades;
    if downgrades.total == 0 {
        return None;
    }
    let comparisons = comparisons(facts);
    let lowest = comparisons.iter().map(|c| c.p).reduce(f64::min);
    #[expect(clippy::cast_precision_loss, reason = "a handful of vantage points")]
    let limit = SIGNIFICANCE / comparisons.len().max(1) as f64;
    let significant = comparisons.iter().any(|it| it.p < limit && it.http10.failed >= FEWEST);
    let severity = match (downgrades.near_mark, downgrades.failed) {
        (1.., _) => Severity::Critical,
        (_, 1..) if significant && !is_by_path_alone(facts) => Severity::Critical,
        (_, 1..) => Severity::Warning,
        _ => Severity::Info,
    };
    Some(Finding {
        id: RULE.id,
        span: facts.failed_downgrades,
        severity,
        title: title(facts),
        explanation: explanation(facts, &comparisons),
        affected: Affected {
            affected: downgrades.total,
            of: facts.sightings.total,
            unit: "sightings",
        },
        numbers: numbers(facts, lowest),
        examples: downgrades.examples.iter().cloned().map(Example::Sighting).collect(),
        remedy: remedy(facts, severity),
    })
}

/// Whether of those that failed nothing but the path says that they were handshakes: health checks and bots ask
/// for it over HTTP/1.0 as well.
fn is_by_path_alone(facts: &Facts<'_>) -> bool {
    let failed =
        |cell: &&UpstreamCell| cell.protocol == Protocol::HTTP_10 && cell.status.code() != 101;
    let shows_none =
        |cell: &UpstreamCell| cell.key == KeyKind::None && cell.upgrade != Upgrade::WebSocket;
    facts.logged.iter().any(|cell| failed(&cell))
        && facts.logged.iter().filter(failed).all(shows_none)
}

/// HTTP/1.0 against the rest at one vantage point.
struct Comparison<'a> {
    vantage: &'a VantageRow,
    http10: Group,
    others: Group,
    p: f64,
}

/// One for each vantage point that has both.
fn comparisons<'a>(facts: &Facts<'a>) -> Vec<Comparison<'a>> {
    let mut http10_at: BTreeMap<&str, Totals> = BTreeMap::new();
    let cells = facts.sightings.cells.iter();
    for cell in cells.filter(|cell| cell.protocol == Protocol::HTTP_10) {
        http10_at.entry(&cell.vantage).or_default().add(cell);
    }
    let compare = |vantage: &'a VantageRow| {
        let http10 = http10_at.get(vantage.vantage.as_str())?;
        let all = vantage.totals;
        let others = Group { failed: all.failed - http10.failed, total: all.total - http10.total };
        let http10 = Group { failed: http10.failed, total: http10.total };
        let p = (others.total > 0).then(|| fails_more(http10, others))?;
        Some(Comparison { vantage, http10, others, p })
    };
    facts.sightings.by_vantage.iter().filter_map(compare).collect()
}

fn title(facts: &Facts<'_>) -> String {
    let downgrades = facts.downgrades;
    let seconds = facts.mark.at.as_secs_f64();
    match (downgrades.failed, downgrades.near_mark) {
        (0, _) => "Opening handshakes arrive as HTTP/1.0, and were established all the same".into(),
        (_, 0) => "Opening handshakes arrive as HTTP/1.0 and fail".into(),
        _ => format!("Opening handshakes arrive as HTTP/1.0 and die at the {seconds} s mark"),
    }
}

/// One statement a line.
fn explanation(facts: &Facts<'_>, comparisons: &[Comparison<'_>]) -> String {
    let mut statements = vec![what(facts)];
    statements.extend(where_from(facts));
    statements.extend(most_telling(comparisons).into_iter().map(compared));
    let more = comparisons.len().saturating_sub(COMPARED) as u64;
    statements.extend(
        (more > 0).then(|| format!("{} more differ less.", counted(more, "vantage point"))),
    );
    statements.extend(established(facts));
    statements.extend(facts.inferred());
    statements.extend(proof::statements(facts));
    statements.join("\n")
}

/// Whether HTTP/1.0 shows in captures alone: what the server there is, they do not tell.
pub(super) fn is_only_captured(facts: &Facts<'_>) -> bool {
    !facts.logged.iter().any(|cell| cell.protocol == Protocol::HTTP_10)
}

fn what(facts: &Facts<'_>) -> String {
    let downgrades = facts.downgrades;
    let of_all = share(downgrades.total, facts.sightings.total);
    let mut text = format!("At HTTP/1.0: {of_all} sightings");
    if downgrades.failed > 0 {
        text += &format!("; {} failed", downgrades.failed);
    }
    if downgrades.near_mark > 0 {
        let seconds = facts.mark.at.as_secs_f64();
        text += &format!(", {} near the {seconds} s mark", downgrades.near_mark);
    }
    text + "."
}

fn established(facts: &Facts<'_>) -> Option<String> {
    let established = facts.downgrades.total - facts.downgrades.failed;
    (established > 0).then(|| {
        format!(
            "{} established at HTTP/1.0 all the same: what breaks a handshake is not the version \
             but the Upgrade header lost with it.",
            counted_were(established, "handshake")
        )
    })
}

/// Whether all nodes downgrade or some, for each vantage point that sees HTTP/1.0.
fn where_from(facts: &Facts<'_>) -> Vec<String> {
    let mut vantages: BTreeMap<&str, Vec<&NodeRow>> = BTreeMap::new();
    for node in &facts.sightings.nodes {
        vantages.entry(&node.vantage).or_default().push(node);
    }
    vantages.retain(|_, nodes| nodes.iter().any(|node| node.totals.http10 > 0));
    let sentences = vantages.iter().take(NAMED).map(|(vantage, nodes)| nodes_at(vantage, nodes));
    let more = vantages.len().saturating_sub(NAMED);
    let rest =
        (more > 0).then(|| format!("{} more see it too.", counted(more as u64, "vantage point")));
    sentences.chain(rest).collect()
}

fn nodes_at(vantage: &str, nodes: &[&NodeRow]) -> String {
    let names = |nodes: &[&NodeRow]| {
        let names: Vec<_> = nodes.iter().map(|node| node.remote_addr.as_str()).collect();
        list(&names, NAMED)
    };
    let (bad, good): (Vec<&NodeRow>, Vec<_>) =
        nodes.iter().partition(|node| node.totals.http10 > 0);
    let mixed = bad.iter().filter(|node| node.totals.http10 < node.totals.total).count();
    let mut text = match (bad.len(), good.len()) {
        (1, 0) => format!("At {vantage} it comes from the only node seen there, {}", names(&bad)),
        (2, 0) => format!("At {vantage} both nodes do it: {}", names(&bad)),
        (all, 0) => format!("At {vantage} all {all} nodes do it: {}", names(&bad)),
        (some, _) => format!(
            "At {vantage} {some} of {} nodes {} it: {} (not {})",
            nodes.len(),
            if some == 1 { "does" } else { "do" },
            names(&bad),
            names(&good)
        ),
    };
    text += match (mixed, bad.len()) {
        (0, _) => "",
        (_, 1) => "; it also sends HTTP/1.1 or higher",
        _ => "; some of them also send HTTP/1.1 or higher",
    };
    text + "."
}

/// Those that differ most, by their names.
fn most_telling<'c, 'a>(comparisons: &'c [Comparison<'a>]) -> Vec<&'c Comparison<'a>> {
    let mut telling: Vec<&Comparison<'_>> = comparisons.iter().collect();
    telling.sort_by(|one, other| one.p.total_cmp(&other.p));
    telling.truncate(COMPARED);
    telling.sort_by_key(|comparison| &comparison.vantage.vantage);
    telling
}

fn compared(comparison: &Comparison<'_>) -> String {
    let Comparison { vantage, http10, others, p } = comparison;
    let at = &vantage.vantage;
    if http10.total.min(others.total) < SMALL && *p >= SIGNIFICANCE {
        return format!(
            "At {at} HTTP/1.0 fails {} of {}, the others {} of {}: too few to compare.",
            http10.failed, http10.total, others.failed, others.total
        );
    }
    format!(
        "At {at} HTTP/1.0 fails {}, the others {}: p = {}.",
        rate(*http10),
        rate(*others),
        probability(*p),
    )
}

fn numbers(facts: &Facts<'_>, lowest: Option<f64>) -> BTreeMap<&'static str, Number> {
    let downgrades = facts.downgrades;
    let downgrading = |node: &&NodeRow| node.totals.http10 > 0;
    let nodes = facts.sightings.nodes.iter().filter(downgrading).count() as u64;
    let mut numbers = BTreeMap::from([
        ("sightings", Number::Count(facts.sightings.total)),
        ("http10", Number::Count(downgrades.total)),
        ("http10_failed", Number::Count(downgrades.failed)),
        ("http10_near_mark", Number::Count(downgrades.near_mark)),
        ("proven", Number::Count(downgrades.proven)),
        ("nodes", Number::Count(facts.sightings.nodes.len() as u64)),
        ("nodes_downgrading", Number::Count(nodes)),
    ]);
    numbers.extend(lowest.map(|p| ("p_value", Number::Share(rounded(p)))));
    numbers
}

fn remedy(facts: &Facts<'_>, severity: Severity) -> String {
    if is_only_captured(facts) {
        return "Look at what opens the connections in the capture that carry HTTP/1.0; if that is \
                an nginx before 1.29.7, it needs `proxy_http_version 1.1;`, `proxy_set_header \
                Upgrade $http_upgrade;` and `proxy_set_header Connection \"Upgrade\";`."
            .into();
    }
    if severity == Severity::Info {
        return "Nothing is lost yet. Find out what speaks HTTP/1.0 in front of nginx before it \
                also drops the Upgrade header."
            .into();
    }
    let remedy_of_nginx = "`proxy_http_version 1.1;`, `proxy_set_header Upgrade $http_upgrade;` and \
                           `proxy_set_header Connection \"Upgrade\";`";
    let place = proof::place(facts);
    let place = place.as_deref().unwrap_or("whatever speaks HTTP/1.0 in front of this nginx");
    let shared = facts.sightings.nodes.iter().filter(|node| node.totals.http10 > 0);
    let hint = match shared.clone().any(|node| is_shared_address(&node.remote_addr)) {
        true => {
            "The nodes' addresses lie in 100.64.0.0/10, which suggests Alibaba Cloud's SLB (a \
             hint, not proof): move the instance from the shared to the guaranteed-performance \
             tier, then verify with a log from afterwards. Otherwise look"
        }
        false => "Look",
    };
    format!("{hint} at {place}; if that is an nginx before 1.29.7, it needs {remedy_of_nginx}.")
}

/// 100.64.0.0/10, the shared address space of RFC 6598.
fn is_shared_address(remote_addr: &str) -> bool {
    plain(remote_addr).parse::<Ipv4Addr>().is_ok_and(|address| {
        let [first, second, ..] = address.octets();
        first == 100 && (64..128).contains(&second)
    })
}
