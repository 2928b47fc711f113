//! `http2-handshake`: handshakes over HTTP/2 or HTTP/3, which nginx cannot upgrade.

use std::collections::BTreeMap;

use wslog_parse::{Protocol, Status};

use crate::capability::Capability;
use crate::diagnosis::measure::{Compared, Counts, Measure, logged};
use crate::diagnosis::phrase::{counted_were, list, share};
use crate::diagnosis::pick::{Kind, Pick};
use crate::diagnosis::{Affected, Facts, Finding, Number, Rule, Severity, UpstreamCell};

/// What nginx answers to a request that says `HTTP/2.0` in the text of HTTP/1.
const NOT_SUPPORTED: u16 = 505;

/// Most names in a sentence.
const NAMED: usize = 4;

pub(super) const RULE: Rule = Rule {
    id: "http2-handshake",
    text: include_str!("http2_handshake.md"),
    is_followed: true,
    finding,
    shown_by: |_| vec![Pick { kind: Kind::Multiplexed, ..Pick::default() }],
    compared: Compared::Counted { needs: &[Capability::Protocol], measures },
};

fn measures(before: &Facts<'_>, after: &Facts<'_>) -> Vec<Measure> {
    let count = |facts: &Facts<'_>| logged(facts, |_| true, is_multiplexed);
    vec![Measure::of(Counts::Sightings, "Sightings over HTTP/2 or HTTP/3", (before, after), count)]
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let of = |is: &dyn Fn(&UpstreamCell) -> bool| -> u64 {
        facts.logged.iter().filter(|cell| is(cell)).map(|cell| cell.count).sum()
    };
    let count = of(&is_multiplexed);
    if count == 0 {
        return None;
    }
    let switched = |cell: &UpstreamCell| cell.status == Status::SWITCHING_PROTOCOLS;
    let established = of(&|cell| is_multiplexed(cell) && switched(cell));
    let refused = of(&|cell| is_multiplexed(cell) && cell.status.code() == 400);
    let mut vantages: Vec<&str> = facts
        .logged
        .iter()
        .filter(|cell| is_multiplexed(cell))
        .map(|cell| &*cell.vantage)
        .collect();
    vantages.dedup();
    let mut statements = vec![format!(
        "{} of all sightings that nginx logged came over HTTP/2 or HTTP/3, at {}. nginx does not speak \
         WebSocket there (RFC 8441 is not implemented).",
        share(count, of(&|_| true)),
        list(&vantages, NAMED)
    )];
    if established > 0 {
        statements.push(format!(
            "{} logged with 101 all the same: nginx before 1.31 does so, and no client can use it. These \
             count as established in the tables, and are not.",
            counted_were(established, "handshake")
        ));
    }
    if refused > 0 {
        statements.push(format!("{} answered 400.", counted_were(refused, "handshake")));
    }
    Some(Finding {
        id: RULE.id,
        span: None,
        severity: Severity::Warning,
        title: "Opening handshakes arrive over HTTP/2 or HTTP/3, where nginx cannot upgrade".into(),
        explanation: statements.join("\n"),
        affected: Affected { affected: count, of: of(&|_| true), unit: "sightings" },
        numbers: BTreeMap::from([
            ("sightings", Number::Count(count)),
            ("established", Number::Count(established)),
            ("refused", Number::Count(refused)),
        ]),
        examples: Vec::new(),
        remedy: "Look at what sends them: browsers ask for WebSocket over HTTP/2 only where a server \
                 says that it can, which nginx does not. Have the balancer speak HTTP/1.1 to nginx, or \
                 give WebSockets a `server` of their own with `http2 off;` (before 1.25.1: a `listen` \
                 without `http2`)."
            .into(),
    })
}

fn is_multiplexed(cell: &UpstreamCell) -> bool {
    [Protocol::HTTP_20, Protocol::HTTP_30].contains(&cell.protocol)
        && cell.status.code() != NOT_SUPPORTED
}
